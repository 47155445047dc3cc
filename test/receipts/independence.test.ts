import { describe, expect, it } from 'vitest';
import type { Claim, Disclosures } from '../../schemas/receipt.ts';
import { ClaimStatus } from '../../schemas/vocabulary.ts';
import { CLAIMS } from '../../src/claims/claims.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import { build, type Built, makeOwner, NOON, OUTPUT_TEXT } from './build.ts';

const BUILT = build();
const NAMES = CLAIMS.map(({ claim }) => claim);
const OTHERS = NAMES.slice(2);
/** How they stand where nobody has handed anything in: the label is the app’s word. */
const AT_ISSUE = OTHERS.map((claim) => (claim === 'model' ? 'asserted' : 'absent'));

type Change = readonly [name: string, change: (built: Built) => Built];

const disclosing = (built: Built, change: (disclosures: Disclosures) => Partial<Disclosures>): Built => ({
  ...built,
  bundle: { ...built.bundle, disclosures: { ...built.bundle.disclosures, ...change(built.bundle.disclosures) } },
});
const same = (built: Built): Built => built;

const PROOF: readonly Change[] = [
  ['good', same],
  ['bad', (built) => ({ ...built, bundle: { ...built.bundle, proof: built.bundle.proof.replace('index 4', 'index 5') } })],
];
const TAGS: readonly Change[] = [
  ['good', same],
  ['withheld', (built) => disclosing(built, ({ tags }) => ({ tags: tags.map(() => null) }))],
  ['bad', (built) => disclosing(built, ({ tags }) => ({ tags: tags.toReversed() }))],
];
const OWNER_WORD: readonly Change[] = [
  ['good', same],
  ['bad', (built) => disclosing(built, () => ({ genesis: makeOwner('eve').genesis }))],
  [
    'altered',
    (built) =>
      disclosing(built, ({ tags }) => ({
        tags: tags.map((tag) => (tag?.owner === undefined ? tag : { ...tag, owner: { ...tag.owner, index: tag.owner.index + 1 } })),
      })),
  ],
];
const OUTPUT = [
  ['none', {}],
  ['good', { outputText: OUTPUT_TEXT }],
  ['bad', { outputText: 'other' }],
] as const;

const claimsOf = (built: Built, inHand: object): Claim[] => [...verifyBundle(built.bundle, built.trust, NOON + 60_000, inHand).claims];
const byName = (claims: readonly Claim[]) => new Map(claims.map((claim) => [claim.claim, claim]));

describe('no claim’s status is computed from another’s', () => {
  const recorded = OTHERS.flatMap((claim) => ClaimStatus.options.map((status) => ({ claim, status })));

  it.each(recorded)('$claim recorded as $status changes no other claim', ({ claim, status }) => {
    const claims = BUILT.predicate.claims.map((one) =>
      one.claim === claim
        ? { ...one, status, checks: [{ check: 'signature', status }], evidence: [{ kind: 'x', sha256: 'ab'.repeat(32) }] }
        : one,
    );
    const changed = byName(claimsOf(build({ predicate: { claims } }), { outputText: OUTPUT_TEXT }));
    for (const [name, one] of byName(claimsOf(BUILT, { outputText: OUTPUT_TEXT }))) {
      if (name !== claim) expect(changed.get(name)).toEqual(one);
    }
    expect(changed.get(claim)?.status).toBe(status === 'verified' ? 'asserted' : status);
  });

  it('memory goes by signature, proof, tags and lines, output by the output, and each by nothing else', () => {
    for (const [proof, withProof] of PROOF)
      for (const [tags, withTags] of TAGS)
        for (const [word, withWord] of OWNER_WORD)
          for (const [output, inHand] of OUTPUT) {
            const [memory, second, ...others] = claimsOf(withTags(withProof(withWord(BUILT))), inHand);
            const expected = proof === 'bad' || tags === 'bad' ? 'failed' : tags === 'withheld' ? 'asserted' : 'verified';
            expect(memory?.status, `${proof} ${tags} ${word} ${output}`).toBe(expected);
            expect(second?.status).toBe({ none: 'asserted', good: 'verified', bad: 'failed' }[output]);
            expect(others.map(({ status }) => status)).toEqual(AT_ISSUE);
          }
  });

  it('that the block was injected has no say in whether it was served, nor in any other claim', () => {
    const requests = [{ sha256: 'ab'.repeat(32) }, { messages: [{ role: 'user', content: 'nothing of it' }] }];
    const plain = byName(claimsOf(BUILT, {}));
    for (const request of requests) {
      const claims = byName(claimsOf(build({ request }), {}));
      expect(claims.get('memory')?.checks.find(({ check }) => check === 'injected')?.status).toBe(
        'sha256' in request ? 'asserted' : 'failed',
      );
      expect(claims.get('memory')?.status).toBe('verified');
      for (const name of NAMES.slice(1)) expect(claims.get(name)).toEqual(plain.get(name));
    }
  });

  it('a context block that does not open fails memory alone', () => {
    const broken = disclosing(BUILT, ({ segments }) => ({ segments: segments.toReversed() }));
    expect(claimsOf(broken, { outputText: OUTPUT_TEXT }).map(({ status }) => status)).toEqual(['failed', 'verified', ...AT_ISSUE]);
  });
});
