import { describe, expect, it } from 'vitest';
import type { AddendumBundle } from '../../schemas/evidence.ts';
import { hex } from '../../src/core/bytes.ts';
import { evidenceDigest } from '../../src/receipts/addendum.ts';
import { sayAddendum } from '../../src/receipts/verify-addenda.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import { ABOUT, addendum, BUILT, FAILED, OPENING } from './addendum-sample.ts';
import { makeService, NOON } from './build.ts';

const verdictOf = (...addenda: AddendumBundle[]) => verifyBundle({ ...BUILT.bundle, addenda }, BUILT.trust, NOON + 3_600_000);
const modeOf = (verdict: ReturnType<typeof verdictOf>) => verdict.claims.find(({ claim }) => claim === 'mode');
const nameOf = (number: number) => verdictOf(addendum(number)).addenda[0]?.addendum ?? '';
const AGAIN = { reason: 'recheck', of: `add_${'0'.repeat(32)}` } as const;
const codes = (verdict: ReturnType<typeof verdictOf>) => verdict.failures.map(({ code }) => code);

describe('a bundle with addenda', () => {
  it('shows evidence that came later in the log’s order, as the service’s word', () => {
    const verdict = verdictOf(
      { ...addendum(1), evidence: OPENING },
      addendum(2, { predicate: { judged: { status: 'verified', checks: [{ check: 'mode', status: 'verified' }] }, status: 'verified' } }),
    );
    expect(verdict).toMatchObject({ ok: true, failures: [] });
    expect(verdict.addenda.map(({ number, status, log, evidence }) => [number, status, log.index, evidence?.artifact ?? null])).toEqual([
      [1, 'asserted', 6, OPENING.artifact],
      [2, 'verified', 7, null],
    ]);
    // Verified, says the service: that is its word here.
    expect(modeOf(verdict)?.status).toBe('asserted');
    expect(modeOf(verdict)?.checks.map(({ status }) => status)).toEqual(['asserted', 'asserted']);
    expect(verdict.verified.some((line) => line.startsWith('2 addenda are signed for this receipt'))).toBe(true);
    expect(verdict.unknown.some((line) => line.startsWith('later evidence: '))).toBe(true);
  });

  it('says of what the service recorded that it is recorded', () => {
    const verified = { judged: { status: 'verified' as const, checks: [] }, status: 'verified' as const };
    const [one] = verdictOf(addendum(1, { predicate: verified })).addenda;
    expect(one === undefined ? null : sayAddendum(one)).toBe(
      'mode: evidence (mode-declaration), recorded as verified; the claim recorded as verified from entry 6, 2026-11-21T12:01:00.000Z',
    );
  });

  it('leaves every other claim as it was', () => {
    const others = (verdict: ReturnType<typeof verdictOf>) => verdict.claims.filter(({ claim }) => claim !== 'mode');
    expect(others(verdictOf(addendum(1)))).toEqual(others(ABOUT));
    const on = (claim: string) =>
      verdictOf(addendum(1, { predicate: { claim, judged: { status: 'failed', checks: [] }, status: 'failed' } }));
    // What is checked here goes by what is checked here.
    expect(on('memory').claims).toEqual(ABOUT.claims);
    expect(on('weather').claims.at(-1)).toMatchObject({
      claim: 'weather',
      status: 'failed',
      proves: expect.stringMatching(/does not know/),
    });
  });

  it('says which numbers are not there', () => {
    const verdict = verdictOf(addendum(2), addendum(5));
    expect(verdict.ok).toBe(true);
    expect(verdict.unknown.filter((line) => line.startsWith('addenda number'))).toEqual([
      'addenda number 1 are not here: evidence may have been left out.',
      'addenda numbers 3 to 4 are not here: evidence may have been left out.',
    ]);
  });

  it('leaves out one by a key that is not trusted, and says so', () => {
    const verdict = verdictOf(addendum(1, { service: makeService('another') }));
    expect([verdict.ok, verdict.addenda]).toEqual([true, []]);
    expect(verdict.unknown.some((line) => /^The addendum in place 1: .*It is left out\.$/.test(line))).toBe(true);
  });
});

describe('evidence for what was verified at issue', () => {
  it('leaves it as it was recorded, and the bundle holds', () => {
    const asserted = { judged: { status: 'asserted' as const, checks: [] } };
    for (const claim of ['memory', 'output']) {
      const { status } = ABOUT.claims.find((one) => one.claim === claim) ?? {};
      expect(status).not.toBe('failed');
      const signed = BUILT.predicate.claims.find((one) => one.claim === claim)?.status;
      expect(signed).toBe('verified');
      expect(verdictOf(addendum(1, { predicate: { claim, ...asserted, status: 'verified' } }))).toMatchObject({ ok: true, failures: [] });
    }
  });
});

describe('what does not hold', () => {
  const bent = (given: AddendumBundle): AddendumBundle => {
    const [signature] = given.envelope.signatures;
    const sig = `${signature?.sig.startsWith('A') === true ? 'B' : 'A'}${signature?.sig.slice(1)}`;
    return { ...given, envelope: { ...given.envelope, signatures: [{ keyid: signature?.keyid ?? '', sig }] } };
  };

  it.each<[string, string, () => AddendumBundle[]]>([
    ['one of another receipt', 'receipt_mismatch', () => [addendum(1, { predicate: { receipt: `rcp_${'0'.repeat(32)}` } })]],
    ['one of another vault', 'receipt_mismatch', () => [addendum(1, { predicate: { vault: '0'.repeat(64) } })]],
    ['one about another entry', 'receipt_mismatch', () => [addendum(1, { subject: '0'.repeat(64) })]],
    ['another signature', 'signature_invalid', () => [bent(addendum(1))]],
    ['a proof of something else', 'proof_invalid', () => [{ ...addendum(1), proof: addendum(2).proof }]],
    [
      'an artefact that was not signed for',
      'disclosure_mismatch',
      () => [{ ...addendum(1), evidence: { ...OPENING, artifact: { kind: 'mode-declaration', mode: 'ZKML' } } }],
    ],
    ['a place before the receipt’s', 'bundle_malformed', () => [addendum(1, { place: 3 })]],
    ['a number twice', 'bundle_malformed', () => [addendum(1), addendum(1, { place: 9 })]],
    ['another order', 'bundle_malformed', () => [addendum(2), addendum(1)]],
    ['places that fall', 'bundle_malformed', () => [addendum(1, { place: 9 }), addendum(2, { place: 8 })]],
    ['a failure taken back', 'bundle_malformed', () => [addendum(1, { predicate: FAILED }), addendum(2)]],
    ['a failed piece, its claim not', 'bundle_malformed', () => [addendum(1, { predicate: { judged: FAILED.judged } })]],
    [
      'a name that an earlier one has',
      'bundle_malformed',
      () => [addendum(1), addendum(2, { predicate: { addendum: verdictOf(addendum(1)).addenda[0]?.addendum ?? '' } })],
    ],
    ['a date before the receipt’s', 'bundle_malformed', () => [addendum(1, { predicate: { at: NOON - 3_600_000 } })]],
    ['dates that fall', 'bundle_malformed', () => [addendum(1), addendum(2, { predicate: { at: NOON + 30_000 } })]],
    ['a second look at nothing', 'bundle_malformed', () => [addendum(1), addendum(2, { predicate: AGAIN })]],
    [
      'a second look for another claim',
      'bundle_malformed',
      () => [addendum(1), addendum(2, { predicate: { ...AGAIN, of: nameOf(1), claim: 'route', status: 'absent' } })],
    ],
    [
      'a second look at evidence of another kind',
      'bundle_malformed',
      () => [addendum(1), addendum(2, { predicate: { ...AGAIN, of: nameOf(1), evidence: { kind: 'another', digest: '0'.repeat(64) } } })],
    ],
    [
      'a second look at another artefact',
      'bundle_malformed',
      () => {
        const other = { ...OPENING, artifact: { ...OPENING.artifact, mode: 'ZKML' } };
        const evidence = { kind: 'mode-declaration', digest: hex(evidenceDigest(other)) };
        return [
          { ...addendum(1), evidence: OPENING },
          { ...addendum(2, { predicate: { ...AGAIN, of: nameOf(1), evidence } }), evidence: other },
        ];
      },
    ],
    [
      'an artefact of another kind than was signed for',
      'disclosure_mismatch',
      () => [{ ...addendum(1, { predicate: { evidence: { kind: 'another', digest: hex(evidenceDigest(OPENING)) } } }), evidence: OPENING }],
    ],
    [
      'a verified piece that comes to nothing',
      'bundle_malformed',
      () => [addendum(3, { predicate: { judged: { status: 'verified', checks: [] }, status: 'asserted' } })],
    ],
    ['a claim pending by nothing', 'bundle_malformed', () => [addendum(1, { predicate: { status: 'pending' } })]],
    ['a claim absent with evidence', 'bundle_malformed', () => [addendum(1, { predicate: { status: 'absent' } })]],
    ['a claim verified by nothing', 'bundle_malformed', () => [addendum(1, { predicate: { status: 'verified' } })]],
  ])('%s', (_, code, addenda) => {
    const verdict = verdictOf(...addenda());
    expect([verdict.ok, codes(verdict)]).toEqual([false, [code]]);
  });

  it('more checks than a call takes arguments, in a piece that has failed', () => {
    const checks = Array.from({ length: 130_000 }, () => ({ check: 'c', status: 'failed' as const }));
    const verdict = verdictOf(addendum(1, { predicate: { judged: { status: 'failed', checks } } }));
    expect([codes(verdict), modeOf(verdict)?.status]).toEqual([['bundle_malformed'], 'failed']);
  });

  it('a failure that is taken back still shows', () => {
    expect(modeOf(verdictOf(addendum(1, { predicate: FAILED }), addendum(2)))?.status).toBe('failed');
    expect(modeOf(verdictOf(addendum(1, { predicate: { judged: FAILED.judged } })))?.status).toBe('failed');
  });

  it('a receipt in its own place', () => {
    const { envelope, proof } = BUILT.bundle;
    expect(codes(verdictOf({ envelope, proof }))).toEqual(['bundle_malformed']);
  });
});
