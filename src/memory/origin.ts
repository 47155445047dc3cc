import { ORIGIN_KINDS, type OriginKind } from '../../schemas/vocabulary.ts';

/** What a row counts as that claims nothing of its origin. */
export const UNCLAIMED_ORIGIN: OriginKind = 'app_asserted';

/** The least trusted of the kinds: what a caller claims, what its grant's ceiling allows, what the sources are (promise 5). */
export function leastTrusted(first: OriginKind, ...others: readonly OriginKind[]): OriginKind {
  let least = ORIGIN_KINDS.indexOf(first);
  for (const kind of others) least = Math.max(least, ORIGIN_KINDS.indexOf(kind));
  return ORIGIN_KINDS[least] ?? 'imported';
}
