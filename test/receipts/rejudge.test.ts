import { describe, expect, it } from 'vitest';
import { readClaimTrust } from '../../src/claims/trust.ts';
import { hex } from '../../src/core/bytes.ts';
import { evidenceDigest } from '../../src/receipts/addendum.ts';
import { rejudge } from '../../src/receipts/rejudge.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import { addendum, BUILT, type Change, OPENING } from './addendum-sample.ts';
import { build, bytesOf, NOON, sha256Hex } from './build.ts';

const TRUST = readClaimTrust(null);
const MODEL_BYTES = { kind: 'model-bytes', bytes: Buffer.from('weights').toString('base64'), sha256: sha256Hex('weights') };

/** An addendum with its artefact, and what the service recorded of it. */
function evidence(number: number, artifact: { kind: string; [field: string]: unknown }, predicate: Change['predicate'] = {}) {
  const opening = { salt: hex(bytesOf('salt', number)), artifact };
  const named = { kind: artifact.kind, digest: hex(evidenceDigest(opening)) };
  return { ...addendum(number, { predicate: { ...predicate, evidence: named } }), evidence: opening };
}

const recorded = (claim: string, status: 'asserted' | 'verified' | 'failed' | 'pending') => ({
  claim,
  judged: { status, checks: [{ check: 'recorded', status }] },
  status,
});

async function judgedAgain(...addenda: ReturnType<typeof addendum>[]) {
  const bundle = { ...BUILT.bundle, addenda };
  const verdict = verifyBundle(bundle, BUILT.trust, NOON + 3_600_000);
  expect(verdict.failures).toEqual([]);
  const { pieces, claims } = await rejudge(bundle, verdict, TRUST);
  return { pieces, verdict, status: (name: string) => claims.find(({ claim }) => claim === name)?.status, claims };
}

describe('evidence that was handed on with a bundle', () => {
  it('is judged here, and stands beside what the service recorded', async () => {
    const { pieces, status } = await judgedAgain(
      evidence(1, MODEL_BYTES, recorded('model', 'verified')),
      evidence(2, { ...MODEL_BYTES, sha256: sha256Hex('other weights') }, recorded('model', 'verified')),
      evidence(3, OPENING.artifact, recorded('mode', 'verified')),
    );
    expect(pieces.map(({ number, recorded: was, here }) => [number, was, here])).toEqual([
      [1, 'verified', 'verified'],
      [2, 'verified', 'failed'],
      // A declaration proves nothing, whatever the service made of it.
      [3, 'verified', 'asserted'],
    ]);
    expect([status('model'), status('mode'), status('route')]).toEqual(['failed', 'asserted', 'absent']);
  });

  it('does not hold where the service took what it has to refuse', async () => {
    const { pieces, status, claims } = await judgedAgain(
      evidence(1, { kind: 'mode-declaration', mode: 'CERTAIN' }, recorded('mode', 'verified')),
      evidence(2, { ...MODEL_BYTES, bytes: `${MODEL_BYTES.bytes}!` }, recorded('model', 'verified')),
      evidence(3, { kind: 'of-another-time', anything: 2 ** 60 }, recorded('route', 'verified')),
    );
    expect(pieces.map(({ here }) => here)).toEqual(['failed', 'failed', 'failed']);
    expect([status('mode'), status('model'), status('route')]).toEqual(['failed', 'failed', 'failed']);
    expect(claims.find(({ claim }) => claim === 'mode')?.checks[0]?.detail).toMatch(/^The evidence is not as its kind/);
  });

  it('is of no claim that is known here, and stays asserted', async () => {
    const { pieces, status } = await judgedAgain(evidence(1, { kind: 'anything', of: 'it' }, recorded('weather', 'verified')));
    expect([pieces[0]?.here, status('weather')]).toEqual(['asserted', 'asserted']);
  });

  it('is judged again at a second look that names the same evidence and brings none of its own', async () => {
    const first = evidence(1, MODEL_BYTES, recorded('model', 'pending'));
    const digest = hex(evidenceDigest(first.evidence));
    const of = `add_${hex(bytesOf('addendum', 1)).slice(0, 32)}`;
    const again = { ...recorded('model', 'verified'), reason: 'recheck' as const, of };
    const { pieces } = await judgedAgain(first, addendum(2, { predicate: { ...again, evidence: { kind: 'model-bytes', digest } } }));
    expect(pieces.map(({ here }) => here)).toEqual(['verified', 'verified']);
    const other = { kind: 'model-bytes', digest: '0'.repeat(64) };
    expect((await judgedAgain(first, addendum(2, { predicate: { ...again, evidence: other } }))).pieces[1]?.here).toBeNull();
  });

  it('stays the service’s word where its artefact is not there', async () => {
    const { pieces, status } = await judgedAgain(
      addendum(1, { predicate: recorded('mode', 'verified') }),
      addendum(2, { predicate: recorded('route', 'failed') }),
    );
    expect(pieces.map(({ here }) => here)).toEqual([null, null]);
    expect([status('mode'), status('route')]).toEqual(['asserted', 'failed']);
  });

  it('changes nothing of what is checked here, nor of what nothing came for', async () => {
    const { claims, verdict } = await judgedAgain(evidence(1, OPENING.artifact));
    for (const { claim, status } of verdict.claims.filter((one) => one.claim !== 'mode'))
      expect([claim, claims.find((one) => one.claim === claim)?.status]).toEqual([claim, status]);
    expect(claims.find(({ claim }) => claim === 'memory')?.checks.map(({ check }) => check)).toContain('inclusion');
  });

  it('is not judged for another bundle than was verified', async () => {
    const other = build({ predicate: { receipt: `rcp_${'1'.repeat(32)}` } });
    const verdict = verifyBundle(BUILT.bundle, BUILT.trust, NOON + 60_000);
    await expect(rejudge(other.bundle, verdict, TRUST)).rejects.toMatchObject({ code: 'receipt_mismatch' });
    const unsigned = verifyBundle(BUILT.bundle, other.trust, NOON + 60_000);
    expect(unsigned.receipt).not.toBeNull();
    await expect(rejudge(BUILT.bundle, { ...unsigned, log: null }, TRUST)).rejects.toMatchObject({ code: 'receipt_mismatch' });
  });
});
