import { type Envelope, OWNER_EVENT_TYPE, type OwnerEventPayload, type ValidationLeaf } from '../../schemas/owner-event.ts';
import type { OwnerEvidence, TagRecord } from '../../schemas/receipt.ts';
import { fromHex, hex } from '../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import { parseEnvelope, payloadVerifies } from '../crypto/dsse.ts';
import { rootOfHashes, verifyInclusion } from '../log/merkle.ts';
import { inclusionRanges } from '../log/range.ts';
import { parseOwnerPayload, type Signers, signerOf, verifyGenesis } from '../memory/owner-chain.ts';
import { validationLeafHash } from '../memory/validation.ts';

/** What the owner's word for one row has been shown to be. */
export interface VerifiedValidation {
  /** The earlier of signed and appended. Only the signed one is the owner's; the appended one is the service's and can make it earlier. */
  readonly at: Instant;
  /** When the owner says that it was given. */
  readonly signedAt: Instant;
  /** Until when the owner stood behind it, or null: as the policy says. */
  readonly expiresAt: Instant | null;
  /** The grant of the device that signed in the owner's name; null where the owner did. */
  readonly device: string | null;
  /** Whether the owner key in force then has been replaced since, as far as is shown. */
  readonly keyReplaced: boolean;
}

/** An owner key, in force after the owner's event `after` (0 for the genesis) up to the one that began the next. */
export interface OwnerKeyEra {
  readonly after: number;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

/** One row's share of a batch validation. `leaves` are all of the batch, in tree order. @throws {MemSyncError} `input_invalid` without such a leaf. */
export function makeOwnerEvidence(
  vault: string,
  event: Envelope,
  leaves: readonly ValidationLeaf[],
  index: number,
  appendedAt: Instant,
  grant: Envelope | null = null,
): OwnerEvidence {
  const leaf = leaves[index];
  if (leaf === undefined) throw new MemSyncError('input_invalid', 'The batch has no such leaf.');
  const hashes = leaves.map((one) => validationLeafHash(vault, one));
  const path = inclusionRanges(index, leaves.length).map(({ from, to }) => hex(rootOfHashes(hashes.slice(from, to))));
  return { event, leaf, index, path, appendedAt, ...(grant === null ? {} : { grant }) };
}

/**
 * The owner's keys, from the one in the genesis whose SHA-256 is the vault id on: each change signed by the key that the one before had
 * committed to.
 * @throws {MemSyncError} `disclosure_mismatch` when it is another vault's genesis, or none, or a change that does not follow.
 */
export function ownerKeysOf(vault: string, genesis: Envelope, rotations: readonly Envelope[] = []): OwnerKeyEra[] {
  const { ownerKey, nextKeyHash } = mismatchUnless('genesis', () => {
    const verified = verifyGenesis(parseEnvelope(OWNER_EVENT_TYPE, genesis));
    if (verified.vault !== vault) throw mismatch('The genesis is not the one whose SHA-256 is the vault id.');
    return verified.payload.body;
  });
  const eras: OwnerKeyEra[] = [{ after: 0, key: fromHex(ownerKey) }];
  let signers: Signers = { ownerKey, nextKeyHash, deviceKey: null };
  for (const envelope of rotations) {
    const { ownerSeq, body } = changedKey(vault, envelope, signers);
    if (ownerSeq <= (eras.at(-1)?.after ?? 0)) throw mismatch('The changes of the owner key are not in their order.');
    signers = { ...body, deviceKey: null };
    eras.push({ after: ownerSeq, key: fromHex(body.ownerKey) });
  }
  return eras;
}

function changedKey(vault: string, envelope: Envelope, signers: Signers): Extract<OwnerEventPayload, { kind: 'owner_rotated' }> {
  return mismatchUnless('rotations', () => {
    const { payload } = openSigned(vault, envelope, (one) => signerOf(one, signers));
    if (payload.kind !== 'owner_rotated') throw mismatch('An event among the changes of the owner key is none.');
    return payload;
  });
}

/**
 * Checks the owner's word for one row: signed by the owner's key as it was then, or by that of a device that it names, for this vault, this row, this version and these bytes (the commitment),
 * and given when the row says that it was. `evaluatedAt` is when the row was served.
 * @throws {MemSyncError} `disclosure_mismatch` when any of it does not hold.
 */
export function verifyOwnerEvidence(
  vault: string,
  eras: readonly OwnerKeyEra[],
  record: TagRecord,
  evidence: OwnerEvidence,
  evaluatedAt: Instant,
): VerifiedValidation {
  return mismatchUnless(record.tag, () => {
    const { signedAt, device, keyReplaced } = signedLeaf(vault, eras, evidence);
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
    return { at, signedAt, expiresAt: leaf.expiresAt, device, keyReplaced };
  });
}

interface SignedLeaf {
  readonly signedAt: Instant;
  readonly device: string | null;
  readonly keyReplaced: boolean;
}

/** A validation as it was signed, with what shows who signed it. */
export type SignedValidation = Pick<OwnerEvidence, 'event' | 'appendedAt' | 'grant'>;

/**
 * A validation's payload, its signature checked: by the owner's key as it was then, or by that of a device which the owner had given it.
 * @throws {MemSyncError} `disclosure_mismatch`, or another code, when it is no such thing.
 */
export function openValidation(
  vault: string,
  eras: readonly OwnerKeyEra[],
  evidence: SignedValidation,
): Extract<OwnerEventPayload, { kind: 'validated' }> {
  const { payload } = openSigned(vault, evidence.event, (one) => {
    if (one.by === undefined) return keyAt(eras, one.ownerSeq);
    return signerOf(one, { ownerKey: '', nextKeyHash: '', deviceKey: deviceKey(vault, eras, one, evidence) });
  });
  if (payload.kind !== 'validated') throw mismatch('The owner’s word is not a validation.');
  if (payload.by === undefined && evidence.grant !== undefined) throw mismatch('The owner signed; no device’s grant belongs here.');
  return payload;
}

/** The signed half: an event in the owner's name, of kind `validated`, in this vault, whose root the leaf lies under. */
function signedLeaf(vault: string, eras: readonly OwnerKeyEra[], evidence: OwnerEvidence): SignedLeaf {
  const payload = openValidation(vault, eras, evidence);
  verifyInclusion(
    evidence.index,
    payload.body.size,
    validationLeafHash(vault, evidence.leaf),
    evidence.path.map(fromHex),
    fromHex(payload.body.root),
  );
  const keyReplaced = (eras.at(-1)?.after ?? 0) >= payload.ownerSeq;
  return { signedAt: payload.signedAt, device: payload.by ?? null, keyReplaced };
}

/** The key of the device that an event names, in hexadecimal, as the owner gave it: before the event, and for longer than until then. */
function deviceKey(vault: string, eras: readonly OwnerKeyEra[], event: OwnerEventPayload, evidence: SignedValidation): string | null {
  if (evidence.grant === undefined) throw mismatch('A device signed, and the owner’s event that gave it its key is not here.');
  const { payload } = openSigned(vault, evidence.grant, (one) => (one.by === undefined ? keyAt(eras, one.ownerSeq) : null));
  if (payload.kind !== 'granted' || payload.body.grant !== event.by) throw mismatch('The grant is not that of the device that signed.');
  const { expiresAt, signingKey } = payload.body;
  if (payload.ownerSeq >= event.ownerSeq) throw mismatch('The device was given its key after it signed.');
  if (expiresAt !== null && expiresAt <= evidence.appendedAt) throw mismatch('The device’s grant had run out when it signed.');
  return signingKey ?? null;
}

/** The owner key in force at a place of the owner's chain, in hexadecimal. */
function keyAt(eras: readonly OwnerKeyEra[], ownerSeq: number): string | null {
  const era = eras.findLast(({ after }) => after <= ownerSeq);
  // The place of a change of the key is taken by that change.
  return era === undefined || era.after === ownerSeq ? null : hex(era.key);
}

/** An event in the owner's name for this vault, its signature checked against the key that `signer` says. */
function openSigned(
  vault: string,
  envelope: Envelope,
  signer: (payload: OwnerEventPayload) => string | null,
): { payload: OwnerEventPayload } {
  const signed = parseEnvelope(OWNER_EVENT_TYPE, envelope);
  const payload = parseOwnerPayload(signed.payload);
  if (payload.vault !== vault) throw mismatch('The owner’s word is for another vault.');
  const key = signer(payload);
  if (key === null || !payloadVerifies(fromHex(key), OWNER_EVENT_TYPE, signed)) throw mismatch('The owner’s signature does not hold.');
  return { payload };
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
