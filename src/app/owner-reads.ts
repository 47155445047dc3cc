import type { EventsQuery, EventsReply, GrantsReply, OwnerBoxesReply, VaultHeadReply } from '../../schemas/owner-event.ts';
import type { SealedRowReply, SealedRowsReply } from '../../schemas/sealed-rows.ts';
import { base64, fromBase64, hex } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { formatInstant } from '../core/instant.ts';
import { parseStoredEvent } from '../memory/event.ts';
import { openDetails } from '../memory/sealed-labels.ts';
import { currentVersion } from '../memory/state.ts';
import type { StoredBox, StoredEvent } from '../store/records.ts';
import { type Access, enter } from './access.ts';
import { parseLeaves } from './ledger-reader.ts';
import { renderHead } from './render.ts';
import type { Services } from './services.ts';
import { detailsKey } from './unlock-grant.ts';

/** Lets in the owner's own devices, whose grant reads the whole vault, and nobody else. */
export async function enterDevice(services: Services, token: string, vault: string): Promise<Access> {
  const access = await enter(services, token, 'list');
  if (access.vault.vault !== vault) throw new MemSyncError('vault_unknown', 'The token is for another vault.');
  if (access.state.body.role !== 'device') throw new MemSyncError('capability_missing', 'Only a device grant reads a vault’s ledger.');
  return access;
}

/** Where the ledger and the owner's chain stand. */
export async function readHead(services: Services, token: string, vault: string): Promise<VaultHeadReply> {
  const { state } = (await enterDevice(services, token, vault)).vault;
  return { vault, head: renderHead(state), ownerSeq: state.ownerSeq, ownerHead: state.ownerHead };
}

/** The ledger's stored events from a sequence number on, for whoever wants to check the chain. */
export async function readEvents(services: Services, token: string, vault: string, query: EventsQuery): Promise<EventsReply> {
  const access = await enterDevice(services, token, vault);
  const page = await services.store.events(vault, query.from ?? 0, query.limit ?? 500);
  return { events: page.map(renderEvent), head: renderHead(access.vault.state) };
}

/** A stored event, as the API shows it. */
export function renderEvent(event: StoredEvent): EventsReply['events'][number] {
  return { seq: event.seq, hash: hex(event.hash), stored: base64(event.stored), ...besideOf(event) };
}

/** What lies beside an event: an owner's leaves, or the sealed half of a grant's. */
function besideOf({ stored, beside }: StoredEvent): Pick<EventsReply['events'][number], 'leaves' | 'sealed'> {
  if (beside === null) return {};
  return parseStoredEvent(stored).by === 'owner' ? { leaves: parseLeaves(beside) } : { sealed: base64(beside) };
}

/** A row as it lies on the disk, for the owner to open with the owner's own key before signing anything about it. */
export async function readSealedRow(services: Services, token: string, vault: string, id: string): Promise<SealedRowReply> {
  const access = await enterDevice(services, token, vault);
  return { ...(await sealedRow(services, access, id)), head: renderHead(access.vault.state) };
}

/** Bytes of sealed text after which a page of rows ends. */
const SEALED_PAGE = 4 * 1024 * 1024;

/** Many rows at a time, in the order asked; as many as fit. */
export async function readSealedRows(services: Services, token: string, vault: string, ids: readonly string[]): Promise<SealedRowsReply> {
  const access = await enterDevice(services, token, vault);
  const rows: SealedRowsReply['rows'] = [];
  let size = 0;
  for (const id of ids) {
    if (size > SEALED_PAGE) break;
    const row = await sealedRow(services, access, id);
    size += row.text.length + row.header.length;
    rows.push(row);
  }
  return { rows, head: renderHead(access.vault.state) };
}

async function sealedRow(services: Services, access: Access, id: string): Promise<SealedRowsReply['rows'][number]> {
  const { vault } = access.vault;
  const row = access.vault.state.rows.get(id);
  if (row === undefined) throw new MemSyncError('memory_unknown', `There is no row ${id}.`);
  if (row.erased !== null) throw new MemSyncError('memory_erased', `Row ${id} was erased at ${formatInstant(row.erased.at)}.`);
  const current = currentVersion(row);
  const stored = await services.store.version(vault, id, current.version);
  if (stored === null) throw new MemSyncError('row_unopenable', `Row ${id} is missing.`);
  return {
    row: id,
    version: current.version,
    collection: stored.collection,
    epoch: stored.epoch,
    wrapEpoch: stored.wrapEpoch,
    header: base64(stored.header),
    text: base64(stored.text),
    wrappedKey: base64(stored.wrappedKey),
    commitment: current.commitment,
  };
}

/** Sealed copies of the collection keys: the owner's own, which only the root opens, and those of the device that asks. */
export async function readOwnerBoxes(services: Services, token: string, vault: string): Promise<OwnerBoxesReply> {
  const access = await enterDevice(services, token, vault);
  const [boxes, device] = [await services.store.boxes(vault, null), await services.store.boxes(vault, access.grant.id)];
  return { boxes: boxes.map(renderBox), device: device.map(renderBox) };
}

/** A sealed copy of a collection key, as the API shows it. */
export function renderBox({ collection, epoch, box }: StoredBox): OwnerBoxesReply['boxes'][number] {
  return { collection, epoch, box: base64(box) };
}

/** Every grant that the owner has given, revoked ones included, oldest first. */
export async function readGrants(services: Services, token: string, vault: string): Promise<GrantsReply> {
  const access = await enterDevice(services, token, vault);
  return { grants: describeGrants(access), head: renderHead(access.vault.state) };
}

/** What each grant of the vault allows. */
export function describeGrants(access: Access): GrantsReply['grants'] {
  const { state } = access.vault;
  return [...state.grants.values()].map((grant) => {
    const { body, at, revokedAt } = grant;
    const details = openDetails(detailsKey(access.vault, grant), body.grant, fromBase64(body.sealedDetails));
    const rows = body.boxes.filter((box) => state.collections.get(box.collection)?.purpose === 'rows');
    return {
      id: body.grant,
      label: details.label,
      role: body.role,
      capabilities: body.capabilities,
      collections: rows.map((box) => access.vault.names.get(box.collection) ?? box.collection),
      categories: details.categories,
      originCeiling: body.originCeiling,
      grantedAt: formatInstant(at),
      expiresAt: body.expiresAt === null ? null : formatInstant(body.expiresAt),
      revokedAt: revokedAt === null ? null : formatInstant(revokedAt),
    };
  });
}
