import { z } from 'zod';
import { MemoryId, Millis, ReceiptId, Sequence, Sha256, VaultId } from '../../../schemas/primitives.ts';
import { Policy } from '../../../schemas/policy.ts';
import { Tier } from '../../../schemas/vocabulary.ts';
import { AuditFinding } from './finding.ts';

/** Base64; read with care where it is used. */
const Bytes = z.string();

/** A demotion whose ground shows only in the row's header, with what the ledger said of the row then. */
export const PendingDemotion = z.strictObject({
  seq: Sequence,
  at: Millis,
  /** Whose time must have come: the row that fell, or the source that it fell with. */
  row: MemoryId,
  version: z.int().min(1),
  commitment: Sha256,
  to: Tier,
  policy: z.int().min(0),
  validation: z.strictObject({ at: Millis, expiresAt: Millis.nullable() }).nullable(),
  /** Whether every version after the first was an app's, so that the last has the basis of those before. */
  basisKnown: z.boolean(),
  /** `aged`: its time must have come. `derived`: it must derive from something. */
  ground: z.enum(['aged', 'derived']),
});
export type PendingDemotion = z.infer<typeof PendingDemotion>;

/** How far an audit of one vault has come, and what it found: what is verified is not looked at again. */
export const AuditProgress = z.strictObject({
  format: z.literal(1),
  vault: VaultId,
  log: z.strictObject({
    /** The text of `/log/key`, as it was first relied on. */
    keys: z.string().nullable(),
    /** How many entries have been walked: all of them up to here hash to what is kept here. */
    size: Sequence,
    /** The root of each full tile, one after the other. */
    tiles: Bytes,
    /** Leaf hashes of the last tile, where it is not full. */
    edge: Bytes,
    /** The last checkpoint that was verified whole. */
    checkpoint: z.string().nullable(),
  }),
  chain: z.strictObject({
    /** The vault folded up to here, or null. */
    state: Bytes.nullable(),
    /** The ledger's hash at every 256th event: 255, 511, … */
    marks: Bytes,
    policies: z.array(z.strictObject({ seq: Sequence, sha256: Sha256, policy: Policy })),
    pending: z.array(PendingDemotion),
    restored: z.array(Sequence),
    demotions: z.strictObject({ explained: Sequence, unknown: Sequence }),
    /** The event at which the ledger no longer verifies; nothing is said of what comes after. */
    stoppedAt: Sequence.nullable(),
  }),
  heads: z.strictObject({ count: Sequence, matched: Sequence, seq: z.int().min(-1), index: z.int().min(-1) }),
  receipts: z.strictObject({
    count: Sequence,
    /** How many were issued elsewhere, and are in another service's log. */
    foreign: Sequence,
    matched: Sequence,
    /** Place in the log of the last one that is in this one. */
    index: z.int().min(-1),
    /** Over the ids of those that have been looked at, in order. */
    digest: Sha256,
  }),
  evidence: z
    .strictObject({
      count: Sequence,
      matched: Sequence,
      /** How many were added elsewhere, and are in another service's log. */
      foreign: Sequence,
      /** Of each receipt with any: how many of them, and over their entries in order. */
      receipts: z.record(ReceiptId, z.strictObject({ count: Sequence, matched: Sequence, foreign: Sequence, digest: Sha256 })),
    })
    .default({ count: 0, matched: 0, foreign: 0, receipts: {} }),
  findings: z.array(AuditFinding),
  counts: z.record(z.string(), z.int().min(0)),
});
export type AuditProgress = z.infer<typeof AuditProgress>;

/** Where receipts are begun with. */
export const NO_RECEIPTS: AuditProgress['receipts'] = { count: 0, foreign: 0, matched: 0, index: -1, digest: '0'.repeat(64) };

/** Where the addenda of a receipt are begun with. */
export const NO_ADDENDA: AuditProgress['evidence']['receipts'][string] = { count: 0, matched: 0, foreign: 0, digest: '0'.repeat(64) };

/** An audit that has looked at nothing yet. */
export function freshProgress(vault: string): AuditProgress {
  return {
    format: 1,
    vault,
    log: { keys: null, size: 0, tiles: '', edge: '', checkpoint: null },
    chain: {
      state: null,
      marks: '',
      policies: [],
      pending: [],
      restored: [],
      demotions: { explained: 0, unknown: 0 },
      stoppedAt: null,
    },
    heads: { count: 0, matched: 0, seq: -1, index: -1 },
    receipts: NO_RECEIPTS,
    evidence: { count: 0, matched: 0, foreign: 0, receipts: {} },
    findings: [],
    counts: {},
  };
}
