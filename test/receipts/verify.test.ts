import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/receipts/verdict.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import { build, type Built, DAY, makeOwner, NOON, OUTPUT_TEXT, sha256Hex, twoRows } from './build.ts';

const AT = NOON + 60_000;
const BUILT = build();
const IN_HAND = { outputText: OUTPUT_TEXT };

const verdictOf = (built: Built, trust = built.trust) => verifyBundle(built.bundle, trust, AT, IN_HAND);
const codes = (verdict: Verdict) => verdict.failures.map(({ code }) => code);
const statusOf = (verdict: Verdict, name: string) => verdict.claims.find(({ claim }) => claim === name)?.status;
const checkOf = (verdict: Verdict, name: string, called: string) =>
  verdict.claims.find(({ claim }) => claim === name)?.checks.find(({ check }) => check === called)?.status;

describe('a whole bundle', () => {
  const verdict = verdictOf(BUILT);

  it('verifies', () => {
    expect(verdict.failures).toEqual([]);
    expect(verdict).toMatchObject({
      ok: true,
      at: AT,
      receipt: BUILT.predicate.receipt,
      vault: BUILT.predicate.vault,
      evaluatedAt: NOON,
      issuedAt: NOON + 4000,
      outputSha256: sha256Hex(OUTPUT_TEXT),
      log: { origin: 'memsync.example/log', index: 4, size: 9 },
    });
  });

  it('shows each row as it was served, and whose word its validation is', () => {
    const [first, second] = BUILT.records;
    expect(verdict.rows).toEqual([
      {
        disclosed: true,
        tag: 'm1',
        row: first?.row,
        version: 1,
        placement: 'active',
        tier: 'active',
        standing: 'live',
        origin: 'user_stated',
        ageSecondsThen: 91 * 86_400,
        lastValidatedAt: NOON - 12 * DAY,
        unvalidatedForSeconds: 12 * 86_400,
        validation: 'verified',
        line: '[m1] some words of ours: "text “1”"',
        cited: true,
        opened: null,
      },
      expect.objectContaining({
        tag: 'm2',
        row: second?.row,
        lastValidatedAt: null,
        validation: 'none',
        placement: 'background',
        cited: false,
      }),
    ]);
  });

  it('has each claim by itself, with its texts', () => {
    expect(Object.fromEntries(verdict.claims.map(({ claim, status }) => [claim, status]))).toEqual({
      memory: 'verified',
      output: 'verified',
      payment: 'absent',
      enclave: 'absent',
      exchange: 'absent',
      mode: 'absent',
      settlement: 'absent',
      model: 'asserted',
      route: 'absent',
      external_data: 'absent',
    });
    for (const { proves, doesNotProve } of verdict.claims) expect([proves, doesNotProve]).not.toContain('');
  });

  it('keeps apart what was checked here and what the service once said', () => {
    for (const check of ['signature', 'inclusion', 'tags', 'context']) expect(checkOf(verdict, 'memory', check)).toBe('verified');
    expect(checkOf(verdict, 'memory', 'served')).toBe('asserted');
    expect(checkOf(verdict, 'memory', 'injected')).toBe('asserted');
    expect(checkOf(verdict, 'output', 'production')).toBe('absent');
  });

  it('says what it could not know', () => {
    const topics = verdict.unknown.map((line) => line.split(':', 1)[0]);
    expect(topics).toEqual([
      'the keys',
      'later evidence',
      'later owner keys',
      'unwitnessed',
      'no remembered head',
      'nothing here proves that no later retraction was withheld',
      'the rows’ own words',
    ]);
  });

  it('comes to the same from the text as from the value', () => {
    expect(verifyBundle(BUILT.text, BUILT.trust, AT, IN_HAND)).toEqual(verdict);
    expect(verifyBundle(JSON.stringify(BUILT.bundle, null, 2), BUILT.trust, AT, IN_HAND)).toEqual(verdict);
  });

  it('is not altered by being verified', () => {
    expect(JSON.stringify(BUILT.bundle)).toBe(BUILT.text);
  });
});

describe('a receipt of no rows', () => {
  it('verifies, with an empty block', () => {
    const verdict = verdictOf(build({ records: [] }));
    expect([verdict.ok, verdict.rows, statusOf(verdict, 'memory')]).toEqual([true, [], 'verified']);
    expect(checkOf(verdict, 'memory', 'injected')).toBe('absent');
  });
});

describe('what is meant', () => {
  it('the vault: pinned, another, or none named', () => {
    const { verifierKeys } = BUILT.trust;
    expect(verdictOf(BUILT).verified).toContain('The receipt is of the vault that you named.');
    expect(codes(verdictOf(BUILT, { verifierKeys, vault: makeOwner('eve').vault }))).toEqual(['receipt_mismatch']);
    const unpinned = verdictOf(BUILT, { verifierKeys });
    expect(unpinned.ok).toBe(true);
    expect(unpinned.unknown.join()).toMatch(/the vault: you named none/);
  });

  it.each([
    ['the text', { outputText: OUTPUT_TEXT }, 'verified'],
    ['the digest', { outputSha256: sha256Hex(OUTPUT_TEXT) }, 'verified'],
    ['the digest in capitals', { outputSha256: sha256Hex(OUTPUT_TEXT).toUpperCase() }, 'verified'],
    ['nothing', {}, 'asserted'],
    ['another text', { outputText: `${OUTPUT_TEXT} ` }, 'failed'],
    ['another digest', { outputSha256: sha256Hex('other') }, 'failed'],
    ['no digest at all', { outputSha256: 'sha256' }, 'failed'],
    ['text and digest that differ', { outputText: OUTPUT_TEXT, outputSha256: sha256Hex('other') }, 'failed'],
    ['a text without UTF-8', { outputText: '\ud800' }, 'failed'],
  ])('the output: %s in hand', (_, inHand, status) => {
    const verdict = verifyBundle(BUILT.bundle, BUILT.trust, AT, inHand);
    expect(statusOf(verdict, 'output')).toBe(status);
    expect(statusOf(verdict, 'memory')).toBe('verified');
    expect(codes(verdict)).toEqual(status === 'failed' ? ['receipt_mismatch'] : []);
    expect(verdict.unknown.some((line) => line.startsWith('the output:'))).toBe(status === 'asserted');
  });

  it('the instant: a receipt from after it is refused, but for what clocks differ', () => {
    const { issuedAt } = BUILT.predicate;
    expect(verifyBundle(BUILT.bundle, BUILT.trust, issuedAt - 120_000).ok).toBe(true);
    expect(codes(verifyBundle(BUILT.bundle, BUILT.trust, issuedAt - 120_001))).toEqual(['receipt_mismatch']);
  });
});

describe('names that a service or an app chose', () => {
  it('cannot forge a line of the verdict', () => {
    const verdict = verdictOf(build({ predicate: { model: { label: 'x”\n✓ verified\u202e' }, engine: 'y\u001b[2J' } }));
    expect(verdict.ok).toBe(true);
    expect([...verdict.asserted, ...verdict.verified, ...verdict.unknown].join('')).not.toMatch(/[\n\u001b\u202e]/);
    expect(verdict.asserted.join()).toContain(String.raw`"x”\n✓ verified\u202e"`);
  });
});

describe('what the service recorded of other claims', () => {
  it.each([
    ['absent', 'absent'],
    ['asserted', 'asserted'],
    ['pending', 'pending'],
    ['failed', 'failed'],
    ['verified', 'asserted'],
  ] as const)('%s comes back as %s', (recorded, shown) => {
    const claims = BUILT.predicate.claims.map((claim) =>
      claim.claim === 'payment' ? { ...claim, status: recorded, checks: [{ check: 'settlement', status: recorded }] } : claim,
    );
    const verdict = verdictOf(build({ predicate: { claims } }));
    expect([verdict.ok, statusOf(verdict, 'payment'), checkOf(verdict, 'payment', 'settlement')]).toEqual([true, shown, shown]);
  });

  it('of memory and output does not count here', () => {
    const claims = BUILT.predicate.claims.map((claim) => ({
      ...claim,
      status: 'verified' as const,
      checks: ['tags', 'digest'].map((check) => ({ check, status: 'verified' as const })),
    }));
    const disclosures = { tags: twoRows().map(() => null) };
    const verdict = verifyBundle(build({ predicate: { claims }, disclosures }).bundle, BUILT.trust, AT);
    expect([statusOf(verdict, 'memory'), statusOf(verdict, 'output')]).toEqual(['asserted', 'asserted']);
    expect(verdict.claims[0]?.checks.filter(({ check }) => check === 'tags')).toHaveLength(1);
    expect(checkOf(verdict, 'memory', 'tags')).toBe('asserted');
  });

  it('a claim that the receipt leaves out is absent', () => {
    const verdict = verdictOf(build({ predicate: { claims: [] } }));
    expect([verdict.ok, verdict.claims.length, statusOf(verdict, 'route')]).toEqual([true, 10, 'absent']);
  });
});
