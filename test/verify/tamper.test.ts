import { beforeAll, describe, expect, it } from 'vitest';
import type { Bundle, OwnerEvidence } from '../../schemas/receipt.ts';
import { utf8 } from '../../src/core/bytes.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import { type Built, build, DAY, makeRecord, NOON, OUTPUT_TEXT } from '../receipts/build.ts';
import { buildForTest } from '../support/bundled.ts';

/*
 * test/receipts/tamper.test.ts bends a bundle in every place, for the source. Here a slice of that for the file that browsers get, which has
 * to come to the source's verdict each time; and every hash of every proof in a bundle.
 */

const AT = NOON + 60_000;
const BUILT = build();

let bundled: typeof verifyBundle;
beforeAll(async () => {
  bundled = (await buildForTest()).verifier.verifyBundle;
});

const verdictOf = (built: Built, candidate: unknown) => verifyBundle(candidate, built.trust, AT, { outputText: OUTPUT_TEXT });

/** What both come to: the verdict of the true bundle, or a refusal. */
function expectNoOtherMeaning(candidate: unknown, what: string): boolean {
  const verdict = verdictOf(BUILT, candidate);
  expect(bundled(candidate, BUILT.trust, AT, { outputText: OUTPUT_TEXT }), what).toEqual(verdict);
  expect(verdict.failures.map(({ code }) => code)).not.toContain('internal');
  if (verdict.ok) expect(verdict, what).toEqual(verdictOf(BUILT, BUILT.text));
  return verdict.ok;
}

describe('the bundled verifier', () => {
  it('takes no flipped byte for the true one, any more than the source does', () => {
    const bytes = utf8(BUILT.text);
    let refused = 0;
    for (let i = 0; i < bytes.length; i += 7) {
      const flipped = bytes.slice();
      flipped[i] = (flipped[i] ?? 0) ^ (1 << (i % 8));
      if (!expectNoOtherMeaning(new TextDecoder().decode(flipped), `byte ${i}`)) refused += 1;
    }
    // Here and there a bit is nobody's: the key id of an owner's signature, say, which nothing goes by.
    expect(refused).toBeGreaterThan(bytes.length / 7 - 60);
  }, 120_000);

  it('takes none that is cut short', () => {
    for (let length = 0; length < BUILT.text.length; length += 41)
      expect(expectNoOtherMeaning(BUILT.text.slice(0, length), `${length}`)).toBe(false);
  });
});

/** Every list that comes of dropping, doubling, emptying or altering one hash, or swapping two. */
function* bent(hashes: readonly string[], alien: string): Generator<string[]> {
  for (const [at, hash] of hashes.entries()) {
    yield hashes.toSpliced(at, 1);
    yield hashes.toSpliced(at, 0, hash);
    yield hashes.with(at, alien);
    for (let other = at + 1; other < hashes.length; other += 1) yield hashes.with(at, hashes[other] ?? '').with(other, hash);
  }
  yield [...hashes, alien];
  yield [alien, ...hashes];
  yield [...hashes, ...hashes, alien];
  if (hashes.length > 1) yield hashes.toReversed();
}

const agree = (built: Built, bundle: Bundle): string[] => {
  const verdict = verdictOf(built, bundle);
  expect(bundled(bundle, built.trust, AT, { outputText: OUTPUT_TEXT })).toEqual(verdict);
  return verdict.failures.map(({ code }) => code);
};

describe('every hash of every proof', () => {
  it('counts in the log’s, at each place of logs of up to nine entries', () => {
    const alien = Buffer.alloc(32, 9).toString('base64');
    let tried = 0;
    for (let size = 1; size <= 9; size += 1)
      for (let before = 0; before < size; before += 1) {
        const built = build({ before, after: size - 1 - before });
        const [head = '', note = ''] = built.bundle.proof.split(/\n\n(.*)/s);
        const [magic = '', index = '', ...hashes] = head.split('\n');
        const proof = (lines: readonly string[]): string => `${[magic, index, ...lines].join('\n')}\n\n${note}`;
        expect(agree(built, { ...built.bundle, proof: proof(hashes) })).toEqual([]);
        for (const lines of bent(hashes, alien)) {
          expect(agree(built, { ...built.bundle, proof: proof(lines) }), `${before} of ${size}`).toEqual(['proof_invalid']);
          tried += 1;
        }
      }
    expect(tried).toBeGreaterThan(400);
  }, 120_000);

  it('counts in the owner’s, at each place of batches of up to six rows', () => {
    const alien = '09'.repeat(32);
    let tried = 0;
    for (let size = 1; size <= 6; size += 1) {
      const confirmedAt = NOON - 3 * DAY;
      const records = Array.from({ length: size }, (_, i) => makeRecord(i + 1, { lastValidatedAt: confirmedAt, segment: i }));
      const built = build({ records });
      expect(agree(built, built.bundle)).toEqual([]);
      const { disclosures } = built.bundle;
      for (const [row, tag] of disclosures.tags.entries()) {
        const owner = tag?.owner;
        if (!tag || owner === undefined) throw new Error('each row has the owner’s word');
        const withOwner = (changed: OwnerEvidence): Bundle => ({
          ...built.bundle,
          disclosures: { ...disclosures, tags: disclosures.tags.with(row, { ...tag, owner: changed }) },
        });
        for (const path of bent(owner.path, alien)) {
          const verdict = verdictOf(built, withOwner({ ...owner, path }));
          expect(agree(built, withOwner({ ...owner, path }))).toEqual(['disclosure_mismatch']);
          const said = verdict.rows.map((one) => (one.disclosed ? one.validation : null));
          expect(said).toEqual(records.map((_, i) => (i === row ? 'failed' : 'verified')));
          tried += 1;
        }
        for (let index = 0; index < size + 2; index += 1)
          if (index !== owner.index) expect(agree(built, withOwner({ ...owner, index }))).toEqual(['disclosure_mismatch']);
      }
    }
    expect(tried).toBeGreaterThan(150);
  }, 120_000);
});
