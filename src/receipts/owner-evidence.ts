import { type Envelope, OWNER_EVENT_TYPE, type ValidationLeaf } from '../../schemas/owner-event.ts';
import type { OwnerEvidence, TagRecord } from '../../schemas/receipt.ts';
import { fromHex, hex } from '../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import { parseEnvelope, payloadVerifies } from '../crypto/dsse.ts';
import { rootOfHashes, verifyInclusion } from '../log/merkle.ts';
import { inclusionRanges } from '../log/range.ts';
import { parseOwnerPayload, verifyGenesis } from '../memory/owner-chain.ts';
import { validationLeafHash } from '../memory/validation.ts';

/** What the owner's word for one row has been shown to be. */
export interface VerifiedValidation {
  /** The earlier of signed and appended. Only the signed one is the owner's; the appended one is the service's and can make it earlier. */
  readonly at: Instant;
  /** Until when the owner stood behind it, or null: as the policy says. */
  readonly expiresAt: Instant | null;
}

/** One row's share of a batch validation. `leaves` are all of the batch, in tree order. @throws {MemSyncError} `input_invalid` without such a leaf. */
export function makeOwnerEvidence(
  vault: string,
  event: Envelope,
  leaves: readonly ValidationLeaf[],
  index: number,
  appendedAt: Instant,
): OwnerEvidence {
  const leaf = leaves[index];
  if (leaf === undefined) throw new MemSyncError('input_invalid', 'The batch has no such leaf.');
  const hashes = leaves.map((one) => validationLeafHash(vault, one));
  const path = inclusionRanges(index, leaves.length).map(({ from, to }) => hex(rootOfHashes(hashes.slice(from, to))));
  return { event, leaf, index, path, appendedAt };
}

/**
 * The owner's key (32 bytes) in the genesis whose SHA-256 is the vault id.
 * @throws {MemSyncError} `disclosure_mismatch` when it is another vault's genesis, or none.
 */
export function ownerKeyOf(vault: string, genesis: Envelope): Uint8Array {
  return mismatchUnless('genesis', () => {
    const verified = verifyGenesis(parseEnvelope(OWNER_EVENT_TYPE, genesis));
    if (verified.vault !== vault) throw mismatch('The genesis is not the one whose SHA-256 is the vault id.');
    return fromHex(verified.payload.body.ownerKey);
  });
}

/**
 * Checks the owner's word for one row: signed by the owner's key, for this vault, this row, this version and these bytes (the commitment),
 * and given when the row says that it was. `evaluatedAt` is when the row was served.
 * @throws {MemSyncError} `disclosure_mismatch` when any of it does not hold.
 */
export function verifyOwnerEvidence(
  vault: string,
  ownerKey: Uint8Array,
  record: TagRecord,
  evidence: OwnerEvidence,
  evaluatedAt: Instant,
): VerifiedValidation {
  return mismatchUnless(record.tag, () => {
    const { signedAt } = signedLeaf(vault, ownerKey, evidence);
    const { leaf, appendedAt } = evidence;
    if (leaf.row !== record.row) throw mismatch(`${record.tag}: the owner’s word is for another row.`);
    if (leaf.version !== record.version) throw mismatch(`${record.tag}: the owner’s word is for another version of the row.`);
    if (leaf.commitment !== record.commitment) throw mismatch(`${record.tag}: the owner’s word is for other content of the row.`);
    const at = Math.min(signedAt, appendedAt);
    if (record.lastValidatedAt !== at) throw mismatch(`${record.tag}: the row does not give the time of the owner’s word.`);
    if (appendedAt > evaluatedAt) throw mismatch(`${record.tag}: the owner’s word came after the row was served.`);
    if (record.tier === 'active' && leaf.expiresAt !== null && leaf.expiresAt <= evaluatedAt) {
      throw mismatch(`${record.tag}: the owner’s word had run out, yet the row counted as active.`);
    }
    return { at, expiresAt: leaf.expiresAt };
  });
}

/** The signed half: an event of the owner's, of kind `validated`, in this vault, whose root the leaf lies under. */
function signedLeaf(vault: string, ownerKey: Uint8Array, evidence: OwnerEvidence): { signedAt: Instant } {
  const signed = parseEnvelope(OWNER_EVENT_TYPE, evidence.event);
  if (!payloadVerifies(ownerKey, OWNER_EVENT_TYPE, signed)) throw mismatch('The owner’s signature does not hold.');
  const payload = parseOwnerPayload(signed.payload);
  if (payload.vault !== vault) throw mismatch('The owner’s word is for another vault.');
  if (payload.kind !== 'validated') throw mismatch('The owner’s word is not a validation.');
  verifyInclusion(
    evidence.index,
    payload.body.size,
    validationLeafHash(vault, evidence.leaf),
    evidence.path.map(fromHex),
    fromHex(payload.body.root),
  );
  return { signedAt: payload.signedAt };
}

/** What `check` gives; whatever coded error it ends in becomes `disclosure_mismatch`, since that is what it means to a reader. */
function mismatchUnless<T>(what: string, check: () => T): T {
  try {
    return check();
  } catch (cause) {
    if (!isMemSyncError(cause) || cause.code === 'disclosure_mismatch') throw cause;
    throw new MemSyncError('disclosure_mismatch', `${what}: ${cause.message}`, { cause });
  }
}

function mismatch(detail: string): MemSyncError {
  return new MemSyncError('disclosure_mismatch', detail);
}
