import type { Memory } from '../../schemas/memory.ts';
import { ORIGIN_KINDS, TIERS } from '../../schemas/vocabulary.ts';

/** Every way in which a row looks fresher, later due or better founded than it did before; none where all is as it was, or staler. */
export function fresherThan(before: Memory, after: Memory): string[] {
  const later = (a: string | null, b: string | null, none: string): boolean => Date.parse(a ?? none) > Date.parse(b ?? none);
  const signs: (readonly [boolean, string])[] = [
    [TIERS.indexOf(after.tier) < TIERS.indexOf(before.tier), `tier ${before.tier} → ${after.tier}`],
    [later(after.lastValidatedAt, before.lastValidatedAt, '1970-01-01'), 'validated later'],
    [later(after.basisAt, before.basisAt, '1970-01-01'), 'younger basis'],
    [ORIGIN_KINDS.indexOf(after.origin.effective) < ORIGIN_KINDS.indexOf(before.origin.effective), 'better origin'],
    [after.tier === before.tier && after.fallsDueAt !== null && later(after.fallsDueAt, before.fallsDueAt, '9999-01-01'), 'due later'],
  ];
  return signs.flatMap(([fresher, sign]) => (fresher ? [`${after.id}: ${sign}`] : []));
}
