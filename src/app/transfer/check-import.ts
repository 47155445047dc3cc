import { setImmediate as pause } from 'node:timers/promises';
import { equalBytes, fromHex, hex } from '../../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../../core/errors.ts';
import { contentDigest } from '../../crypto/row-seal.ts';
import { sha256 } from '../../crypto/sha256.ts';
import { parseStoredEvent } from '../../memory/event.ts';
import { parseOwnerPayload } from '../../memory/owner-chain.ts';
import type { VaultState } from '../../memory/state.ts';
import type { StoredBox, StoredEvent, StoredVersion } from '../../store/records.ts';
import type { StoreReader } from '../../store/store.ts';
import type { StoredImport } from '../../store/transfer.ts';
import { readVaultState } from '../ledger-reader.ts';
import type { Services } from '../services.ts';

const VERSION_PAGE = 200;

/** What an import has been found to hold. */
export interface CheckedImport {
  readonly state: VaultState;
  readonly versions: number;
  readonly receipts: number;
  readonly addenda: number;
}

/**
 * Checks all that an import has brought, without any key: the ledger from its genesis on, what lies beside each event, every row version
 * against the ledger, every box against what the owner signed, and that no evidence is missing before later evidence. Others are served meanwhile.
 * @throws {MemSyncError} `transfer_damaged`
 */
export async function checkImport(services: Services, staged: StoredImport): Promise<CheckedImport> {
  try {
    const beside = new BesideCheck();
    const state = await readVaultState(pacedEvents(services.store, staged, beside), staged.vault);
    if (state === null) throw damaged('it holds no ledger');
    beside.end(state);
    const versions = await checkVersions(services, staged, state);
    checkBoxes(state, beside, await services.store.transfer.boxes(staged.stageKey));
    const stray = await services.store.transfer.strayAddendum(staged.stageKey);
    if (stray !== null) throw damaged(`evidence for receipt ${stray} is missing, or the receipt itself`);
    const { receipts, addenda } = await services.store.transfer.counts(staged.stageKey);
    return { state, versions, receipts, addenda };
  } catch (error) {
    if (!isMemSyncError(error, 'ledger_broken') && !isMemSyncError(error, 'owner_event_forged')) throw error;
    throw new MemSyncError('transfer_damaged', `The import’s ledger does not verify. ${error.message}`, { cause: error });
  }
}

/** The events that have been brought, a pause before each page: reading a long ledger must not keep others waiting. */
function pacedEvents(store: StoreReader, staged: StoredImport, beside: BesideCheck): Pick<StoreReader, 'events'> {
  return {
    events: async (_vault, from, limit) => {
      await pause();
      const page = await store.events(staged.stageKey, from, limit);
      // The first is read twice, once by itself.
      if (limit > 1) for (const event of page) beside.meet(event);
      return page;
    },
  };
}

/** What lies beside the events, which the chain knows by its digest, and the boxes that the owner has signed. */
class BesideCheck {
  /** Rows that have lost the sealed half of an event, with one such event. */
  readonly #lacking = new Map<string, number>();
  readonly signed = new Set<string>();

  meet({ seq, stored, beside }: StoredEvent): void {
    const parsed = parseStoredEvent(stored);
    if (parsed.by === 'grant') {
      if (beside === null) this.#lacking.set(parsed.event.row, seq);
      else if (!equalBytes(sha256(beside), parsed.sealedSha256)) throw damaged(`what lies beside event ${seq} is another`);
    } else if (parsed.by === 'job' && beside !== null) throw damaged(`something lies beside event ${seq}`);
    else if (parsed.by === 'owner') this.#signed(parsed.signed.payload, seq);
  }

  /** @throws {MemSyncError} `transfer_damaged` when anything is lacking of a row that nobody has erased */
  end(state: VaultState): void {
    for (const [row, seq] of this.#lacking) {
      if ((state.rows.get(row)?.erased ?? null) === null) throw damaged(`event ${seq} lacks its sealed half`);
    }
  }

  #signed(payload: Uint8Array, seq: number): void {
    if (seq === 0) return;
    const { kind, body } = parseOwnerPayload(payload);
    if (kind === 'collection_added') this.signed.add(boxName(null, body.collection, body.epoch, body.boxSha256));
    if (kind === 'granted') for (const box of body.boxes) this.signed.add(boxName(body.grant, box.collection, box.epoch, box.boxSha256));
    if (kind !== 'rotated') return;
    for (const { collection, epoch, boxSha256 } of body.collections) this.signed.add(boxName(null, collection, epoch, boxSha256));
    for (const { grant, boxes } of body.grants)
      for (const { collection, epoch, boxSha256 } of boxes) this.signed.add(boxName(grant, collection, epoch, boxSha256));
  }
}

function boxName(grant: string | null, collection: string, epoch: number, boxSha256: string): string {
  return `${grant ?? ''} ${collection} ${epoch} ${boxSha256}`;
}

/** @throws {MemSyncError} `transfer_damaged` unless there is each version that the ledger speaks of, as it says, and none besides */
async function checkVersions({ store }: Services, { stageKey }: StoredImport, state: VaultState): Promise<number> {
  let found = 0;
  for (const collection of await store.transfer.collections(stageKey)) {
    for (let after = ''; ;) {
      await pause();
      const page = await store.versions(stageKey, collection, after, VERSION_PAGE);
      const last = page.at(-1);
      if (last === undefined) break;
      for (const version of page) checkVersion(state, version);
      found += page.length;
      after = last.row;
    }
  }
  let expected = 0;
  for (const row of state.rows.values()) if (row.erased === null) expected += row.versions.length;
  if (found !== expected) throw damaged(`it has ${found} row versions where the ledger has ${expected}`);
  return found;
}

function checkVersion(state: VaultState, stored: StoredVersion): void {
  const row = state.rows.get(stored.row);
  const known = row?.versions.find((one) => one.version === stored.version);
  if (row === undefined || known === undefined || row.erased !== null || row.collection !== stored.collection)
    throw damaged(`row ${stored.row} version ${stored.version} is not in the ledger`);
  if (hex(contentDigest(stored)) !== known.content || hex(stored.commitment) !== known.commitment)
    throw damaged(`row ${stored.row} version ${stored.version} is not the one in the ledger`);
  const epochs = state.collections.get(stored.collection)?.epochs.map(({ epoch }) => epoch) ?? [];
  if (!epochs.includes(stored.epoch) || !epochs.includes(stored.wrapEpoch))
    throw damaged(`row ${stored.row} is under a key that the ledger does not know`);
}

/** @throws {MemSyncError} `transfer_damaged` unless each box is one that the owner signed, and those that are needed are there */
function checkBoxes(state: VaultState, beside: BesideCheck, boxes: readonly StoredBox[]): void {
  const there = new Set(boxes.map(({ grant, collection, epoch, box }) => boxName(grant, collection, epoch, hex(sha256(box)))));
  for (const name of there) if (!beside.signed.has(name)) throw damaged('a sealed key is not one that the owner signed');
  const gone = (collection: string): boolean => (state.collections.get(collection)?.erased ?? null) !== null;
  for (const { id, epochs } of state.collections.values()) {
    const last = epochs.at(-1);
    if (last === undefined || gone(id)) continue;
    if (!there.has(boxName(null, id, last.epoch, last.boxSha256))) throw damaged('a key that the owner sealed to themselves is missing');
  }
  for (const { body, revokedAt, boxes: given } of state.grants.values()) {
    if (revokedAt !== null) continue;
    for (const { collection, epoch, boxSha256 } of given) {
      if (!gone(collection) && !there.has(boxName(body.grant, collection, epoch, boxSha256)))
        throw damaged(`a key of grant ${body.grant} is missing`);
    }
  }
}

function damaged(what: string): MemSyncError {
  return new MemSyncError('transfer_damaged', `The import does not verify: ${what}.`);
}

/** @throws {MemSyncError} `transfer_damaged` unless the ledger of an import ends where it is said to */
export function requireImportHead(state: VaultState, head: { readonly seq: number; readonly hash: string }): void {
  if (state.headSeq !== head.seq || !equalBytes(state.headHash, fromHex(head.hash)))
    throw damaged(`its ledger ends at event ${state.headSeq}, on another head than the owner signed for`);
}
