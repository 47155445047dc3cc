import { z } from 'zod';
import { LIMITS } from '../../../schemas/limits.ts';
import { base64, CollectionId, MemoryId } from '../../../schemas/primitives.ts';
import { Category } from '../../../schemas/vocabulary.ts';
import { base64 as toBase64, fromBase64 } from '../../core/bytes.ts';
import type { Question } from '../answer.ts';
import type { AskedVector } from '../embeddings/embeddings.ts';

/** So many rows are named that had no vector yet; where there were more, it is kept that there were. */
const MOST_UNMET = 500;
const MAX_VECTOR = 65_536;

/**
 * What was asked, of what, as far as neither the query nor the ledger says it: with these a retrieval can be made again (promise 10). Kept sealed,
 * with the retrieval and then with its receipt. It holds ids and numbers, and of the query its vector.
 */
export const Kept = z.strictObject({
  limit: z.int().min(1).max(LIMITS.rows),
  /** The collections that were searched. */
  collections: z.array(CollectionId),
  /** The categories that were searched; left out for all of them. */
  categories: z.array(Category).optional(),
  includeDormant: z.literal(true).optional(),
  maxTokens: z.int().min(1).optional(),
  /** Other collections whose keys were at hand: rows that were searched may descend from theirs. */
  beside: z.array(CollectionId).optional(),
  /** The query's vector, and whose it is, as `model/dimensions`. */
  vector: z
    .strictObject({
      name: z.string(),
      values: base64(MAX_VECTOR),
      /** The rows in those collections that had no vector yet; null where they were too many to name. */
      unmet: z.array(MemoryId).max(MOST_UNMET).nullable(),
    })
    .optional(),
});
export type Kept = z.infer<typeof Kept>;

/** What is to be kept of a question: at most how many rows it was answered with, and what meaning was looked up with, or null. */
export function keptOf({ view, request, scope, open }: Question, limit: number, vector: AskedVector | null): Kept {
  const isOfRows = (id: string): boolean => view.state.collections.get(id)?.purpose === 'rows';
  const collections = [...scope.collections].filter(isOfRows).toSorted();
  const beside = open.filter((id) => isOfRows(id) && !scope.collections.has(id)).toSorted();
  return {
    limit,
    collections,
    ...(scope.categories === null ? {} : { categories: Category.options.filter((one) => scope.categories?.has(one)) }),
    ...(request.includeDormant === true ? { includeDormant: true as const } : {}),
    ...(request.maxTokens === undefined ? {} : { maxTokens: request.maxTokens }),
    ...(beside.length === 0 ? {} : { beside }),
    ...(vector === null
      ? {}
      : { vector: { name: vector.name, values: toBase64(bytesOf(vector.vector)), unmet: unmetIn(view, scope.collections) } }),
  };
}

/** The vector that a query was asked with. */
export function keptVector({ vector }: Kept): AskedVector | null {
  return vector === undefined ? null : { name: vector.name, vector: new Int8Array(fromBase64(vector.values)) };
}

function bytesOf(vector: Int8Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}

function unmetIn({ state, index }: Question['view'], collections: ReadonlySet<string>): string[] | null {
  const unmet: string[] = [];
  for (const { id } of index.withoutVector()) {
    if (!collections.has(state.rows.get(id)?.collection ?? '')) continue;
    if (unmet.length === MOST_UNMET) return null;
    unmet.push(id);
  }
  return unmet;
}
