import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kindNamed } from '../../../src/claims/claims.ts';
import { facts, judge, reads, RECEIPT, statuses } from './gateway.ts';

const declaration = (mode: unknown, more: object = {}) => ({ kind: 'mode-declaration', mode, ...more });

describe('a declared mode', () => {
  it.each([
    ['VANILLA', 'VANILLA', 'a gateway’s signature or for nothing at all'],
    ['TEE', 'TEE', 'not that the model ran inside'],
    ['ZKML', 'ZKML', 'no format of such proofs'],
    [0, 'VANILLA', 'nothing of how they were computed'],
    [1, 'ZKML', 'nothing handed in could show it'],
    [2, 'TEE', 'not read here'],
  ])('%s stays asserted, and says what it calls for', async (given, mode, words) => {
    const judgement = await judge('mode', declaration(given), undefined);
    expect(judgement.status).toBe('asserted');
    expect(statuses(judgement)).toEqual({ declared: 'asserted', calls_for: 'absent' });
    expect(facts(judgement)).toEqual({ mode });
    expect(judgement.checks.find(({ check }) => check === 'calls_for')?.detail).toContain(words);
  });

  it('is one fact, by its name and by its number', async () => {
    expect(facts(await judge('mode', declaration(1), undefined))).toEqual(facts(await judge('mode', declaration('ZKML'), undefined)));
  });

  it('says where the app has it from, on one line whatever that is', async () => {
    const judgement = await judge('mode', declaration('TEE', { source: 'a "page"\u001b[2J\u202e\n' }), undefined);
    const [declared] = judgement.checks;
    expect(declared?.detail).toContain(String.raw`from "a \"page\"\u001b[2J\u202e\n".`);
    expect(judgement.facts).toHaveLength(1);
  });

  it.each([['tee'], [3], [-1], [1.5], ['TEE '], [null], [undefined], [[0]]])('%s does not read', (mode) => {
    expect(reads('mode', declaration(mode))).toBe(false);
  });

  it('reads with no more than it says', () => {
    expect(reads('mode', declaration('TEE', { source: 'SDK' }))).toBe(true);
    expect(reads('mode', declaration('TEE', { attestation: 'AAAA' }))).toBe(false);
    expect(reads('mode', declaration('TEE', { source: ' ' }))).toBe(false);
  });

  it('comes to the same whatever else is known: other claims, trust, the receipt', async () => {
    const modes = fc.constantFrom('VANILLA', 'TEE', 'ZKML', 0, 1, 2);
    const claims = fc.array(
      fc.record({ claim: fc.constantFrom('enclave', 'exchange', 'settlement'), status: fc.constantFrom('verified', 'failed', 'absent') }),
    );
    await fc.assert(
      fc.asyncProperty(modes, claims, fc.json(), fc.string(), async (mode, claims, trust, label) => {
        const receipt = { ...RECEIPT, model: { label, provider: label }, outputSha256: 'd'.repeat(64), claims };
        const elsewhere = await judge('mode', declaration(mode), JSON.parse(trust), receipt);
        expect(elsewhere).toEqual(await judge('mode', declaration(mode), undefined));
        expect(elsewhere.status).toBe('asserted');
      }),
      { numRuns: 200 },
    );
  });

  it('is told in its text never to be verified', () => {
    expect(kindNamed('mode')?.text.proves).toContain('never comes to be `verified`');
    expect(kindNamed('mode')?.atIssue).toBeUndefined();
  });
});
