import { describe, expect, it } from 'vitest';
import type { Disclosures, TagRecord } from '../../schemas/receipt.ts';
import { hex } from '../../src/core/bytes.ts';
import { segmentLeaf } from '../../src/receipts/segment.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import { build, bytesOf, DAY, linesFor, makeRecord, NOON, type Plan, QUERY, twoRows } from './build.ts';

const BUILT = build();

/** What the verifier finds wrong with a receipt, and how the claim `memory` and its two checks stand. */
function found({ bundle, trust }: { bundle: unknown; trust: typeof BUILT.trust }) {
  const { failures, ok, claims } = verifyBundle(bundle, trust, NOON + 60_000);
  const [memory] = claims;
  const status = (name: string) => memory?.checks.find(({ check }) => check === name)?.status;
  expect(ok).toBe(failures.length === 0);
  return {
    codes: failures.map(({ code }) => code),
    details: failures.map(({ detail }) => detail).join('\n'),
    tags: status('tags'),
    context: status('context'),
  };
}

/** A true receipt whose disclosures are altered. */
function altered(change: (disclosures: Disclosures) => void) {
  const bundle = structuredClone(BUILT.bundle);
  change(bundle.disclosures);
  return found({ bundle, trust: BUILT.trust });
}

const at = <T>(list: readonly T[], index: number): T => {
  const item = list[index];
  if (item === undefined) throw new Error(`nothing at ${index}`);
  return item;
};
const tagAt = (disclosures: Disclosures, index: number) => {
  const tag = at(disclosures.tags, index);
  if (tag === null) throw new Error('withheld');
  return tag;
};
const textAt = (disclosures: Disclosures, index: number) => {
  const segment = at(disclosures.segments, index);
  if (!('text' in segment)) throw new Error('withheld');
  return segment;
};

describe('tags that are not those that were signed', () => {
  const changes: [string, (disclosures: Disclosures) => void][] = [
    ['a fresher tier', (d) => (tagAt(d, 1).record.tier = 'active')],
    ['a fresher placement', (d) => (tagAt(d, 1).record.placement = 'active')],
    ['a more trusted origin', (d) => (tagAt(d, 1).record.origin = 'app_asserted')],
    ['another row', (d) => (tagAt(d, 1).record.row = tagAt(d, 0).record.row)],
    ['a validation', (d) => (tagAt(d, 1).record.lastValidatedAt = NOON - DAY)],
    ['another salt', (d) => (tagAt(d, 1).salt = tagAt(d, 0).salt)],
    ['two rows that changed places', (d) => (d.tags = d.tags.toReversed())],
    ['one row twice', (d) => (d.tags[1] = d.tags[0] ?? null)],
  ];
  it.each(changes)('%s', (_, change) => {
    const { codes, tags, context } = altered(change);
    expect(new Set(codes)).toEqual(new Set(['disclosure_mismatch']));
    expect([tags, context]).toEqual(['failed', 'verified']);
  });

  it.each([
    ['one too few', (d: Disclosures) => d.tags.pop()],
    ['one too many', (d: Disclosures) => d.tags.push(null)],
    ['none', (d: Disclosures) => d.tags.splice(0)],
  ])('%s', (_, change) => {
    expect(altered(change)).toMatchObject({ codes: ['disclosure_mismatch'], tags: 'failed', context: 'verified' });
  });

  it('hide nothing of the others', () => {
    const bundle = structuredClone(BUILT.bundle);
    tagAt(bundle.disclosures, 1).record.rank = 9;
    expect(verifyBundle(bundle, BUILT.trust, NOON).rows).toMatchObject([{ disclosed: true, validation: 'verified' }, { disclosed: false }]);
  });
});

describe('a context block that is not the one that was signed', () => {
  const changes: [string, (disclosures: Disclosures) => void][] = [
    ['a line altered', (d) => (textAt(d, 3).text = textAt(d, 3).text.replace('words', 'worfs'))],
    ['a line lengthened', (d) => (textAt(d, 3).text += '\n')],
    ['a heading altered', (d) => (textAt(d, 2).text = textAt(d, 0).text)],
    ['a salt altered', (d) => (textAt(d, 0).salt = hex(bytesOf('other')))],
    ['two lines that changed places', (d) => (d.segments = d.segments.toReversed())],
    ['a line too few', (d) => d.segments.pop()],
    ['a line too many', (d) => d.segments.push({ leaf: hex(bytesOf('leaf')) })],
    ['another leaf', (d) => (d.segments[2] = { leaf: hex(bytesOf('leaf')) })],
    ['a line without UTF-8', (d) => (textAt(d, 2).text = '\ud800')],
  ];
  it.each(changes)('%s', (_, change) => {
    expect(altered(change)).toMatchObject({ codes: ['disclosure_mismatch'], tags: 'verified', context: 'failed' });
  });

  it('the length that was signed', () => {
    for (const contextLength of [0, BUILT.context.length - 1, BUILT.context.length + 1]) {
      const built = build({ predicate: { contextLength } });
      expect(found(built)).toMatchObject({ codes: ['disclosure_mismatch'], context: 'failed' });
    }
  });

  it('a length that is too small for what is shown of it', () => {
    const hide = (contextLength: number) => {
      const built = build({ predicate: { contextLength } });
      const bundle = structuredClone(built.bundle);
      bundle.disclosures.segments[0] = { leaf: hex(segmentLeaf(bytesOf('segment', 0), textAt(bundle.disclosures, 0).text)) };
      return found({ bundle, trust: built.trust });
    };
    const hidden = textAt(BUILT.bundle.disclosures, 0).text.length;
    expect(hide(BUILT.context.length - hidden)).toMatchObject({ codes: [], context: 'verified' });
    expect(hide(BUILT.context.length - hidden - 1)).toMatchObject({ codes: ['disclosure_mismatch'], context: 'failed' });
  });

  it('the number of lines that was signed', () => {
    for (const contextSegments of [0, 3, 5]) {
      expect(found(build({ predicate: { contextSegments } }))).toMatchObject({ codes: ['disclosure_mismatch'], context: 'failed' });
    }
  });

  it('lengths count UTF-16 code units', () => {
    const built = build({ segments: ['a heading\n', '[m1] “𝒳 é”\n', 'another\n', '[m2] 😀\n'] });
    expect(built.predicate.contextLength).toBe(10 + 12 + 8 + 8);
    expect(found(built)).toMatchObject({ codes: [], context: 'verified' });
  });
});

describe('a query that is not the one that was signed', () => {
  it.each([
    ['another text', { salt: hex(bytesOf('query')), text: `${QUERY}?` }],
    ['another salt', { salt: hex(bytesOf('other')), text: QUERY }],
    ['a text without UTF-8', { salt: hex(bytesOf('query')), text: '\udfff' }],
  ])('%s', (_, query) => {
    expect(altered((d) => (d.query = query))).toMatchObject({ codes: ['disclosure_mismatch'], tags: 'verified', context: 'verified' });
  });
});

describe('a request’s digest that is not the one that was signed', () => {
  it.each([
    ['another digest', { salt: hex(bytesOf('request')), sha256: 'ab'.repeat(32) }],
    ['another salt', { salt: hex(bytesOf('other')), sha256: 'ab'.repeat(32) }],
  ])('%s', (_, request) => {
    expect(altered((d) => (d.request = request))).toMatchObject({ codes: ['disclosure_mismatch'], tags: 'verified', context: 'verified' });
  });
});

describe('lines that do not say what the tags say, though a service signed both', () => {
  const lines = linesFor(twoRows());
  const cases: [string, Plan, RegExp][] = [
    ['a row on a line without its tag', { segments: lines.with(1, 'no tag here\n') }, /m1 does not stand on the line/],
    ['a row on another row’s line', { segments: lines.with(1, '[m2] words: "x"\n').with(3, '[m1] words: "y"\n') }, /m1 does not stand/],
    ['a tag that only begins like the row’s', { segments: lines.with(1, '[m11] words: "x"\n') }, /m1 does not stand/],
    ['a line that hides another in it', { segments: lines.with(1, '[m1] words: "x"\n[m9] words: "y"\n') }, /m1 does not stand/],
    [
      'a line past the end',
      { records: [makeRecord(1, { segment: 4 }), makeRecord(2, { segment: 3 })], segments: lines },
      /a line that the context block does not have/,
    ],
    ['a line that no row answers for', { segments: lines.with(2, '[m3] words: "x"\n') }, /Line 3 .* bears a tag that no row has/],
    ['a heading that hides a line in it', { segments: lines.with(2, 'HEADING\n[m3] words: "x"\n') }, /Segment 3 .* is not one whole line/],
    [
      'a line cut in two',
      { segments: [...lines.slice(0, 3), '[m2] words: "x"\n[m', '3] words: "y"\n'] },
      /Segment 4 .* is not one whole line/,
    ],
    ['a line cut in two, behind a heading', { segments: lines.with(2, 'HEADING [m') }, /Segment 3 .* is not one whole line/],
    ['a line end of another kind', { segments: lines.with(2, 'HEADING\u2028[m3] words: "x"\n') }, /Line 3 .* bears a tag that no row has/],
    ['two rows on one line', { records: [makeRecord(1, { segment: 1 }), makeRecord(2, { segment: 1 })] }, /shares its tag or its line/],
    [
      'two rows under one tag',
      { records: [makeRecord(1, { segment: 1 }), makeRecord(2, { tag: 'm1', segment: 3 })] },
      /shares its tag or its line/,
    ],
  ];
  it.each(cases)('%s', (_, plan, detail) => {
    const { codes, details } = found(build(plan));
    expect(new Set(codes)).toEqual(new Set(['disclosure_mismatch']));
    expect(details).toMatch(detail);
  });

  it('cannot be told where the line is withheld, or the row that might answer for it', () => {
    const wrong = build({ segments: lines.with(1, 'no tag here\n') });
    const dark = structuredClone(wrong.bundle);
    const { segments, tags } = dark.disclosures;
    tags[0] = null;
    expect(found({ bundle: dark, trust: wrong.trust }).codes).toEqual([]);
    expect(segments).toHaveLength(4);
  });
});

describe('a record that cannot be so', () => {
  const cases: [string, Partial<TagRecord>, RegExp][] = [
    ['an age that is too low', { ageSeconds: 91 * 86_400 - 1 }, /its age does not follow/],
    ['an age that is too high', { ageSeconds: 91 * 86_400 + 1 }, /its age does not follow/],
    ['an age without its basis', { basisAt: NOON - DAY }, /its age does not follow/],
    ['less time unvalidated than its age', { unvalidatedForSeconds: 1 }, /last validation does not follow/],
    [
      'a validation that does not shorten the time since',
      { lastValidatedAt: NOON - DAY, unvalidatedForSeconds: 91 * 86_400 },
      /last validation does not/,
    ],
    ['a validation after it was served', { lastValidatedAt: NOON + 1, unvalidatedForSeconds: 0 }, /validated after it was served/],
    ['a retracted row', { standing: 'retracted' }, /retracted row is never served/],
    ['a superseded row', { standing: 'superseded' }, /superseded row is never served/],
    ['an erased row', { standing: 'erased' }, /erased row is never served/],
    [
      'a contested row among the active',
      { standing: 'contested', tier: 'active', placement: 'active' },
      /contested row is never placed as active/,
    ],
    ['a background row among the active', { tier: 'background', placement: 'active' }, /background row is never placed as active/],
    ['a dormant row in the background', { tier: 'dormant', placement: 'background' }, /dormant row is never placed as background/],
  ];
  it.each(cases)('%s', (_, change, detail) => {
    const built = build({ records: [makeRecord(1, change)], evidence: 'none' });
    const { codes, details, tags } = found(built);
    expect([codes, tags]).toEqual([['disclosure_mismatch'], 'verified']);
    expect(details).toMatch(detail);
  });

  it.each<[string, Partial<TagRecord>]>([
    ['a contested row in the background', { standing: 'contested', tier: 'active', placement: 'background' }],
    ['an active row shown further down', { tier: 'active', placement: 'dormant' }],
    ['an age that was rounded down', { basisAt: NOON - 91 * DAY - 999 }],
    ['a basis ahead of the moment', { basisAt: NOON + 5000, ageSeconds: 0, unvalidatedForSeconds: 0 }],
  ])('but %s can', (_, change) => {
    expect(found(build({ records: [makeRecord(1, change)] })).codes).toEqual([]);
  });
});
