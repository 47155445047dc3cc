import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromUtf8, utf8 } from '../../src/core/bytes.ts';
import { isMemSyncError } from '../../src/core/errors.ts';
import type { Verdict } from '../../src/receipts/verdict.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import { DAY, NOON } from './build.ts';
import { AT, disclosureOf, receiptOf, servedRow } from './rows.ts';

const ROWS = [servedRow(1, { record: { lastValidatedAt: NOON - 12 * DAY } }), servedRow(2)];
const BUILT = receiptOf(ROWS);
const TEXT = JSON.stringify(disclosureOf(BUILT, ROWS, [0]));
const BYTES = utf8(TEXT);
const TRUE = verifyBundle(TEXT, BUILT.trust, AT);

/** By itself, and beside the bundle that it belongs to. */
const ways: readonly [string, (text: string) => Verdict, Verdict][] = [
  ['by itself', (text) => verifyBundle(text, BUILT.trust, AT), TRUE],
  [
    'beside the bundle',
    (text) => verifyBundle(BUILT.bundle, BUILT.trust, AT, { disclosures: [text] }),
    verifyBundle(BUILT.bundle, BUILT.trust, AT, { disclosures: [TEXT] }),
  ],
];

/** A tampered disclosure is refused, or comes to the very verdict of the true one; where it is refused, no other text comes out of it. */
function expectNoOtherMeaning(verdict: Verdict, truth: Verdict, what: string): void {
  if (verdict.ok) expect(verdict, what).toEqual(truth);
  else expect(verdict.failures.length, what).toBeGreaterThan(0);
  expect(verdict.failures.map(({ code }) => code)).not.toContain('internal');
  for (const row of verdict.rows) if (row.disclosed && row.opened !== null) expect(row.opened.text, what).toBe(ROWS[0]?.opening.text);
}

/** Text of bytes that may no longer be UTF-8, as a reader of a file would get it. */
function readAsText(bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes);
  } catch (error) {
    if (isMemSyncError(error, 'encoding_invalid')) return new TextDecoder().decode(bytes);
    throw error;
  }
}

describe.each(ways)('a disclosure, read %s', (_name, verify, truth) => {
  it('is true to begin with', () => {
    expect([truth.failures, verify(TEXT)]).toEqual([[], truth]);
    expect(truth.rows[0]).toMatchObject({ opened: { text: ROWS[0]?.opening.text, line: true } });
  });

  it('never means another thing with one byte flipped', () => {
    BYTES.forEach((byte, i) => {
      const flipped = BYTES.slice();
      flipped[i] = byte ^ (1 << (i % 8));
      expectNoOtherMeaning(verify(readAsText(flipped)), truth, `byte ${i}`);
    });
  }, 120_000);

  it('never means another thing, whichever bits', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(BYTES.length - 1), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 3 }),
        (flips) => {
          const flipped = BYTES.slice();
          for (const [i, mask] of flips) flipped[i] = (flipped[i] ?? 0) ^ mask;
          expectNoOtherMeaning(verify(readAsText(flipped)), truth, JSON.stringify(flips));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is refused where it is cut short, or goes on', () => {
    const codes = (text: string) => verify(text).failures.map(({ code }) => code);
    for (let length = 0; length < TEXT.length; length += 7) expect(codes(TEXT.slice(0, length)), `${length}`).toEqual(['bundle_malformed']);
    for (const more of ['}', '{}', ',', TEXT, '\u0000']) expect(codes(TEXT + more)).toEqual(['bundle_malformed']);
  });

  it('is refused with a key twice, at every object in it', () => {
    let places = 0;
    for (const match of TEXT.matchAll(/\{("[A-Za-z]+"):/g)) {
      const at = match.index + 1;
      const verdict = verify(`${TEXT.slice(0, at)}${match[1]}:null,${TEXT.slice(at)}`);
      expect(verdict.failures.map(({ code }) => code)).toEqual(['bundle_malformed']);
      places += 1;
    }
    expect(places).toBeGreaterThan(10);
  });
});
