import { z } from 'zod';
import { Envelope } from '../../schemas/owner-event.ts';
import { MemoryId, Sha256 } from '../../schemas/primitives.ts';
import { Claim, TagRecord } from '../../schemas/receipt.ts';
import { ClaimStatus } from '../../schemas/vocabulary.ts';
import { Kept } from './replay/kept.ts';

/** A line of the context block that belongs to no row, or the place of one that does. */
const Line = z.union([z.strictObject({ salt: Sha256, text: z.string() }), z.strictObject({ row: MemoryId, leaf: Sha256 })]);

/** What is kept of a receipt that belongs to no single row, sealed. */
export const ReceiptRecord = z.strictObject({
  envelope: Envelope,
  claims: z.array(Claim),
  query: z.strictObject({ salt: Sha256, text: z.string() }),
  request: z.strictObject({ salt: Sha256, sha256: Sha256 }).nullable(),
  lines: z.array(Line),
  tags: z.int().min(0),
  /** What making its retrieval again takes; what was issued before that was kept lacks it. */
  replay: Kept.optional(),
});
export type ReceiptRecord = z.infer<typeof ReceiptRecord>;

/** What discloses one row of a receipt, sealed apart, so that erasing the row can take it away. */
export const ReceiptRowRecord = z.strictObject({
  tagSalt: Sha256,
  record: TagRecord,
  injected: ClaimStatus,
  lineSalt: Sha256,
  line: z.string(),
  /** By which it was ranked; lacking as `replay` is. */
  score: z.number().optional(),
  validation: z.strictObject({ seq: z.int().min(0), leaf: z.int().min(0) }).nullable(),
});
export type ReceiptRowRecord = z.infer<typeof ReceiptRowRecord>;
