import { z } from 'zod';
import { MemoryId, Millis, RetrievalId, Sha256 } from '../../schemas/primitives.ts';
import { TagRecord } from '../../schemas/receipt.ts';

/** One served row, with where its validation is to be found in the ledger. */
const ServedRow = z.strictObject({
  record: TagRecord,
  validation: z.strictObject({ seq: z.int().min(0), leaf: z.int().min(0) }).nullable(),
});

/** What is kept of a retrieval, sealed, until its receipt or for ten minutes. */
export const RetrievalRecord = z.strictObject({
  id: RetrievalId,
  query: z.string(),
  thread: z.string().nullable(),
  engine: z.string(),
  policySha256: Sha256,
  head: z.strictObject({ seq: z.int().min(0), hash: Sha256 }),
  evaluatedAt: Millis,
  segments: z.array(z.strictObject({ text: z.string(), row: MemoryId.nullable() })),
  rows: z.array(ServedRow),
});
export type RetrievalRecord = z.infer<typeof RetrievalRecord>;
