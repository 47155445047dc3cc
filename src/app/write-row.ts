import { hex } from '../core/bytes.ts';
import { contentDigest, sealRow } from '../crypto/row-seal.ts';
import { foldGrantEvent } from '../memory/fold.ts';
import type { GrantEvent } from '../memory/event.ts';
import { encodeHeader, type RowHeader } from '../memory/header.ts';
import type { Access } from './access.ts';
import { withFalls } from './cascade.ts';
import { noteColumns } from './columns.ts';
import type { VaultDraft } from './draft.ts';
import type { EventBody } from './event-body.ts';
import type { OpenVault } from './open-vault.ts';
import type { Services } from './services.ts';

type WithoutStamp<T> = T extends unknown ? Omit<T, 'at' | 'grant'> : never;
/** A grant's event before it is stamped. */
export type UnstampedEvent = WithoutStamp<GrantEvent>;

/** The events after which every row that was there steers as far as before. */
const LIMITS_NOTHING: ReadonlySet<GrantEvent['kind']> = new Set(['remembered', 'imported', 'sighted', 'app_confirmed']);

/** Appends a grant's event, stamped, and folds it into the vault in memory; the row's columns follow. What falls with it is `withFalls`'s. */
export function appendAndFold(
  services: Services,
  access: Access,
  draft: VaultDraft,
  unstamped: UnstampedEvent,
  body: EventBody | null,
): void {
  const { vault } = access;
  const event: GrantEvent = { at: draft.now, grant: access.grant.id, ...unstamped };
  const makesRow = event.kind === 'remembered' || event.kind === 'imported';
  const collection = makesRow ? event.collection : (vault.state.rows.get(event.row)?.collection ?? '');
  const seq = draft.appendGrantEvent(event, vault.key(collection), body, services.random);
  foldGrantEvent(vault.state, event, seq);
  if (LIMITS_NOTHING.has(event.kind)) vault.holdLimits(seq);
  if (event.kind === 'contested' || event.kind === 'superseded') noteColumns(vault, draft, event.row);
}

/** Seals a version, appends its event, and puts it in place in memory: rows, index, sayings, columns. */
export function sealVersion(
  services: Services,
  access: Access,
  draft: VaultDraft,
  kind: 'remembered' | 'imported' | 'edited',
  header: RowHeader,
  text: string,
): void {
  const { vault } = access;
  const key = vault.key(header.collection);
  const name = { row: header.row, version: header.version };
  const clear = encodeHeader(header);
  const { sealed, commitment } = sealRow(key, name, clear, text, services.random);
  clear.fill(0);
  const made = {
    ...name,
    collection: header.collection,
    epoch: sealed.epoch,
    commitment: hex(commitment),
    content: hex(contentDigest(sealed)),
  };
  const write = (): void => {
    appendAndFold(services, access, draft, { kind, ...made }, null);
    draft.versions.push({ ...name, collection: header.collection, wrapEpoch: key.name.epoch, commitment, ...sealed });
    placeVersion(vault, draft, header, text);
  };
  if (kind === 'edited') withFalls(vault, draft, [header.row], write);
  else write();
}

/** Puts a version that the ledger already names in place in memory. */
export function placeVersion(vault: OpenVault, draft: VaultDraft, header: RowHeader, text: string): void {
  const before = vault.rows.get(header.row);
  vault.noteSaying(header.row, header.version, text);
  vault.place(header, text, Math.min(before?.basisAt ?? Number.POSITIVE_INFINITY, header.basisAt, draft.now));
  noteColumns(vault, draft, header.row);
}
