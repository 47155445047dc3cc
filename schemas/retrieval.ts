import { z } from 'zod';
import { LIMITS } from './limits.ts';
import { Memory } from './memory.ts';
import { CollectionName, Head, Instant, InstantOut, RetrievalId, Sequence, Sha256, text } from './primitives.ts';
import { Category, Tier } from './vocabulary.ts';

export const RetrievalRequest = z
  .strictObject({
    query: text(LIMITS.queryLength),
    limit: z.int().min(1).max(LIMITS.rows).optional().meta({ description: 'Default: 10.' }),
    categories: z.array(Category).min(1).max(10).optional(),
    collections: z.array(CollectionName).min(1).max(64).optional(),
    thread: text(LIMITS.refLength).optional(),
    includeDormant: z.boolean().optional(),
    asOf: z
      .union([Instant, z.strictObject({ seq: Sequence })])
      .optional()
      .meta({
        description:
          'Retrieves from the vault as it stood: after the last event stamped at or before an instant, tiers taken at that instant, or after event `seq`, tiers taken when it was stamped. What has been erased since is gone; the grant’s limits are those of now. No receipt can be made of it.',
      }),
    maxTokens: z.int().min(1).max(1_000_000).optional().meta({ description: 'A bound on the context block, at four UTF-8 bytes a token.' }),
    minHead: z
      .strictObject({ seq: Sequence, hash: Sha256.optional() })
      .optional()
      .meta({ description: 'The head that you remember: refused if the ledger has not reached it, or reached it with another hash.' }),
  })
  .meta({ id: 'RetrievalRequest' });
export type RetrievalRequest = z.infer<typeof RetrievalRequest>;

export const Why = z
  .strictObject({
    words: z
      .array(z.strictObject({ word: z.string(), share: z.number() }))
      .meta({ description: 'Which words of the query the row holds, itself or others for them, with their shares of the score.' }),
    others: z
      .array(
        z.strictObject({
          by: z.enum(['neighbours', 'thread', 'vector', 'speaker', 'date', 'cues']),
          share: z.number(),
          detail: z.string().nullable().meta({ description: 'The row that gave most, or the speaker.' }),
        }),
      )
      .meta({
        description:
          'What else brought it: the turns around it, its conversation, its vector, who said it, when, or that it holds the kind of thing that is asked for.',
      }),
  })
  .meta({ id: 'Why' });
export type Why = z.infer<typeof Why>;

/** A row as one retrieval served it. */
export const RetrievedMemory = Memory.extend({
  tag: z.string().regex(/^m[1-9]\d{0,3}$/),
  rank: z.int().min(1),
  score: z.number(),
  why: Why,
  placement: Tier,
  span: z.tuple([z.int().min(0), z.int().min(0)]).meta({ description: 'Where the row’s line lies in `context`, in UTF-16 code units.' }),
}).meta({ id: 'RetrievedMemory' });
export type RetrievedMemory = z.infer<typeof RetrievedMemory>;

export const RetrievalReply = z
  .strictObject({
    id: RetrievalId,
    context: z.string(),
    engine: z.string(),
    policySha256: Sha256,
    head: Head,
    headRemembered: z
      .boolean()
      .meta({ description: 'Whether you named a head to check against; if not, a rollback could not have been noticed for you.' }),
    evaluatedAt: InstantOut,
    expiresAt: InstantOut,
    degraded: z
      .literal('embeddings_unavailable')
      .optional()
      .meta({ description: 'The service is set to use embeddings, and the query got none in time: these rows were found by words alone.' }),
    rows: z.array(RetrievedMemory),
    withheld: z
      .strictObject({ dormant: z.int(), superseded: z.int(), retracted: z.int(), contested: z.int() })
      .meta({ description: 'Rows in your scope that matched and were not served, by reason.' }),
  })
  .meta({ id: 'RetrievalReply' });
export type RetrievalReply = z.infer<typeof RetrievalReply>;
