import { isMemSyncError } from '../core/errors.ts';
import type { StoredVersion } from '../store/records.ts';
import type { StoreReader } from '../store/store.ts';
import type { OpenVault } from './open-vault.ts';
import { settleRows } from './rows/vault-image.ts';
import { readOn, type Since } from './snapshots/read-on.ts';
import type { OpenedSnapshot, RowSnapshots } from './snapshots/row-snapshots.ts';
import { absorbVersions, reopenRow } from './unlock.ts';

const VERSION_PAGE = 2000;

/**
 * Opens every row of some collections whose keys are at hand: out of their snapshots, brought up by what the ledger says since; where there is none
 * that holds, one by one, their events' seals checked first. A row that does not open is left out and named in `damaged`.
 * @throws {MemSyncError} `ledger_broken`
 */
export async function openCollections(
  store: StoreReader,
  snapshots: RowSnapshots,
  vault: OpenVault,
  collections: readonly string[],
): Promise<void> {
  if (collections.length === 0) return;
  const opened: OpenedSnapshot[] = [];
  for (const collection of collections) {
    const snapshot = await snapshots.open(vault, collection);
    if (snapshot !== null) opened.push(snapshot);
  }
  const without = collections.filter((collection) => !opened.some((one) => one.collection === collection));
  const since = await sinceThen(store, vault, opened, without);
  const loaded = since === null ? [] : opened.filter((snapshot) => load(vault, snapshot, since));
  for (const snapshot of opened) if (!loaded.includes(snapshot)) letGo(snapshot);
  const others = collections.filter((collection) => !loaded.some((one) => one.collection === collection));
  const unchecked = since === null ? others : others.filter((collection) => !without.includes(collection));
  if (unchecked.length > 0) await readOn(store, vault, [], new Set(unchecked));
  await openEach(store, vault, others);
  if (since !== null && loaded.length > 0) await bringUp(store, vault, loaded, since);
}

/** What has happened since; null where the ledger does not go on from these snapshots. */
async function sinceThen(
  store: StoreReader,
  vault: OpenVault,
  opened: readonly OpenedSnapshot[],
  without: readonly string[],
): Promise<Since | null> {
  try {
    return await readOn(store, vault, opened, new Set(without));
  } catch (error) {
    if (opened.length === 0 || !isMemSyncError(error, 'ledger_broken')) throw error;
    return null;
  }
}

/** Takes a snapshot in where it holds. Nothing may have happened meanwhile that it was not held against. */
function load(vault: OpenVault, snapshot: OpenedSnapshot, { unsound, about, head }: Since): boolean {
  if (unsound.has(snapshot) || vault.state.headSeq !== head || vault.rows.countOf(snapshot.collection) > 0) return false;
  if (!vault.load(snapshot.image, snapshot.index)) return false;
  // Where every row had to be looked at, another one is made soon.
  vault.snapshots.set(snapshot.collection, { seq: snapshot.seq, isGood: about !== 'all' });
  return true;
}

function letGo({ image, index }: OpenedSnapshot): void {
  image.wipe();
  index.fill(0);
}

/** Opens anew what has come since the snapshots, and what had not opened then. */
async function bringUp(store: StoreReader, vault: OpenVault, loaded: readonly OpenedSnapshot[], since: Since): Promise<void> {
  const collections = new Set(loaded.map(({ collection }) => collection));
  for (const { image, columnsFrom } of loaded) {
    for (const row of image.damaged()) await reopenRow(store, vault, row);
    vault.behind.note(since.about, columnsFrom);
  }
  for (const row of since.made) if (collections.has(vault.state.rows.get(row)?.collection ?? '')) await reopenRow(store, vault, row);
}

async function openEach(store: StoreReader, vault: OpenVault, collections: readonly string[]): Promise<void> {
  if (collections.length === 0) return;
  vault.behind.note('all', 0);
  for (const collection of collections) {
    for (let after = ''; ;) {
      const page = await store.versions(vault.vault, collection, after, VERSION_PAGE);
      const last = page.at(-1);
      if (last === undefined) break;
      for (const versions of byRow(page)) absorbVersions(vault, versions);
      after = last.row;
    }
  }
  for (const [id, row] of vault.state.rows) {
    if (row.erased === null && collections.includes(row.collection) && !vault.rows.has(id) && !vault.damaged.has(id))
      vault.damaged.set(id, 'row_unopenable');
  }
  for (const collection of collections) if (vault.rows.countOf(collection) > 0) settleRows(vault, collection);
}

function byRow(page: readonly StoredVersion[]): StoredVersion[][] {
  const rows: StoredVersion[][] = [];
  for (const version of page) {
    const last = rows.at(-1);
    if (last !== undefined && last[0]?.row === version.row) last.push(version);
    else rows.push([version]);
  }
  return rows;
}
