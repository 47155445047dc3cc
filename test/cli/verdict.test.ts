import { expect, it } from 'vitest';
import { CapturedOutput } from '../../src/cli/output.ts';
import { verdictText } from '../../src/cli/render/verdict.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import { build, DAY, makeRecord, NOON } from '../receipts/build.ts';

const said = (built: ReturnType<typeof build>, bundle: unknown = built.bundle): string =>
  verdictText(new CapturedOutput(), verifyBundle(bundle, built.trust, NOON + 40 * DAY));

it('a verdict shows each row with its ages then and now, its line as it was served, and its id', () => {
  const records = [makeRecord(1, { lastValidatedAt: NOON - 12 * DAY, segment: 0, cited: true }), makeRecord(2, { segment: 1 })];
  const built = build({ records, segments: ['[m1] a \u202eline\u0007\n', '[m2] another\n'] });
  const [, rows = ''] = /Rows, as they were then\n([^]*?)\n\n/.exec(said(built)) ?? [];
  expect(rows.split('\n')).toEqual([
    '  [m1] active, user_stated, 3 months old then, 4 months by the instant asked about',
    '      confirmed by the owner 12 days before it was served (signature verified);',
    '      cited by the answer',
    String.raw`      [m1] a \u202eline\u0007`,
    `      ${records[0]?.row}, version 1`,
    '  [m2] background, user_stated, 3 months old then, 4 months by the instant asked about',
    '      never confirmed by the owner',
    '      [m2] another',
    `      ${records[1]?.row}, version 1`,
  ]);
});

it('a verdict shows of a withheld row its digest, and of a line that does not open nothing', () => {
  const built = build();
  const { disclosures } = built.bundle;
  const withheld = { ...built.bundle, disclosures: { ...disclosures, tags: disclosures.tags.with(1, null) } };
  expect(said(built, withheld)).toContain(`\n  withheld: ${built.predicate.tags[1]}\n`);
  const broken = { ...built.bundle, disclosures: { ...disclosures, segments: disclosures.segments.toReversed() } };
  const text = said(built, broken);
  expect(text).toMatch(/^This does not hold\.\n\nFailed\n {2}- The segments are not those of the context block/);
  expect(text).not.toContain('some words of ours');
});

it('a verdict shows what the service called its checks on one line, with nothing that acts on a terminal', () => {
  const { predicate } = build();
  const forged = 'mine\n\nVerified\n  - All of it.\u001b[2K\u202e';
  const claims = predicate.claims.map((claim) =>
    claim.claim === 'memory' ? { ...claim, checks: [...claim.checks, { check: forged, status: 'asserted' as const }] } : claim,
  );
  const text = said(build({ predicate: { claims } }));
  expect(text).toContain(String.raw`mine\u000a\u000aVerified\u000a`);
  expect(text).not.toMatch(/[\u001b\u202e]/u);
  expect(text.match(/^Verified$/gm)).toHaveLength(1);
});
