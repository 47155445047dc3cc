import { z } from 'zod';
import { LIMITS } from '../../schemas/limits.ts';
import { CollectionId, GrantId, MemoryId, Millis, Sha256 } from '../../schemas/primitives.ts';
import { Tier } from '../../schemas/vocabulary.ts';
import { concat, fromUtf8, hex, lengthPrefixed, LengthPrefixedReader, readU64be, u64be, utf8 } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import type { SignedPayload } from '../crypto/dsse.ts';
import { sha256, sha256Parts } from '../crypto/sha256.ts';

const LINK_TAG = utf8('memsync/ledger-link/v1\0');

const made = {
  row: MemoryId,
  version: z.int().min(1),
  collection: CollectionId,
  epoch: z.int().min(1),
  commitment: Sha256,
  content: Sha256,
};
const byGrant = { at: Millis, grant: GrantId };

/** What a grant's event says in the clear. The rest is sealed beside it, bound to its place in the chain. */
export const GrantEvent = z.discriminatedUnion('kind', [
  z.strictObject({ ...byGrant, kind: z.literal('remembered'), ...made }),
  z.strictObject({ ...byGrant, kind: z.literal('imported'), ...made }),
  z.strictObject({ ...byGrant, kind: z.literal('edited'), ...made }),
  z.strictObject({ ...byGrant, kind: z.literal('sighted'), row: MemoryId }),
  z.strictObject({
    ...byGrant,
    kind: z.literal('contested'),
    row: MemoryId,
    version: z.int().min(1),
    reason: z.enum(['edit', 'supersede', 'attribute', 'doubt']),
  }),
  z.strictObject({ ...byGrant, kind: z.literal('app_confirmed'), row: MemoryId, version: z.int().min(1) }),
  z.strictObject({ ...byGrant, kind: z.literal('superseded'), row: MemoryId, by: MemoryId }),
]);
export type GrantEvent = z.infer<typeof GrantEvent>;

const byJob = { at: Millis, job: z.string().regex(/^[a-z][a-z-]{0,39}$/) };

/** Why a row falls: by its own times, or with a row that it derives from. */
export const FALL_REASONS = [
  'aged',
  'source_demoted',
  'source_contested',
  'source_superseded',
  'source_retracted',
  'source_erased',
] as const;

/**
 * What a job may say: it holds no key, so it can only retire (promise 3). `demoted` by age is the demotion job's; with a source's fall it
 * only tells what readers compute anyway. `restored` says which events a restore has lost, `erased` that it has erased again what was
 * erased since the backup.
 */
export const JobEvent = z.discriminatedUnion('kind', [
  z.strictObject({
    ...byJob,
    kind: z.literal('demoted'),
    row: MemoryId,
    version: z.int().min(1),
    from: Tier,
    to: Tier,
    reason: z.enum(FALL_REASONS),
    /** The row whose fall took this one along; null for age. */
    source: MemoryId.nullable(),
  }),
  z.strictObject({ ...byJob, kind: z.literal('restored'), lostTo: z.int().min(0) }),
  z.strictObject({ ...byJob, kind: z.literal('erased'), rows: z.array(MemoryId).min(1).max(LIMITS.eventRows), event: Sha256 }),
]);
export type JobEvent = z.infer<typeof JobEvent>;

/** One event of the ledger, as its stored bytes read. */
export type LedgerEvent =
  | {
      readonly by: 'grant';
      readonly at: Instant;
      readonly event: GrantEvent;
      readonly clear: Uint8Array;
      readonly sealedSha256: Uint8Array;
    }
  | { readonly by: 'owner'; readonly at: Instant; readonly signed: SignedPayload }
  | { readonly by: 'job'; readonly at: Instant; readonly event: JobEvent };

const OWNER = 2;
const JOB = 3;
const GRANT = 4;

/** The clear half of a grant event, which its sealed half is bound to: JSON as `JSON.stringify` writes it. */
export function encodeClear(event: GrantEvent | JobEvent): Uint8Array {
  return utf8(JSON.stringify(event));
}

/** The sealed half itself lies beside: it can be erased, and the chain, which runs over its digest, still holds. */
export function encodeGrantEvent(clear: Uint8Array, sealed: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(GRANT), lengthPrefixed(clear, sha256(sealed)));
}

/** `at` is when the service appended it; the payload keeps when the owner signed. */
export function encodeOwnerEvent(at: Instant, signed: SignedPayload): Uint8Array {
  return concat(Uint8Array.of(OWNER), u64be(at), lengthPrefixed(signed.payload, signed.signature));
}

export function encodeJobEvent(event: JobEvent): Uint8Array {
  return concat(Uint8Array.of(JOB), lengthPrefixed(encodeClear(event)));
}

/** @throws {MemSyncError} `ledger_broken` when the bytes are not one whole event. */
export function parseStoredEvent(stored: Uint8Array): LedgerEvent {
  try {
    return parse(stored);
  } catch (cause) {
    throw new MemSyncError('ledger_broken', 'A stored event is not as the format says.', { cause });
  }
}

function parse(stored: Uint8Array): LedgerEvent {
  switch (stored[0]) {
    case GRANT: {
      const reader = new LengthPrefixedReader(stored, 1);
      const clear = reader.next();
      const sealedSha256 = reader.next();
      reader.end();
      if (sealedSha256.length !== 32) throw new MemSyncError('ledger_broken', 'A stored event’s digest is not one.');
      const event = GrantEvent.parse(parseClear(clear));
      return { by: 'grant', at: event.at, event, clear, sealedSha256 };
    }
    case OWNER: {
      const at = readU64be(stored, 1);
      const reader = new LengthPrefixedReader(stored, 9);
      const payload = reader.next();
      const signature = reader.next();
      reader.end();
      return { by: 'owner', at, signed: { payload, signature } };
    }
    case JOB: {
      const reader = new LengthPrefixedReader(stored, 1);
      const event = JobEvent.parse(parseClear(reader.next()));
      reader.end();
      return { by: 'job', at: event.at, event };
    }
    default:
      throw new MemSyncError('ledger_broken', 'A stored event is of no known kind.');
  }
}

/** The value of JSON spelt as `encodeClear` spells it, in whatever order of keys: with a key twice, two readers could see two things. */
function parseClear(clear: Uint8Array): unknown {
  const text = fromUtf8(clear);
  const value: unknown = JSON.parse(text);
  if (JSON.stringify(value) !== text) throw new MemSyncError('ledger_broken', 'A stored event is spelt in another way than ours.');
  return value;
}

/** The hash that a genesis is linked to. */
export const NO_PREVIOUS: Uint8Array = new Uint8Array(32);

/** SHA-256(tag ‖ u64 seq ‖ prev ‖ SHA-256(stored event bytes)) (FORMATS, "Ledger link"). */
export function linkHash(seq: number, previous: Uint8Array, stored: Uint8Array): Uint8Array {
  return sha256Parts(LINK_TAG, u64be(seq), previous, sha256(stored));
}

/** What a grant event's sealed half is bound to besides its key: where it stands in the chain and what it says in the clear. */
export function eventData(seq: number, previous: Uint8Array, clear: Uint8Array): Uint8Array {
  return concat(lengthPrefixed(utf8('memsync/event/v1'), u64be(seq), previous, clear));
}

/** SHA-256 of an owner event's payload, in hexadecimal: what the next one names as `ownerPrev`, and for the genesis the vault id. */
export function payloadHash(payload: Uint8Array): string {
  return hex(sha256(payload));
}
