import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/receipts/verdict.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import { build, type Built, DAY, NOON } from './build.ts';
import { AT, disclosureOf, receiptOf, type RowPlan, type ServedRow, servedRow, servedRows } from './rows.ts';

const SIX = servedRows(6, (number) => (number === 2 ? { record: { lastValidatedAt: NOON - 3 * DAY } } : {}));
const BUILT = receiptOf(SIX);

const verdictOf = (given: unknown, built: Built = BUILT, disclosures: readonly unknown[] = []): Verdict =>
  verifyBundle(given, built.trust, AT, { disclosures });
const codes = ({ failures }: Verdict) => failures.map(({ code }) => code);
const opened = ({ rows }: Verdict) => rows.map((row) => (row.disclosed ? (row.opened?.text ?? null) : null));
const wordsOf = ({ claims }: Verdict) => claims[0]?.checks.find(({ check }) => check === 'words')?.status;

/** One row, alone in its receipt, opened. */
function alone(plan: RowPlan): Verdict {
  const rows = [servedRow(1, plan)];
  const built = receiptOf(rows);
  return verdictOf(disclosureOf(built, rows, [0]), built);
}

describe('a disclosure', () => {
  it('opens any rows and leaves the others a count', () => {
    fc.assert(
      fc.property(fc.subarray([0, 1, 2, 3, 4, 5], { minLength: 1 }), (positions) => {
        const text = JSON.stringify(disclosureOf(BUILT, SIX, positions));
        const verdict = verdictOf(text);
        expect(codes(verdict)).toEqual([]);
        expect(opened(verdict)).toEqual(SIX.map(({ opening }, i) => (positions.includes(i) ? opening.text : null)));
        expect(verdict.rows.map(({ disclosed }) => disclosed)).toEqual(SIX.map((_, i) => positions.includes(i)));
        const closed = SIX.length - positions.length;
        const said = verdict.unknown.filter((line) => /^undisclosed rows|^the rows’ own words/.test(line));
        expect(said).toEqual(
          closed === 0
            ? []
            : [
                `undisclosed rows: of ${closed} out of 6 nothing is shown but a digest.`,
                `the rows’ own words of ${closed} out of 6: whether a line says what its row’s commitment holds takes the row itself, opened, to tell.`,
              ],
        );
      }),
    );
  });

  it('has nothing of the others in its bytes', () => {
    fc.assert(
      fc.property(fc.subarray([0, 1, 2, 3, 4, 5], { minLength: 1, maxLength: 5 }), (positions) => {
        const text = JSON.stringify(disclosureOf(BUILT, SIX, positions));
        SIX.forEach((row, i) => {
          for (const secret of secretsOf(row, i)) expect(text.includes(secret), `${secret} of row ${i + 1}`).toBe(positions.includes(i));
        });
        expect(text).not.toContain('HEADING');
        expect(text).not.toContain('Which cake');
      }),
    );
  });

  it('says so, row by row', () => {
    const verdict = verdictOf(disclosureOf(BUILT, SIX, [1, 4]));
    expect(verdict.verified).toEqual(
      expect.arrayContaining([
        'm2: header and text are those that its row’s commitment was made of, to the byte.',
        'm2: its line says what its row’s commitment holds.',
        'm5: its line says what its row’s commitment holds.',
        'm2: what the owner stood behind are these very words, header and text.',
      ]),
    );
    expect(wordsOf(verdict)).toBe('verified');
    const row = verdict.rows[1];
    expect(row?.disclosed === true && row.opened).toEqual({ text: SIX[1]?.opening.text, header: SIX[1]?.header, line: true });
    expect(row?.disclosed === true && row.validation).toBe('verified');
  });

  it('adds to a bundle, several to one, in any order', () => {
    const files = [[0], [3, 4], [4, 5]].map((positions) => disclosureOf(BUILT, SIX, positions));
    fc.assert(
      fc.property(fc.shuffledSubarray(files), fc.constantFrom(BUILT.bundle, BUILT.text, ...files), (further, first) => {
        const verdict = verdictOf(first, BUILT, [...further, ...further.map((one) => JSON.stringify(one))]);
        expect(codes(verdict)).toEqual([]);
        const given = [first, ...further].flatMap((one) => (typeof one === 'object' && 'rows' in one ? one.rows : []));
        expect(opened(verdict)).toEqual(SIX.map(({ opening }, i) => (given.some(({ position }) => position === i) ? opening.text : null)));
      }),
    );
    const all = verdictOf(BUILT.bundle, BUILT, [disclosureOf(BUILT, SIX, [0, 1, 2, 3, 4, 5])]);
    expect(all.unknown.some((line) => line.startsWith('the rows’ own words'))).toBe(false);
  });

  it('opens a row whose line is not shown, and does not speak for the line', () => {
    const disclosure = disclosureOf(BUILT, SIX, [2]);
    const closed = disclosureOf(BUILT, SIX, []).bundle.disclosures.segments;
    const verdict = verdictOf({
      ...disclosure,
      bundle: { ...disclosure.bundle, disclosures: { ...disclosure.bundle.disclosures, segments: closed } },
    });
    expect(codes(verdict)).toEqual([]);
    const row = verdict.rows[2];
    expect(row?.disclosed === true && row.opened?.line).toBe(false);
    expect(verdict.verified.join()).not.toContain('its line says');
    expect(verdict.unknown.find((line) => line.startsWith('the rows’ own words'))).toMatch(/^the rows’ own words:/);
  });

  it('quotes any text to the last code unit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const verdict = alone({ text });
        expect([codes(verdict), opened(verdict)]).toEqual([[], [text]]);
      }),
    );
    for (const text of ['', '"', '": "', 'a\nb: "c"', '\u2028\u202e\ufeff', '\\', '𝒳\u{e0041}']) expect(codes(alone({ text }))).toEqual([]);
  });
});

/** What would tell of a row: its text as it is and as it is quoted, ids, salts, bytes of its header. */
function secretsOf({ opening, record }: ServedRow, position: number): string[] {
  const tagSalt = BUILT.bundle.disclosures.tags[position]?.salt ?? '';
  const line = BUILT.bundle.disclosures.segments[position + 1];
  const lineSalt = line !== undefined && 'salt' in line ? line.salt : '';
  return [opening.text.slice(15, 35), record.row, record.commitment, opening.salt, tagSalt, lineSalt, opening.header];
}

describe('a row that does not hold', () => {
  const change = (over: object, position = 0) => {
    const disclosure = disclosureOf(BUILT, SIX, [position]);
    return verdictOf({ ...disclosure, rows: disclosure.rows.map((row) => ({ ...row, ...over })) });
  };
  const refused = (verdict: Verdict) => {
    expect(codes(verdict)).toEqual(['disclosure_mismatch']);
    expect(opened(verdict)).toEqual(SIX.map(() => null));
    expect(wordsOf(verdict)).toBe('failed');
    expect(verdict.claims[0]?.status).toBe('failed');
  };

  it('with another text, salt or header, opens nothing', () => {
    refused(change({ text: 'another' }));
    refused(change({ text: '\ud800' }));
    refused(change({ salt: '00'.repeat(32) }));
    refused(change({ header: SIX[1]?.opening.header }));
    refused(change({ header: '' }));
  });

  it('put at another row’s place, or at none, opens nothing', () => {
    refused(change({ position: 1 }));
    for (const position of [6, 9999]) {
      const verdict = change({ position });
      refused(verdict);
      expect(verdict.failures[0]?.detail).toContain('the receipt has no such row');
    }
  });

  it('that is there twice in one file is refused whole, in another shape too', () => {
    const disclosure = disclosureOf(BUILT, SIX, [0, 1]);
    for (const rows of [[...disclosure.rows, ...disclosure.rows], disclosure.rows.toReversed(), []])
      expect(codes(verdictOf({ ...disclosure, rows }))).toEqual(['bundle_malformed']);
    expect(codes(verdictOf({ ...disclosure, format: 'memsync/disclosure/v2' }))).toEqual(['bundle_malformed']);
    expect(codes(verdictOf({ ...disclosure, more: 1 }))).toEqual(['bundle_malformed']);
  });

  it('that another file shows otherwise fails, and the true one is opened all the same', () => {
    const good = disclosureOf(BUILT, SIX, [0]);
    const bad = { ...good, rows: good.rows.map((row) => ({ ...row, text: 'another' })) };
    for (const given of [
      [good, bad],
      [bad, good],
    ]) {
      const verdict = verdictOf(BUILT.bundle, BUILT, given);
      expect(codes(verdict)).toEqual(['disclosure_mismatch']);
      expect(opened(verdict)[0]).toBe(SIX[0]?.opening.text);
      expect(wordsOf(verdict)).toBe('failed');
    }
  });

  it('whose header is of another row or version opens nothing, though the commitment does', () => {
    for (const header of [{ row: SIX[1]?.record.row ?? '' }, { version: 2 }])
      expect(codes(alone({ header }))).toEqual(['disclosure_mismatch']);
  });

  it('whose header says other than the tag was signed with opens nothing', () => {
    const origin = { ...servedRow(1).header.origin, effective: 'model_inferred' as const };
    expect(codes(alone({ header: { origin } }))).toEqual(['disclosure_mismatch']);
    const { basisAt } = servedRow(1).record;
    // As young as it was shown, or younger, since edits and repeats make a row older.
    expect(codes(alone({ header: { basisAt } }))).toEqual([]);
    expect(codes(alone({ header: { basisAt: basisAt + DAY } }))).toEqual([]);
    expect(codes(alone({ header: { basisAt: basisAt - 1 } }))).toEqual(['disclosure_mismatch']);
  });

  it('that was past the tier it was shown in opens nothing', () => {
    const background = (header: RowPlan['header']) => codes(alone({ header: header ?? {} }));
    expect(background({ validUntil: NOON })).toEqual(['disclosure_mismatch']);
    expect(background({ validUntil: NOON + 1 })).toEqual([]);
    expect(background({ bounds: { activeUntil: 0, backgroundUntil: NOON + 1 } })).toEqual([]);
    expect(background({ bounds: { activeUntil: 0, backgroundUntil: NOON } })).toEqual(['disclosure_mismatch']);
    // What the owner has confirmed is beyond what unsigned acts have left of it.
    const record = { lastValidatedAt: NOON - DAY };
    expect(codes(alone({ record, header: { bounds: { activeUntil: 0, backgroundUntil: 0 } } }))).toEqual([]);
    expect(codes(alone({ record, header: { validUntil: NOON - 1 } }))).toEqual(['disclosure_mismatch']);
  });

  it('whose line says something else opens nothing', () => {
    expect(codes(alone({ quoted: 'what the row does not say' }))).toEqual(['disclosure_mismatch']);
    const rows = [servedRow(1, { text: 'true' })];
    const lines = [
      '[m1] ours: "true" or rather: "true"\n',
      '[m1] ours: "true".\n',
      '[m1] ours: true\n',
      '[m1] ours "true"\n',
      '[m1] ours: ["true"]\n',
    ];
    for (const line of lines) {
      const built = receiptOf(rows, { segments: ['HEADING\n', line] });
      expect(codes(verdictOf(disclosureOf(built, rows, [0]), built)), line).toEqual(['disclosure_mismatch']);
    }
  });

  it('whose tag is not shown, or does not open, opens nothing', () => {
    const disclosure = disclosureOf(BUILT, SIX, [0]);
    const { disclosures } = disclosure.bundle;
    const withTags = (tags: typeof disclosures.tags) =>
      verdictOf({ ...disclosure, bundle: { ...disclosure.bundle, disclosures: { ...disclosures, tags } } });
    refused(withTags(SIX.map(() => null)));
    const bent = withTags(disclosures.tags.map((tag) => (tag === null ? null : { ...tag, record: { ...tag.record, rank: 9 } })));
    expect(codes(bent)).toEqual(['disclosure_mismatch', 'disclosure_mismatch']);
    expect(opened(bent)).toEqual(SIX.map(() => null));
  });
});

it('what a line says before it quotes its row is told to be the service’s, whatever it says', () => {
  const rows = servedRows(1).map((row) => ({ ...row, line: row.line.replace(/^\[m1\] .*?: "/, '[m1] the opposite is true of: "') }));
  const built = receiptOf(rows);
  const { ok, asserted } = verifyBundle(disclosureOf(built, rows, [0]), built.trust, AT);
  expect(ok).toBe(true);
  expect(asserted).toContain(
    'What a row’s line says before the quotation marks is in the service’s words, and not held against anything here.',
  );
  expect(verifyBundle(build({ records: [], segments: [] }).bundle, built.trust, AT).asserted.join()).not.toContain('quotation marks');
});
