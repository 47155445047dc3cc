import { fromBase64, fromHex, hex } from '../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import { type CollectionKey, unwrapBox, wipeCollectionKey } from '../crypto/collection-key.ts';
import { contentDigest, openRow, type SealedRow } from '../crypto/row-seal.ts';
import { sha256 } from '../crypto/sha256.ts';
import { grantBoxKey, type Token } from '../crypto/token.ts';
import { type LedgerEvent, NO_PREVIOUS, parseStoredEvent } from '../memory/event.ts';
import { parseHeader, type RowHeader } from '../memory/header.ts';
import { openDetails, openName } from '../memory/sealed-labels.ts';
import { currentVersion, type GrantState, type VaultState, type VersionState } from '../memory/state.ts';
import type { StoredVersion } from '../store/records.ts';
import type { StoreReader } from '../store/store.ts';
import { openEventBody } from './event-body.ts';
import { EVENT_PAGE } from './ledger-reader.ts';
import type { OpenVault } from './open-vault.ts';

const VERSION_PAGE = 2000;

/**
 * Opens a grant's boxes with its token, each checked against what the owner signed, and with them the rows of every collection that was
 * not open before.
 * @throws {MemSyncError} `box_mismatch`, `ledger_broken`
 */
export async function unlockGrant(store: StoreReader, vault: OpenVault, token: Token, grant: GrantState): Promise<void> {
  const boxKey = grantBoxKey(token);
  const boxes = await store.boxes(vault.vault, token.grantId);
  const opened: CollectionKey[] = [];
  for (const signed of grant.body.boxes) {
    const stored = boxes.find((box) => box.collection === signed.collection && box.epoch === signed.epoch);
    if (stored === undefined) throw new MemSyncError('box_mismatch', 'A sealed box that the owner signed is missing.');
    const name = { vault: vault.vault, collection: signed.collection, epoch: signed.epoch };
    opened.push(
      unwrapBox(name, stored.box, boxKey, { boxSha256: fromHex(signed.boxSha256), keyCommitment: fromHex(signed.keyCommitment) }),
    );
  }
  boxKey.secretKey.wipe();
  const fresh = opened.filter((key) => !vault.keys.has(key.name.collection));
  for (const key of opened) if (!fresh.includes(key)) wipeCollectionKey(key);
  try {
    for (const key of fresh) vault.keys.set(key.name.collection, key);
    const details = openDetails(vault.vaultKey(), token.grantId, fromBase64(grant.body.sealedDetails));
    for (const key of fresh) nameCollection(vault, key);
    await openRows(
      store,
      vault,
      fresh.filter((key) => vault.state.collections.get(key.name.collection)?.purpose === 'rows'),
    );
    vault.grants.set(token.grantId, {
      id: token.grantId,
      tokenHash: sha256(token.secret.reveal()),
      details,
      collections: new Set(grant.body.boxes.map((box) => box.collection)),
    });
  } catch (error) {
    for (const key of fresh) {
      vault.keys.delete(key.name.collection);
      wipeCollectionKey(key);
    }
    throw error;
  }
}

function nameCollection(vault: OpenVault, key: CollectionKey): void {
  const collection = vault.state.collections.get(key.name.collection);
  if (collection === undefined || collection.purpose === 'vault') return;
  const name = openName(key, fromBase64(collection.sealedName));
  vault.names.set(collection.id, name);
  vault.ids.set(name, collection.id);
}

/** Opens every row of some collections, their events' seals checked first. A row that does not open is left out and named in `damaged`. */
async function openRows(store: StoreReader, vault: OpenVault, keys: readonly CollectionKey[]): Promise<void> {
  if (keys.length === 0) return;
  const byId = new Map(keys.map((key) => [key.name.collection, key]));
  await checkSeals(store, vault, byId);
  for (const key of keys) {
    for (let after = ''; ;) {
      const page = await store.versions(vault.vault, key.name.collection, after, VERSION_PAGE);
      const last = page.at(-1);
      if (last === undefined) break;
      for (const versions of byRow(page)) absorbVersions(vault, key, versions);
      after = last.row;
    }
  }
  for (const [id, row] of vault.state.rows) {
    if (byId.has(row.collection) && !vault.rows.has(id) && !vault.damaged.has(id)) vault.damaged.set(id, 'row_unopenable');
  }
}

async function checkSeals(store: StoreReader, vault: OpenVault, keys: ReadonlyMap<string, CollectionKey>): Promise<void> {
  let previous = NO_PREVIOUS;
  for (let seq = 0; seq <= vault.state.headSeq;) {
    const page = await store.events(vault.vault, seq, EVENT_PAGE);
    for (const stored of page) {
      if (stored.seq > vault.state.headSeq) return;
      const parsed = parseStoredEvent(stored.stored);
      if (parsed.by === 'grant') checkSeal({ state: vault.state, keys }, stored.seq, previous, parsed);
      previous = stored.hash;
      seq = stored.seq + 1;
    }
    if (page.length === 0) throw new MemSyncError('ledger_broken', `The ledger ends before event ${seq}.`);
  }
}

/** Checks that a grant's event was sealed by a holder of its collection's key, where that key is open. @throws {MemSyncError} `ledger_broken` */
export function checkSeal(
  vault: { readonly state: VaultState; readonly keys: ReadonlyMap<string, CollectionKey> },
  seq: number,
  previous: Uint8Array,
  parsed: Extract<LedgerEvent, { by: 'grant' }>,
): void {
  const key = vault.keys.get(vault.state.rows.get(parsed.event.row)?.collection ?? '');
  if (key !== undefined) openEventBody(key, seq, previous, parsed.clear, parsed.sealed);
}

/** Opens all versions of one row, oldest first, and puts the current one in place. */
function absorbVersions(vault: OpenVault, key: CollectionKey, versions: readonly StoredVersion[]): void {
  const id = versions[0]?.row ?? '';
  const state = vault.state.rows.get(id);
  if (state === undefined) return;
  try {
    let basisAt = Number.POSITIVE_INFINITY;
    let current: { header: RowHeader; text: string } | null = null;
    for (const known of state.versions) {
      const stored = versions.find((one) => one.version === known.version);
      if (stored === undefined) throw new MemSyncError('row_unopenable', `Version ${known.version} of row ${id} is missing.`);
      current = openVersion(key, stored, known);
      basisAt = Math.min(basisAt, current.header.basisAt, known.at);
      vault.noteSaying(id, known.version, current.text);
    }
    if (current === null) throw new MemSyncError('row_unopenable', `Row ${id} has no version.`);
    vault.place(current.header, current.text, basisAt);
    vault.damaged.delete(id);
  } catch (error) {
    if (!isMemSyncError(error)) throw error;
    vault.rows.delete(id);
    vault.index.remove(id);
    vault.damaged.set(id, error.code);
  }
}

/**
 * One row version in the clear, checked against what the ledger says of it.
 * @throws {MemSyncError} `row_unopenable`, `commitment_mismatch`
 */
export function openVersion(key: CollectionKey, stored: StoredVersion, known: VersionState): { header: RowHeader; text: string } {
  const sealed: SealedRow = { epoch: stored.epoch, header: stored.header, text: stored.text, wrappedKey: stored.wrappedKey };
  if (hex(contentDigest(sealed)) !== known.content)
    throw new MemSyncError('row_unopenable', `Row ${stored.row} is not the one in the ledger.`);
  const opened = openRow(key, stored, sealed, fromHex(known.commitment));
  opened.salt.wipe();
  const header = parseHeader(opened.header, stored.row, stored.version);
  if (header.collection !== key.name.collection || header.origin.stamped.grantId !== known.grantId) {
    throw new MemSyncError('row_unopenable', `Row ${stored.row} was stamped for another place.`);
  }
  return { header, text: opened.text };
}

/** Brings one row of an open vault up to what is stored. */
export async function reopenRow(store: StoreReader, vault: OpenVault, id: string): Promise<void> {
  const state = vault.state.rows.get(id);
  const key = state === undefined ? undefined : vault.keys.get(state.collection);
  if (state === undefined || key === undefined) return;
  const versions: StoredVersion[] = [];
  for (let version = 1; version <= currentVersion(state).version; version++) {
    const stored = await store.version(vault.vault, id, version);
    if (stored !== null) versions.push(stored);
  }
  absorbVersions(vault, key, versions);
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
