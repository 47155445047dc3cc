import type { ExportAbout } from '../../../schemas/export-line.ts';
import { Envelope } from '../../../schemas/owner-event.ts';
import type { ImportEndReply, ImportEndRequest, ImportsReply, VaultImport } from '../../../schemas/transfer.ts';
import { equalBytes, fromUtf8, hex } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import { formatInstant, type Instant } from '../../core/instant.ts';
import type { VaultState } from '../../memory/state.ts';
import { parseTrustedKeys } from '../../receipts/trust.ts';
import type { StoredErasure, StoredHead, StoredRewrap } from '../../store/records.ts';
import { StoreConflict } from '../../store/store.ts';
import type { StoredImport } from '../../store/transfer.ts';
import { enterDevice } from '../owner-reads.ts';
import { readLogKeys } from '../log-reads.ts';
import { renderHead } from '../render.ts';
import type { Services } from '../services.ts';
import { parseImportRequest } from './begin-import.ts';
import { checkImport, requireImportHead } from './check-import.ts';
import { originsKey, readOrigins } from './ledger-lines.ts';
import { type Noted, readNotes } from './pieces.ts';

/**
 * Checks what an import has brought and puts it in place, whole, in one step; or refuses it, and nothing of it is left.
 * @throws {MemSyncError} `transfer_unfinished`, `transfer_damaged`, `event_signature_invalid` (the request is not the owner's),
 * `head_not_reached` (behind or beside what this service has known), `vault_erased`, `vault_busy`
 */
export async function endImport(services: Services, vault: string, request: ImportEndRequest): Promise<ImportEndReply> {
  const staged = await services.store.transfer.import(vault);
  if (staged === null || hex(staged.id) !== request.import)
    throw new MemSyncError('transfer_unfinished', 'No such import is under way; begin it anew.');
  try {
    return await end(services, staged, request.about);
  } catch (error) {
    // Another import of the vault, begun meanwhile, goes on.
    const now = await services.store.transfer.import(vault);
    if (now !== null && equalBytes(now.id, staged.id)) await services.store.transfer.drop(vault);
    throw error;
  }
}

async function end(services: Services, staged: StoredImport, about: ExportAbout): Promise<ImportEndReply> {
  const { vault } = staged;
  await services.forks.look();
  const { payload, signer } = parseImportRequest(Envelope.parse(JSON.parse(fromUtf8(staged.request))));
  const { state, versions, receipts, addenda } = await checkImport(services, staged);
  requireImportHead(state, payload.head);
  if (state.erased !== null) throw new MemSyncError('vault_erased', 'The owner has erased this vault.');
  if (!equalBytes(signer, state.ownerKey))
    throw new MemSyncError('event_signature_invalid', 'The request is not signed with the owner key that holds at the export’s head.');
  await requireMarked(services, staged);
  const expected = await services.store.head(vault);
  await requireLeadsOn(services, staged, expected);
  const noted = await readNotes(services, vault);
  const now = services.clock.now();
  const head: StoredHead = { seq: state.headSeq, hash: state.headHash, at: state.lastAt };
  const origins = await originsOf(services, vault, about, noted, now);
  const known = new Set((await services.store.transfer.certificates(vault)).map(({ id }) => id));
  const certificates = noted.certificates.filter(({ id }) => !known.has(id));
  let addendaLeftOut = 0;
  try {
    addendaLeftOut = await services.store.transfer.end(vault, staged.id, {
      expected,
      head,
      grants: [...state.grants.keys()],
      rewraps: rewrapsOf(state, noted),
      erasures: await erasuresOf(services, staged, noted),
      certificates,
      meta: { key: originsKey(vault), value: JSON.stringify(origins) },
    });
  } catch (error) {
    if (!(error instanceof StoreConflict)) throw error;
    throw new MemSyncError(
      'vault_busy',
      'The vault has moved on meanwhile, or another vault here has one of its grants; import it again.',
      {
        cause: error,
      },
    );
  }
  services.vaults.forget(vault);
  services.vaults.written(state);
  return { vault, head: renderHead(state), rows: countRows(state), versions, receipts, addenda, addendaLeftOut };
}

/** @throws {MemSyncError} `head_not_reached` unless the import contains what this service has known of the vault */
async function requireMarked({ marks, store }: Services, { vault, stageKey }: StoredImport): Promise<void> {
  const mark = marks.get(vault);
  if (mark === null) return;
  const there = await store.eventHash(stageKey, mark.seq);
  if (there !== null && equalBytes(there, mark.hash)) return;
  throw new MemSyncError('head_not_reached', `This service has known the vault at event ${mark.seq}, which the export does not contain.`, {
    context: { remembered: mark.seq },
  });
}

/** @throws {MemSyncError} `head_not_reached` unless the import goes on from what is here */
async function requireLeadsOn({ store }: Services, { stageKey }: StoredImport, here: StoredHead | null): Promise<void> {
  if (here === null) return;
  const there = await store.eventHash(stageKey, here.seq);
  if (there === null || !equalBytes(there, here.hash))
    throw new MemSyncError('head_not_reached', `The export does not lead on from event ${here.seq}, where the vault stands here.`);
}

/** Every rotation that the ledger has; what is not known to be done is gone on with when the vault is next opened. */
function rewrapsOf(state: VaultState, { rewraps }: Noted): StoredRewrap[] {
  return [...state.collections.values()].flatMap(({ id, epochs, erased }) =>
    epochs
      .filter(({ epoch }) => epoch > 1 && erased === null)
      .map(({ epoch }) => {
        const known = rewraps.find((one) => one.collection === id && one.epoch === epoch);
        return known ?? { collection: id, epoch, afterRow: '', afterReceipt: null, doneAt: null };
      }),
  );
}

/** Where the vault was here before, what it has erased since has still to be taken from the disk. */
async function erasuresOf({ store }: Services, { vault, baseSeq }: StoredImport, { erasures }: Noted): Promise<StoredErasure[]> {
  if (baseSeq === null) return [...erasures];
  const here = await store.transfer.erasures(vault);
  return erasures.filter(({ seq }) => !here.some((one) => one.seq === seq)).map(({ seq }) => ({ seq, doneAt: null }));
}

/** The services that the vault has been at, this one's own keys left out. */
async function originsOf(services: Services, vault: string, about: ExportAbout, noted: Noted, now: Instant): Promise<VaultImport[]> {
  const from: VaultImport = { keys: about.keys, head: about.head, importedAt: formatInstant(now) };
  const before = noted.services.map(({ keys, head, importedAt }): VaultImport => ({ keys, head, importedAt }));
  const all = [...(await readOrigins(services, vault)), ...before, from].filter(({ keys }) => keys !== readLogKeys(services));
  for (const { keys } of all) parseTrustedKeys(keys.split('\n'));
  return all.filter(({ keys }, i) => all.findIndex((one) => one.keys === keys) === i);
}

function countRows(state: VaultState): number {
  let rows = 0;
  for (const row of state.rows.values()) if (row.erased === null) rows += 1;
  return rows;
}

/** From which services the vault was brought here, with their verifier keys (device grants). */
export async function readImports(services: Services, token: string, vault: string): Promise<ImportsReply> {
  const access = await enterDevice(services, token, vault);
  return { imports: await readOrigins(services, vault), head: renderHead(access.vault.state) };
}
