import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../schemas/policy.ts';
import type { Tier } from '../../schemas/vocabulary.ts';
import { effectiveTier, KnownLimits, type Surroundings } from '../../src/memory/lineage.ts';
import { worstTier } from '../../src/memory/tier.ts';
import { DAY, grantId, makeValidation, makeView, memoryId, NOON, surround } from './build.ts';

const contest = (seq: number) => ({ grantId: grantId(2), seq, at: NOON, reason: 'doubt' as const });

const rarely = fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 9 }) });

/** Rows each of which may derive from those before it; some are confirmed, some doubted or ended, before or after. */
const families = fc
  .array(
    fc.record({
      sources: fc.uniqueArray(fc.nat(9), { maxLength: 3 }),
      confirmed: fc.option(fc.integer({ min: 1, max: 9 }), { freq: 2 }),
      contested: rarely,
      retracted: rarely,
    }),
    { minLength: 2, maxLength: 10 },
  )
  .map((rows) =>
    rows.map(({ sources, confirmed, contested, retracted }, i) =>
      makeView(
        memoryId(i + 1),
        {
          validation: confirmed === null ? null : makeValidation({ seq: confirmed }),
          contests: contested === null ? [] : [contest(contested)],
          retractedSeq: retracted,
        },
        { derivedFrom: sources.filter((source) => source < i).map((source) => memoryId(source + 1)) },
      ),
    ),
  );

it('leaves a confirmed row what going up every way from it tells, whatever was worked out of other rows before', () => {
  fc.assert(
    fc.property(families, (views) => {
      const around = surround(views);
      const known = new KnownLimits();
      for (const view of views) {
        const { tier } = effectiveTier(view, around, DEFAULT_POLICY, NOON, known);
        const { validation, contests, retractedSeq } = view.state;
        if (validation === null) continue;
        const above = (id: string, since: number): Tier => {
          const source = around.view(id);
          if (source === undefined) return 'dormant';
          const doubted: Tier = source.state.contests.some(({ seq }) => seq > since) ? 'background' : 'active';
          const own: Tier = (source.state.retractedSeq ?? 0) > since ? 'dormant' : doubted;
          const answered = Math.max(since, source.state.validation?.seq ?? 0);
          const further = source.header.derivedFrom.map((next) => above(next, answered));
          return [own, ...further].reduce(worstTier);
        };
        const itself: Tier = retractedSeq !== null ? 'dormant' : contests.length > 0 ? 'background' : 'active';
        expect(tier).toBe(view.header.derivedFrom.map((id) => above(id, validation.seq)).reduce(worstTier, itself));
      }
    }),
    { numRuns: 1000 },
  );
});

it.each(['nobody', 'the owner'])('looks at each row of a long line once for all of its rows, confirmed by %s', (confirmedBy) => {
  const length = 3000;
  const confirmed = confirmedBy === 'the owner' ? { validation: makeValidation() } : {};
  const line = Array.from({ length }, (_, i) => makeView(memoryId(i + 1), confirmed, { derivedFrom: i === 0 ? [] : [memoryId(i)] }));
  const around = surround(line);
  let looks = 0;
  const counted: Surroundings = {
    ...around,
    view: (id) => {
      looks += 1;
      return around.view(id);
    },
  };
  const known = new KnownLimits();
  for (const view of line) effectiveTier(view, counted, DEFAULT_POLICY, NOON + DAY, known);
  expect(looks).toBeLessThanOrEqual(5 * length);
});
