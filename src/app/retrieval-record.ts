import { z } from 'zod';
import { MemoryId, Millis, RetrievalId, Sha256 } from '../../schemas/primitives.ts';
import { TagRecord } from '../../schemas/receipt.ts';
import { RetrievalReply } from '../../schemas/retrieval.ts';
import type { Access } from './access.ts';
import { nowOf } from './now.ts';
import { Kept } from './replay/kept.ts';
import { openRecord } from './sealed-record.ts';
import type { Services } from './services.ts';

/** One served row, with where its validation is to be found in the ledger. */
const ServedRow = z.strictObject({
  record: TagRecord,
  validation: z.strictObject({ seq: z.int().min(0), leaf: z.int().min(0) }).nullable(),
  /** By which it was ranked. */
  score: z.number().optional(),
});

/** What is kept of a retrieval, sealed, until its receipt or for ten minutes. */
export const RetrievalRecord = z.strictObject({
  id: RetrievalId,
  query: z.string(),
  thread: z.string().nullable(),
  engine: z.string(),
  /** Why it was made without what the service is set to use. */
  degraded: RetrievalReply.shape.degraded,
  policySha256: Sha256,
  head: z.strictObject({ seq: z.int().min(0), hash: Sha256 }),
  evaluatedAt: Millis,
  segments: z.array(z.strictObject({ text: z.string(), row: MemoryId.nullable() })),
  rows: z.array(ServedRow),
  /** The whole answer, where the caller sent an idempotency key and may ask for it again. */
  reply: RetrievalReply.nullable(),
  /** Whether it was a look at the past, which no receipt is made of. */
  past: z.boolean().default(false),
  /** What making it again takes. */
  replay: Kept.optional(),
});
export type RetrievalRecord = z.infer<typeof RetrievalRecord>;

/** A grant's own retrieval, while its ten minutes last; null otherwise. */
export async function readRetrieval(services: Services, access: Access, id: string): Promise<RetrievalRecord | null> {
  const stored = await services.store.retrieval(access.vault.vault, id);
  if (stored === null || stored.grant !== access.grant.id || stored.expiresAt <= nowOf(services, access.vault)) return null;
  return openRecord(access.vault.vaultKeys(), ['retrieval', id], stored.sealed, RetrievalRecord);
}
