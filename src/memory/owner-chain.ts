import { GenesisPayload, OWNER_EVENT_TYPE, OwnerEventPayload } from '../../schemas/owner-event.ts';
import { equalBytes, fromHex, hex } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { parseCanonicalJson } from '../crypto/canonical.ts';
import { payloadVerifies, type SignedPayload } from '../crypto/dsse.ts';
import { ownerKeyHash } from '../crypto/owner-key-hash.ts';
import type { Instant } from '../core/instant.ts';
import { payloadHash } from './event.ts';
import type { VaultState } from './state.ts';

/** The payload of an owner event. @throws {MemSyncError} `event_malformed` unless it is canonical JSON of a known kind. */
export function parseOwnerPayload(payload: Uint8Array): OwnerEventPayload {
  return parsePayload(payload, OwnerEventPayload);
}

/**
 * A vault's genesis, its own signature checked. The vault id is the SHA-256 of its payload.
 * @throws {MemSyncError} `event_malformed`, `event_signature_invalid`
 */
export function verifyGenesis(signed: SignedPayload): { vault: string; payload: GenesisPayload } {
  const payload = parsePayload(signed.payload, GenesisPayload);
  if (!payloadVerifies(fromHex(payload.body.ownerKey), OWNER_EVENT_TYPE, signed)) {
    throw new MemSyncError('event_signature_invalid', 'The genesis is not signed by the owner key that it names.');
  }
  return { vault: payloadHash(signed.payload), payload };
}

/**
 * Whether an owner event may follow in this vault: right vault, right signature, on top of the owner's chain, naming a head that this
 * ledger had (FORMATS, "Owner event"). `seenHash` is the ledger's own hash at `seenHead.seq`, or null where it has none; `at` is when the
 * event is appended.
 * @throws {MemSyncError} `event_malformed`, `event_vault_mismatch`, `event_signature_invalid`, `event_replayed`, `owner_chain_conflict`, `seen_head_unknown`
 */
export function verifyOwnerEvent(state: VaultState, signed: SignedPayload, seenHash: Uint8Array | null, at: Instant): OwnerEventPayload {
  const payload = verifyOwnerSignature(state, signed, at);
  if (state.ownerHashes.has(payloadHash(signed.payload))) {
    throw new MemSyncError('event_replayed', `The owner event ${payload.ownerSeq} is in the ledger already.`, {
      context: ownerHead(state),
    });
  }
  if (payload.ownerSeq !== state.ownerSeq + 1 || payload.ownerPrev !== state.ownerHead) {
    throw new MemSyncError('owner_chain_conflict', `The owner’s chain is at ${state.ownerSeq}; the event does not follow on it.`, {
      context: ownerHead(state),
    });
  }
  if (seenHash === null || !equalBytes(seenHash, fromHex(payload.seenHead.hash))) {
    throw new MemSyncError('seen_head_unknown', `This ledger has no such head at ${payload.seenHead.seq}.`);
  }
  return payload;
}

/**
 * Whether somebody who may sign such an event in this vault has signed it, wherever in the chain it belongs.
 * @throws {MemSyncError} `event_malformed`, `event_vault_mismatch`, `event_signature_invalid`
 */
export function verifyOwnerSignature(state: VaultState, signed: SignedPayload, at: Instant): OwnerEventPayload {
  const payload = parseOwnerPayload(signed.payload);
  if (payload.vault !== state.vault) throw new MemSyncError('event_vault_mismatch', 'The event was signed for another vault.');
  const device = payload.by === undefined ? null : (state.grants.get(payload.by) ?? null);
  const signer = signerOf(payload, {
    ownerKey: hex(state.ownerKey),
    nextKeyHash: state.nextKeyHash,
    deviceKey: device === null || device.revokedAt !== null || !lasts(device.body.expiresAt, at) ? null : (device.body.signingKey ?? null),
  });
  if (signer === null || !payloadVerifies(fromHex(signer), OWNER_EVENT_TYPE, signed)) {
    throw new MemSyncError('event_signature_invalid', 'The event is not signed by this vault’s owner.');
  }
  return payload;
}

/** Who may sign in a vault: the owner's key, the hash of the one that may follow, and the key of the device named, where it is in force. */
export interface Signers {
  readonly ownerKey: string;
  readonly nextKeyHash: string;
  readonly deviceKey: string | null;
}

/** What a delegated key may sign. */
const DELEGATED: ReadonlySet<OwnerEventPayload['kind']> = new Set(['validated', 'retracted']);

/** Whether a device that the owner trusts may sign such an event. */
export function mayDelegate(kind: OwnerEventPayload['kind']): boolean {
  return DELEGATED.has(kind);
}

/**
 * The key, in hexadecimal, that an owner event must be signed with, or null where nobody may sign such a one: the owner's own; for
 * `owner_rotated` the new key, if it is the one committed to; for a device's event its delegated key, if it is of a kind left to devices.
 */
export function signerOf(payload: OwnerEventPayload, signers: Signers): string | null {
  if (payload.by !== undefined) return mayDelegate(payload.kind) ? signers.deviceKey : null;
  if (payload.kind !== 'owner_rotated') return signers.ownerKey;
  const { ownerKey } = payload.body;
  return hex(ownerKeyHash(fromHex(ownerKey))) === signers.nextKeyHash ? ownerKey : null;
}

function lasts(expiresAt: Instant | null, at: Instant): boolean {
  return expiresAt === null || at < expiresAt;
}

function ownerHead(state: VaultState): { ownerSeq: number; ownerHead: string } {
  return { ownerSeq: state.ownerSeq, ownerHead: state.ownerHead };
}

function parsePayload<T>(bytes: Uint8Array, schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } }): T {
  let value: unknown;
  try {
    value = parseCanonicalJson(bytes);
  } catch (cause) {
    throw new MemSyncError('event_malformed', 'The payload is not canonical JSON.', { cause });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new MemSyncError('event_malformed', 'The payload is not an owner event of a known kind.');
  return parsed.data;
}
