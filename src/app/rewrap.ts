import type { Random } from '../core/random.ts';
import { isMemSyncError } from '../core/errors.ts';
import { type CollectionKey, unwrapRowKey, wrapRowKey } from '../crypto/collection-key.ts';
import { type CollectionState, currentEpoch, type VaultState } from '../memory/state.ts';
import type { StoredReseal, StoredRewrap, StoredWrap } from '../store/records.ts';
import type { VaultDraft } from './draft.ts';
import type { OpenVault } from './open-vault.ts';
import { type RecordName, resealRecord } from './sealed-record.ts';
import type { Services } from './services.ts';
import { Stale } from './writer.ts';

/** Row versions whose keys are wrapped anew in one commit. */
const WRAPS = 250;
/** Receipts, or retrievals, that are looked through for one commit. */
const RECORDS = 50;
/** About how many bytes of evidence one commit seals anew at most. */
const EVIDENCE_BYTES = 16 * 1024 * 1024;

/** What a run came to. */
export interface RewrapReport {
  /** Row keys that are under the newest collection key now, and were not. */
  readonly rows: number;
  /** Receipts, disclosures of rows in them, and retrievals, likewise. */
  readonly records: number;
  /** What does not open under the key that it names: it stays as it is. */
  readonly damaged: number;
  /** Rotations that came to their end. */
  readonly finished: number;
}

/** Which vaults are being worked on: one run for each at a time. */
const running = new WeakMap<OpenVault, Promise<RewrapReport>>();

/**
 * Brings what lies under earlier keys of an open vault's rotated collections under the newest: row keys are wrapped anew, then records of
 * receipts sealed anew; rows themselves are never touched. Goes page by page, each a commit of its own, and on from where an earlier run,
 * or another process, has come. What is under a key that nobody has opened since waits. A run that is under way may have passed by what was rotated
 * since it began: whoever comes meanwhile has one of their own after it.
 * @throws {MemSyncError} what a commit throws
 */
export function rewrapVault(services: Services, vault: OpenVault): Promise<RewrapReport> {
  const before = running.get(vault);
  if (before !== undefined) return before.catch(() => undefined).then(() => rewrapVault(services, vault));
  const run = walk(services, vault).finally(() => running.delete(vault));
  running.set(vault, run);
  return run;
}

/** As `rewrapVault`, for nobody to wait for: what fails is tried again by the job. */
export function rewrapSoon(services: Services, vault: OpenVault): void {
  rewrapVault(services, vault).catch(() => undefined);
}

async function walk(services: Services, vault: OpenVault): Promise<RewrapReport> {
  const total = { rows: 0, records: 0, damaged: 0, finished: 0 };
  /** Rotations of which nothing is left to do, by collection. */
  const ripe = new Map<string, number>();
  let after = '';
  while (services.vaults.open.get(vault.vault) === vault) {
    if (nextOf(vault, await services.store.rewraps(vault.vault), ripe) === null) break;
    const done = await step(services, vault.vault, ripe, after);
    after = done.after;
    total.rows += done.rows;
    total.records += done.records;
    total.damaged += done.damaged;
    if (done.ripe !== null) ripe.set(done.ripe.collection, done.ripe.epoch);
  }
  // They are at their end only once the old keys' wraps are out of the files, too.
  if (ripe.size > 0 && (await services.store.scrub())) total.finished = await finish(services, vault.vault, ripe);
  return total;
}

interface Step extends Pick<RewrapReport, 'rows' | 'records' | 'damaged'> {
  readonly after: string;
  /** The rotation of which nothing is left to do. */
  readonly ripe: Pick<StoredRewrap, 'collection' | 'epoch'> | null;
}

/** Notes that rotations, and with them the earlier ones of the same collections, are at their end. Returns how many that were. */
function finish(services: Services, vaultId: string, ripe: ReadonlyMap<string, number>): Promise<number> {
  return services.writer.submit({
    prepare: async () => {
      const vault = await services.vaults.acquire(vaultId);
      return { tail: vault.state, rewraps: await services.store.rewraps(vaultId) };
    },
    build: ({ rewraps }, { draft }) => {
      const mine = rewraps.filter((one) => one.epoch <= (ripe.get(one.collection) ?? 0) && one.doneAt === null);
      draft.rewraps.push(...mine.map((one) => ({ ...one, afterReceipt: one.afterReceipt ?? '', doneAt: draft.now })));
      return mine.length;
    },
  });
}

/** One page, in one commit. `after` is the last retrieval, or addendum, of the page before, which no cursor is kept of. */
function step(services: Services, vaultId: string, ripe: ReadonlyMap<string, number>, after: string): Promise<Step> {
  return services.writer.submit({
    prepare: async () => {
      const vault = await services.vaults.acquire(vaultId);
      const rewraps = await services.store.rewraps(vaultId);
      const next = nextOf(vault, rewraps, ripe);
      const page = next === null ? null : await readPage(services, vault, next, after);
      return { tail: vault.state, vault, next, rewraps, page };
    },
    build: ({ vault, next, rewraps, page }, { draft }) => {
      if (next === null || page === null) return { rows: 0, records: 0, damaged: 0, after: '', ripe: null };
      // A rotation or an erasure earlier in this commit: what was read for it no longer holds.
      if (nextOf(vault, rewraps, ripe)?.key !== next.key || draft.erasures.length > 0) throw new Stale();
      return apply(services.random, vault, draft, next, page);
    },
  });
}

/** A rotation that has not come to its end, with the key that everything is to be brought under. */
interface Pending {
  readonly collection: CollectionState;
  readonly progress: StoredRewrap;
  readonly key: CollectionKey;
}

/**
 * The first rotated collection whose newest key is at hand, by its last rotation: with that, earlier ones are at their end, too. What the ledger
 * has rotated and no record is kept of (after an import, say) is begun from the start.
 */
function nextOf(vault: OpenVault, rewraps: readonly StoredRewrap[], ripe: ReadonlyMap<string, number>): Pending | null {
  for (const collection of vault.state.collections.values()) {
    const { epoch } = currentEpoch(collection);
    const key = vault.keys.at(collection.id, epoch);
    if (epoch === 1 || epoch === ripe.get(collection.id) || key === undefined || collection.erased !== null) continue;
    const known = rewraps.find((one) => one.collection === collection.id && one.epoch === epoch);
    const progress = known ?? { collection: collection.id, epoch, afterRow: '', afterReceipt: null, doneAt: null };
    if (progress.doneAt === null) return { collection, progress, key };
  }
  return null;
}

/** What one commit is to look through; `last` where there is nothing behind it. */
interface Page {
  readonly wraps: readonly StoredWrap[];
  readonly records: readonly { readonly name: RecordName; readonly reseal: Unsealed }[];
  /** The last row, receipt or retrieval of the page; '' for an empty one. */
  readonly end: string;
  readonly last: boolean;
  /** The addendum with which the page ends, in the midst of a receipt; '' for none. */
  readonly within: string;
}

type WithoutSealed<T> = T extends unknown ? Omit<T, 'sealed'> : never;
type Unsealed = WithoutSealed<StoredReseal>;

async function readPage({ store }: Services, { vault, state }: OpenVault, { collection, progress }: Pending, after: string): Promise<Page> {
  const receipts = progress.afterReceipt;
  if (receipts !== null && collection.purpose === 'vault') return readReceipts({ store }, vault, receipts, after);
  if (receipts !== null) {
    const page = await store.receiptsAfter(vault, receipts, RECORDS);
    const records: Page['records'][number][] = [];
    for (const { id } of page) records.push(...(await rowsOfReceipt({ store }, vault, state, collection.id, id)));
    return { wraps: [], records, end: page.at(-1)?.id ?? '', last: page.length < RECORDS, within: '' };
  }
  if (collection.purpose === 'vault') {
    // No rows lie under the vault's own key, but for ten minutes what retrievals showed.
    const page = await store.retrievalsAfter(vault, after, RECORDS);
    const records = page.map(({ id, sealed }): Page['records'][number] => ({
      name: ['retrieval', id],
      reseal: { kind: 'retrieval', id, before: sealed },
    }));
    return { wraps: [], records, end: page.at(-1)?.id ?? '', last: page.length < RECORDS, within: '' };
  }
  const wraps = await store.wraps(vault, collection.id, progress.afterRow, WRAPS);
  return { wraps, records: [], end: wraps.at(-1)?.row ?? '', last: wraps.length < WRAPS, within: '' };
}

/** Receipts after one with the evidence that came after them, as much as one commit is to hold; `after` is the addendum to go on behind, or ''. */
async function readReceipts({ store }: Pick<Services, 'store'>, vault: string, receipt: string, after: string): Promise<Page> {
  const records: Page['records'][number][] = [];
  let [left, end] = [EVIDENCE_BYTES, ''];
  const page = await store.receiptsAfter(vault, receipt, RECORDS);
  for (const { id, sealed } of page) {
    records.push({ name: ['receipt', id], reseal: { kind: 'receipt', id, before: sealed } });
    let number = after.startsWith(`${id}/`) ? Number(after.slice(id.length + 1)) : 0;
    for (;;) {
      const some = await store.addenda.after(vault, id, number, left);
      for (const one of some) {
        left -= one.sealed.length + one.evidence.length;
        number = one.number;
        const name = `${id}/${number}`;
        records.push({ name: ['addendum', name], reseal: { kind: 'addendum', id, number, before: one.sealed } });
        // Empty once it is erased, and for a second look at another's.
        if (one.evidence.length > 0)
          records.push({ name: ['evidence', name], reseal: { kind: 'evidence', id, number, before: one.evidence } });
      }
      if (some.length === 0) break;
      if (left <= 0) return { wraps: [], records, end, last: false, within: `${id}/${number}` };
    }
    end = id;
  }
  return { wraps: [], records, end, last: page.length < RECORDS, within: '' };
}

async function rowsOfReceipt(
  { store }: Pick<Services, 'store'>,
  vault: string,
  state: VaultState,
  collection: string,
  receipt: string,
): Promise<Page['records'][number][]> {
  const rows = await store.receiptRows(vault, receipt);
  return rows
    .filter(({ row, sealed }) => sealed.length > 0 && state.rows.get(row)?.collection === collection)
    .map(({ position, sealed }) => ({
      name: ['receipt-row', `${receipt}/${position}`],
      reseal: { kind: 'receipt-row', id: receipt, position, before: sealed },
    }));
}

function apply(random: Random, vault: OpenVault, draft: VaultDraft, pending: Pending, page: Page): Step {
  const { collection, progress, key } = pending;
  const keys = vault.keys.all(collection.id);
  let rows = 0;
  let damaged = 0;
  for (const wrap of page.wraps) {
    if (wrap.wrapEpoch >= key.name.epoch) continue;
    const anew = wrapAnew(key, vault.keys.at(collection.id, wrap.wrapEpoch), wrap, random);
    if (anew === null) {
      damaged += 1;
      continue;
    }
    draft.rewrapped.push(anew);
    rows += 1;
  }
  let records = 0;
  for (const { name, reseal } of page.records) {
    const sealed = sealAnew(keys, name, reseal.before, random);
    if (sealed === 'damaged') damaged += 1;
    if (typeof sealed === 'string') continue;
    draft.resealed.push({ ...reseal, sealed });
    records += 1;
  }
  const inRecords = progress.afterReceipt !== null;
  const isVault = collection.purpose === 'vault';
  const afterRow = inRecords || isVault || page.end === '' ? progress.afterRow : page.end;
  draft.rewraps.push({ ...progress, afterRow, afterReceipt: nextReceipt(progress.afterReceipt, page) });
  const ripe = inRecords && page.last ? { collection: collection.id, epoch: progress.epoch } : null;
  return { rows, records, damaged, after: inRecords || page.last ? page.within : page.end, ripe };
}

function nextReceipt(before: string | null, page: Page): string | null {
  if (before === null) return page.last ? '' : null;
  return page.end === '' ? before : page.end;
}

function wrapAnew(key: CollectionKey, before: CollectionKey | undefined, wrap: StoredWrap, random: Random): StoredWrap | null {
  const rowKey = before === undefined ? null : unwrapRowKey(before, wrap.row, wrap.version, wrap.wrappedKey);
  if (rowKey === null) return null;
  const wrappedKey = wrapRowKey(key, wrap.row, wrap.version, rowKey, random);
  rowKey.wipe();
  return { ...wrap, wrapEpoch: key.name.epoch, wrappedKey };
}

function sealAnew(
  keys: readonly CollectionKey[],
  name: RecordName,
  sealed: Uint8Array,
  random: Random,
): Uint8Array | 'current' | 'damaged' {
  try {
    return resealRecord(keys, name, sealed, random) ?? 'current';
  } catch (error) {
    if (!isMemSyncError(error, 'row_unopenable')) throw error;
    return 'damaged';
  }
}
