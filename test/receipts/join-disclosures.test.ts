import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Envelope } from '../../schemas/owner-event.ts';
import { base64, hex, utf8 } from '../../src/core/bytes.ts';
import { type Evidence, readEvidence } from '../../src/receipts/disclosure-file.ts';
import { joinDisclosures } from '../../src/receipts/join-disclosures.ts';
import { Findings, type Verdict } from '../../src/receipts/verdict.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import { type Built, DAY, NOON } from './build.ts';
import { AT, disclosureOf, receiptOf, servedRows } from './rows.ts';

const SIX = servedRows(6, (number) => (number === 2 ? { record: { lastValidatedAt: NOON - 3 * DAY } } : {}));
const BUILT = receiptOf(SIX);

const verdictOf = (given: unknown, built: Built = BUILT, disclosures: readonly unknown[] = []): Verdict =>
  verifyBundle(given, built.trust, AT, { disclosures });
const codes = ({ failures }: Verdict) => failures.map(({ code }) => code);
const opened = ({ rows }: Verdict) => rows.map((row) => (row.disclosed ? (row.opened?.text ?? null) : null));

describe('a disclosure of another receipt', () => {
  const others = servedRows(6, (number) => ({ text: `other ${hex(utf8(String(number)))}` }));
  const other = receiptOf(others, { predicate: { receipt: `rcp_${'ab'.repeat(16)}` } });

  it('adds nothing, whole or in part', () => {
    const own = disclosureOf(BUILT, SIX, [0]);
    const theirs = disclosureOf(other, others, [0]);
    expect(codes(verdictOf(theirs, other))).toEqual([]);
    for (const further of [theirs, { ...own, bundle: theirs.bundle }, { ...own, receipt: theirs.receipt }]) {
      const verdict = verdictOf(BUILT.bundle, BUILT, [further]);
      expect([codes(verdict), opened(verdict)]).toEqual([['disclosure_mismatch'], SIX.map(() => null)]);
    }
    // Rows of one in the bundle of another.
    for (const mixed of [
      { ...own, rows: theirs.rows },
      { ...theirs, rows: own.rows },
      { ...own, receipt: theirs.receipt },
    ]) {
      const verdict = verdictOf(mixed, mixed.bundle === own.bundle ? BUILT : other);
      expect(codes(verdict)).toEqual(['disclosure_mismatch']);
      expect(opened(verdict)).toEqual(SIX.map(() => null));
    }
  });

  it('adds nothing either where the same rows were served, under the same salts', () => {
    const again = receiptOf(SIX, { predicate: { issuedAt: NOON + 5000 } });
    expect(again.bundle.disclosures).toEqual(BUILT.bundle.disclosures);
    for (const further of [again.bundle, disclosureOf(again, SIX, [0])]) {
      const verdict = verdictOf(disclosureOf(BUILT, SIX, []).bundle, BUILT, [further]);
      expect([codes(verdict), verdict.rows.every(({ disclosed }) => !disclosed)]).toEqual([['disclosure_mismatch'], true]);
    }
  });

  it('or one that cannot be read, never throws', () => {
    fc.assert(
      fc.property(fc.anything(), (any) => {
        expect(codes(verdictOf(BUILT.bundle, BUILT, [any]))).toEqual(['bundle_malformed']);
      }),
    );
  });
});

describe('further disclosures of one receipt', () => {
  const own = disclosureOf(BUILT, SIX, [0]);
  const { disclosures } = BUILT.bundle;
  const zeros = '00'.repeat(32);
  const other = BUILT.bundle.envelope;

  it.each<[string, Partial<typeof disclosures>]>([
    ['the genesis', { genesis: other }],
    ['the query', { query: { salt: zeros, text: 'another question' } }],
    ['the request', { request: { salt: zeros, sha256: zeros } }],
    ['tag 1', { tags: disclosures.tags.map((tag) => (tag === null ? null : { ...tag, salt: zeros })) }],
    ['tag 3', { tags: disclosures.tags.map((tag, i) => (tag === null || i < 2 ? tag : { ...tag, record: { ...tag.record, rank: 9 } })) }],
    [
      'tag 2: the owner’s word',
      { tags: disclosures.tags.map((tag) => (tag?.owner === undefined ? tag : { ...tag, owner: { ...tag.owner, index: 7 } })) },
    ],
    ['more or fewer', { tags: [...disclosures.tags, null] }],
    ['more or fewer', { segments: disclosures.segments.slice(1) }],
    ['line 1', { segments: disclosures.segments.map(() => ({ leaf: zeros })) }],
    ['line 1', { segments: disclosures.segments.map(() => ({ salt: zeros, text: 'another' })) }],
    ['line 1', { segments: disclosures.segments.map(() => ({ salt: zeros, text: '\ud800' })) }],
  ])('that show %s in another way fail, and add nothing', (what, part) => {
    const further = { ...own, bundle: { ...own.bundle, disclosures: { ...disclosures, ...part } } };
    const verdict = verdictOf(BUILT.bundle, BUILT, [further]);
    expect([codes(verdict), opened(verdict)]).toEqual([['disclosure_mismatch'], SIX.map(() => null)]);
    expect(verdict.failures[0]?.detail).toContain(what);
  });

  it('may know of more changes of the owner key, and not of others', () => {
    const [first, second, third] = [1, 2, 3].map((byte) => ({ ...other, payload: base64(utf8(`change ${byte}`)) })) as [
      Envelope,
      Envelope,
      Envelope,
    ];
    const differ = (a: readonly Envelope[], b: readonly Envelope[]) => {
      const withRotations = (rotations: readonly Envelope[]) => ({
        ...BUILT.bundle,
        disclosures: { ...disclosures, ...(rotations.length === 0 ? {} : { rotations: [...rotations] }) },
      });
      const { failures } = verdictOf(withRotations(a), BUILT, [withRotations(b)]);
      return failures.some(({ detail }) => detail.includes('the changes of the owner key: what it shows is another'));
    };
    expect([differ([first], [first]), differ([first], [first, second]), differ([first, second], [first]), differ([], [first])]).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect([differ([first], [second]), differ([first, second], [first, third]), differ([second, first], [first])]).toEqual([
      true,
      true,
      true,
    ]);
  });
});

describe('rows that several disclosures open', () => {
  it('are compared with those of their own place alone, so that time does not grow with the square of them', () => {
    const served = servedRows(40);
    const built = receiptOf(served);
    let read = 0;
    /** A disclosure that counts how often the text of a row is looked at. */
    const counted = (): Evidence => {
      const { receipt, bundle, rows } = readEvidence(disclosureOf(built, served, Array.from(served.keys())));
      const watched = rows.map((row) => ({
        ...row,
        get text() {
          read += 1;
          return row.text;
        },
      }));
      return { receipt, bundle, rows: watched };
    };
    const further = Array.from({ length: 3 }, () => disclosureOf(built, served, Array.from(served.keys())));
    const joined = joinDisclosures(built.predicate.receipt, counted(), further, new Findings());
    expect(joined.rows.map(({ position }) => position)).toEqual(Array.from(served.keys()));
    expect(read).toBeLessThanOrEqual(3 * served.length);
  });
});
