import { equalBytes, fromHex, hex } from '../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import type { Redacted } from '../core/redacted.ts';
import { contentDigest, openRow, type SealedRow } from '../crypto/row-seal.ts';
import { sha256 } from '../crypto/sha256.ts';
import type { LedgerEvent } from '../memory/event.ts';
import { parseHeader, type RowHeader } from '../memory/header.ts';
import { currentVersion, epochAt, type VersionState } from '../memory/state.ts';
import type { StoredEvent, StoredVersion } from '../store/records.ts';
import type { StoreReader } from '../store/store.ts';
import { type EventBody, openEventBody } from './event-body.ts';
import type { OpenVault } from './open-vault.ts';

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
export function absorbVersions(vault: OpenVault, versions: readonly StoredVersion[]): void {
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

/** A row version with what its commitment was made of, to the byte. Whoever has it wipes salt and bytes. */
export interface WholeVersion {
  readonly header: RowHeader;
  /** The header as it was sealed. */
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly salt: Redacted;
}

/**
 * One row version in the clear, checked against what the ledger says of it.
 * @throws {MemSyncError} `row_unopenable`, `commitment_mismatch`
 */
export function openVersion(vault: OpenVault, stored: StoredVersion, known: VersionState): { header: RowHeader; text: string } {
  const { header, bytes, text, salt } = openVersionWhole(vault, stored, known);
  salt.wipe();
  bytes.fill(0);
  return { header, text };
}

/** As `openVersion`, with what opens the commitment. */
export function openVersionWhole(vault: OpenVault, stored: StoredVersion, known: VersionState): WholeVersion {
  const key = vault.keys.at(stored.collection, stored.wrapEpoch);
  if (key === undefined) throw new MemSyncError('row_unopenable', `Row ${stored.row} is wrapped under a key that is not at hand.`);
  const sealed: SealedRow = { epoch: stored.epoch, header: stored.header, text: stored.text, wrappedKey: stored.wrappedKey };
  if (hex(contentDigest(sealed)) !== known.content)
    throw new MemSyncError('row_unopenable', `Row ${stored.row} is not the one in the ledger.`);
  const { header: bytes, salt, text } = openRow(key, stored, sealed, fromHex(known.commitment));
  const header = parseHeader(bytes, stored.row, stored.version);
  if (header.collection !== key.name.collection || header.origin.stamped.grantId !== known.grantId) {
    throw new MemSyncError('row_unopenable', `Row ${stored.row} was stamped for another place.`);
  }
  return { header, bytes, text, salt };
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
