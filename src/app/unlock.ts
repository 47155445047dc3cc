import { equalBytes, fromBase64, fromHex, hex } from '../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import { type CollectionKey, unwrapBox, wipeCollectionKey } from '../crypto/collection-key.ts';
import { openPrevious } from '../crypto/key-chain.ts';
import { contentDigest, openRow, type SealedRow } from '../crypto/row-seal.ts';
import { sha256 } from '../crypto/sha256.ts';
import { grantBoxKey, type Token } from '../crypto/token.ts';
import { type LedgerEvent, NO_PREVIOUS, parseStoredEvent } from '../memory/event.ts';
import { parseHeader, type RowHeader } from '../memory/header.ts';
import { openDetails, openName } from '../memory/sealed-labels.ts';
import {
  currentEpoch,
  currentVersion,
  epochAt,
  type GrantState,
  type VaultState,
  type VersionState,
  vaultCollection,
} from '../memory/state.ts';
import type { StoredBox, StoredEvent, StoredVersion } from '../store/records.ts';
import type { StoreReader } from '../store/store.ts';
import { type EventBody, openEventBody } from './event-body.ts';
import { EVENT_PAGE } from './ledger-reader.ts';
import type { OpenVault } from './open-vault.ts';

const VERSION_PAGE = 2000;

/**
 * Opens a grant's boxes with its token, each checked against what the owner signed, with them the keys of earlier epochs, and the rows of
 * every collection that was not open before.
 * @throws {MemSyncError} `box_mismatch`, `ledger_broken`
 */
export async function unlockGrant(store: StoreReader, vault: OpenVault, token: Token, grant: GrantState): Promise<void> {
  const stored = await store.boxes(vault.vault, token.grantId);
  const opened = openBoxes(vault.state, token, grant, stored);
  const collections = new Set(opened.map((key) => key.name.collection));
  const fresh = [...collections].filter((collection) => !vault.keys.has(collection));
  const renewed = opened.filter(({ name }) => vault.keys.has(name.collection) && vault.keys.at(name.collection, name.epoch) === undefined);
  try {
    for (const key of opened) vault.keys.add(key);
    const details = openDetails(detailsKey(vault, grant), token.grantId, fromBase64(grant.body.sealedDetails));
    for (const collection of fresh) nameCollection(vault, collection);
    await openRows(
      store,
      vault,
      fresh.filter((collection) => vault.state.collections.get(collection)?.purpose === 'rows'),
    );
    await openWaiting(store, vault, new Set(renewed.map(({ name }) => name.collection)));
    vault.grants.set(token.grantId, { id: token.grantId, tokenHash: sha256(token.secret.reveal()), details, collections, lastUsed: 0 });
  } catch (error) {
    for (const collection of fresh) vault.keys.drop(collection);
    throw error;
  } finally {
    vault.forgetLimits();
  }
}

/** Every key that a token opens: of each collection the newest, out of its box, and through it those before. */
function openBoxes(state: VaultState, token: Token, grant: GrantState, stored: readonly StoredBox[]): CollectionKey[] {
  const boxKey = grantBoxKey(token);
  const opened: CollectionKey[] = [];
  try {
    for (const signed of grant.boxes) {
      const collection = state.collections.get(signed.collection);
      if (collection === undefined || collection.erased !== null) continue;
      const box = stored.find((one) => one.collection === signed.collection && one.epoch === signed.epoch);
      if (box === undefined) throw new MemSyncError('box_mismatch', 'A sealed box that the owner signed is missing.');
      if (currentEpoch(collection).epoch !== signed.epoch) {
        throw new MemSyncError('box_mismatch', 'The grant was not given the collection’s newest key.');
      }
      const name = { vault: state.vault, collection: signed.collection, epoch: signed.epoch };
      let key = unwrapBox(name, box.box, boxKey, { boxSha256: fromHex(signed.boxSha256), keyCommitment: fromHex(signed.keyCommitment) });
      opened.push(key);
      for (const { epoch, sealedPrevious } of collection.epochs.toReversed()) {
        const before = collection.epochs.find((one) => one.epoch === epoch - 1);
        if (sealedPrevious === null || before === undefined) continue;
        key = openPrevious(key, { ...name, epoch: before.epoch }, fromBase64(sealedPrevious), fromHex(before.keyCommitment));
        opened.push(key);
      }
    }
    return opened;
  } catch (error) {
    for (const key of opened) wipeCollectionKey(key);
    throw error;
  } finally {
    boxKey.secretKey.wipe();
  }
}

/** The vault's own key as it was when the grant was given: its details are sealed under that one. */
export function detailsKey(vault: OpenVault, grant: GrantState): CollectionKey {
  const own = vaultCollection(vault.state);
  return vault.keyAt(own?.id ?? '', own === null ? 0 : epochAt(own, grant.seq));
}

function nameCollection(vault: OpenVault, id: string): void {
  const collection = vault.state.collections.get(id);
  if (collection === undefined || collection.purpose === 'vault') return;
  const name = openName(vault.keyAt(id, 1), fromBase64(collection.sealedName));
  vault.names.set(collection.id, name);
  vault.ids.set(name, collection.id);
}

/** Opens every row of some collections, their events' seals checked first. A row that does not open is left out and named in `damaged`. */
async function openRows(store: StoreReader, vault: OpenVault, collections: readonly string[]): Promise<void> {
  if (collections.length === 0) return;
  await checkSeals(store, vault, new Set(collections));
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
}

/** Opens the rows that came while only earlier keys of their collection were at hand. */
async function openWaiting(store: StoreReader, vault: OpenVault, renewed: ReadonlySet<string>): Promise<void> {
  if (renewed.size === 0) return;
  const waiting = [...vault.state.rows.values()].filter(
    (row) => renewed.has(row.collection) && row.erased === null && !vault.rows.has(row.id),
  );
  for (const { id } of waiting) await reopenRow(store, vault, id);
}

async function checkSeals(store: StoreReader, vault: OpenVault, collections: ReadonlySet<string>): Promise<void> {
  let previous = NO_PREVIOUS;
  for (let seq = 0; seq <= vault.state.headSeq;) {
    const page = await store.events(vault.vault, seq, EVENT_PAGE);
    for (const stored of page) {
      if (stored.seq > vault.state.headSeq) return;
      const parsed = parseStoredEvent(stored.stored);
      if (parsed.by === 'grant' && collections.has(vault.state.rows.get(parsed.event.row)?.collection ?? '')) {
        checkSeal(vault, stored, previous, parsed);
      }
      previous = stored.hash;
      seq = stored.seq + 1;
    }
    if (page.length === 0) throw new MemSyncError('ledger_broken', `The ledger ends before event ${seq}.`);
  }
}

/**
 * Checks that a grant's event was sealed by a holder of its collection's key, where that key is open. Only an erased row's events may lack
 * their sealed halves. Returns what the sealed half says, or null where it is gone or its key is not at hand.
 * @throws {MemSyncError} `ledger_broken`
 */
export function checkSeal(
  vault: OpenVault,
  stored: StoredEvent,
  previous: Uint8Array,
  parsed: Extract<LedgerEvent, { by: 'grant' }>,
): EventBody | null {
  const row = vault.state.rows.get(parsed.event.row);
  const collection = vault.state.collections.get(row?.collection ?? '');
  const key = collection === undefined ? undefined : vault.keys.at(collection.id, epochAt(collection, stored.seq));
  if (key === undefined) return null;
  const { seq, beside } = stored;
  if (beside === null) {
    if (row !== undefined && row.erased !== null) return null;
    throw new MemSyncError('ledger_broken', `Event ${seq} lacks its sealed half, and nobody has erased it.`);
  }
  if (!equalBytes(sha256(beside), parsed.sealedSha256))
    throw new MemSyncError('ledger_broken', `The sealed half of event ${seq} is another.`);
  return openEventBody(key, seq, previous, parsed.clear, beside);
}

/** Opens all versions of one row, oldest first, and puts the current one in place. */
function absorbVersions(vault: OpenVault, versions: readonly StoredVersion[]): void {
  const id = versions[0]?.row ?? '';
  const state = vault.state.rows.get(id);
  if (state === undefined || state.erased !== null) return;
  try {
    let basisAt = Number.POSITIVE_INFINITY;
    let current: { header: RowHeader; text: string } | null = null;
    for (const known of state.versions) {
      const stored = versions.find((one) => one.version === known.version);
      if (stored === undefined) throw new MemSyncError('row_unopenable', `Version ${known.version} of row ${id} is missing.`);
      current = openVersion(vault, stored, known);
      basisAt = Math.min(basisAt, current.header.basisAt, known.at);
      // What it said before is looked for, too, where somebody asks for the past; `place` puts the current one.
      if (known !== state.versions.at(-1)) vault.indexVersion(current.header, current.text, known.seq);
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
export function openVersion(vault: OpenVault, stored: StoredVersion, known: VersionState): { header: RowHeader; text: string } {
  const key = vault.keys.at(stored.collection, stored.wrapEpoch);
  if (key === undefined) throw new MemSyncError('row_unopenable', `Row ${stored.row} is wrapped under a key that is not at hand.`);
  const sealed: SealedRow = { epoch: stored.epoch, header: stored.header, text: stored.text, wrappedKey: stored.wrappedKey };
  if (hex(contentDigest(sealed)) !== known.content)
    throw new MemSyncError('row_unopenable', `Row ${stored.row} is not the one in the ledger.`);
  const opened = openRow(key, stored, sealed, fromHex(known.commitment));
  opened.salt.wipe();
  const header = parseHeader(opened.header, stored.row, stored.version);
  opened.header.fill(0);
  if (header.collection !== key.name.collection || header.origin.stamped.grantId !== known.grantId) {
    throw new MemSyncError('row_unopenable', `Row ${stored.row} was stamped for another place.`);
  }
  return { header, text: opened.text };
}

/** Brings one row of an open vault up to what is stored. */
export async function reopenRow(store: StoreReader, vault: OpenVault, id: string): Promise<void> {
  const state = vault.state.rows.get(id);
  if (state === undefined || !vault.keys.has(state.collection)) return;
  const versions: StoredVersion[] = [];
  for (let version = 1; version <= currentVersion(state).version; version++) {
    const stored = await store.version(vault.vault, id, version);
    if (stored !== null) versions.push(stored);
  }
  absorbVersions(vault, versions);
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
