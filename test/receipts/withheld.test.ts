import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bundle } from '../../schemas/receipt.ts';
import { hex } from '../../src/core/bytes.ts';
import { segmentLeaf } from '../../src/receipts/segment.ts';
import type { Verdict } from '../../src/receipts/verdict.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import { build, bytesOf, DAY, makeRecord, NOON } from './build.ts';

const AT = NOON + 60_000;

const checkOf = (verdict: Verdict, called: string) => verdict.claims[0]?.checks.find(({ check }) => check === called)?.status;

describe('disclosures withheld', () => {
  const records = [
    makeRecord(1, { lastValidatedAt: NOON - 2 * DAY }),
    makeRecord(2),
    makeRecord(3, { lastValidatedAt: NOON - 2 * DAY }),
    makeRecord(4),
  ];
  const whole = build({ records });
  const { disclosures } = whole.bundle;

  /** The bundle with the tags and lines left out whose flag is not set. */
  function withhold(tags: readonly boolean[], lines: readonly boolean[], query: boolean, genesis: boolean): Bundle {
    return {
      ...whole.bundle,
      disclosures: {
        ...(genesis && disclosures.genesis !== undefined ? { genesis: disclosures.genesis } : {}),
        ...(query && disclosures.query !== undefined ? { query: disclosures.query } : {}),
        tags: disclosures.tags.map((tag, i) => (tags[i] === true ? tag : null)),
        segments: disclosures.segments.map((one, i) =>
          lines[i] === true || !('text' in one) ? one : { leaf: hex(segmentLeaf(bytesOf('segment', i), one.text)) },
        ),
      },
    };
  }

  it('verifies whatever is left out, and counts it', () => {
    const flags = (length: number) => fc.array(fc.boolean(), { minLength: length, maxLength: length });
    fc.assert(
      fc.property(flags(4), flags(5), fc.boolean(), fc.boolean(), (tags, lines, query, genesis) => {
        const verdict = verifyBundle(withhold(tags, lines, query, genesis), whole.trust, AT);
        expect(verdict.failures).toEqual([]);
        expect(verdict.rows.map(({ disclosed }) => disclosed)).toEqual(tags);
        expect(checkOf(verdict, 'tags')).toBe(tags.includes(true) ? 'verified' : 'asserted');
        expect(checkOf(verdict, 'context')).toBe(lines.includes(true) ? 'verified' : 'asserted');
        expect(verdict.claims[0]?.status).toBe(tags.includes(true) && lines.includes(true) ? 'verified' : 'asserted');
        for (const [i, row] of verdict.rows.entries()) {
          const segment = records[i]?.segment ?? NaN;
          if (row.disclosed) expect(row.line).toBe(lines[segment] === true ? whole.context.split('\n')[segment] : null);
          if (row.disclosed) expect(row.validation).toBe(row.lastValidatedAt === null ? 'none' : genesis ? 'verified' : 'asserted');
        }
        const unknown = verdict.unknown.join('\n');
        const [rows, dark] = [tags, lines].map((all) => all.filter((one) => !one).length);
        expect(unknown.includes(`undisclosed rows: of ${rows} out of 4`)).toBe(tags.includes(false));
        expect(unknown.includes(`undisclosed lines: of ${dark} out of 5`)).toBe(lines.includes(false));
        expect(unknown.includes('the query: it was not disclosed')).toBe(!query);
      }),
      { numRuns: 60 },
    );
  });

  it('tells nothing of a row that is withheld', () => {
    const text = JSON.stringify(
      verifyBundle(withhold([false, false, false, false], [false, false, false, false, false], false, true), whole.trust, AT),
    );
    for (const { row, commitment } of records) expect([text.includes(row), text.includes(commitment)]).toEqual([false, false]);
  });
});
