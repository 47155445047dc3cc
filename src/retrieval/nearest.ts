import type { Documents } from './documents.ts';
import type { Extent } from './extent.ts';
import type { Vectors } from './vectors.ts';

/**
 * Models differ in how alike they find things that have nothing to do with each other. So a vector counts from a floor: so far from the mean of all
 * rows within the scope up to 1. Where there are few rows, as many of a usual mean are taken in with them.
 */
const FLOOR = 0.15;
const USUAL_MEAN = 0.2;
const USUAL_ROWS = 4;
/** Cosines are added up as whole numbers of this fraction, so that their order has no part in the sum. */
const STEPS = 2 ** 20;

/** How near documents are to the query in meaning. */
export interface Near {
  /** By document within the extent: 0 for what is no nearer than others are, 1 for the same direction. */
  readonly shares: Float64Array;
  /** The documents above 0. */
  readonly documents: Uint32Array;
}

/** Shares by document; what is read of them has been written in the same search. Shared by all indexes. */
let shares = new Float64Array(0);

/** The documents within an extent that are nearer to a query's vector than rows are to it as a rule, the rows `unmet` left out; null where there is nothing to compare. */
export function nearest(
  vectors: Vectors,
  documents: Documents,
  extent: Extent,
  query: Int8Array,
  unmet?: ReadonlySet<string>,
): Near | null {
  if (vectors.size === 0) return null;
  if (shares.length < documents.count) shares = new Float64Array(2 * documents.count);
  shares.fill(0, 0, documents.count);
  const cosines = vectors.cosines(documents, extent, query, shares, unmet);
  if (cosines === null || cosines.documents.length === 0) return null;
  let sum = Math.round(USUAL_MEAN * STEPS) * USUAL_ROWS;
  for (const number of cosines.documents) sum += Math.round((shares[number] as number) * STEPS);
  const mean = sum / STEPS / (cosines.documents.length + USUAL_ROWS);
  const floor = mean + FLOOR * (1 - mean);
  const above = new Uint32Array(cosines.documents.length);
  let count = 0;
  for (const number of cosines.documents) {
    const share = ((shares[number] as number) - floor) / (1 - floor);
    shares[number] = Math.max(0, share);
    if (share > 0) above[count++] = number;
  }
  return { shares, documents: above.subarray(0, count) };
}
