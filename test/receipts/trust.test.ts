import { describe, expect, it } from 'vitest';
import { encodeVerifierKey, verifierKey } from '../../src/log/verifier-key.ts';
import { keyidOf } from '../../src/receipts/statement.ts';
import type { Verdict } from '../../src/receipts/verdict.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import { build, type Built, makeService, NOON, OUTPUT_TEXT, prove, SERVICE } from './build.ts';

const AT = NOON + 60_000;
const BUILT = build();
const IN_HAND = { outputText: OUTPUT_TEXT };

const verdictOf = (built: Built, trust = built.trust) => verifyBundle(built.bundle, trust, AT, IN_HAND);
const codes = (verdict: Verdict) => verdict.failures.map(({ code }) => code);
const statusOf = (verdict: Verdict, name: string) => verdict.claims.find(({ claim }) => claim === name)?.status;

describe('whose signature counts', () => {
  const other = makeService('other');
  const [logKey = '', receiptKey = ''] = SERVICE.verifierKeys;
  const trusting = (...verifierKeys: string[]) => verdictOf(BUILT, { verifierKeys });

  it('takes the lines of /log/key, blank ones and line ends aside', () => {
    expect(trusting(`${logKey}\r`, '', receiptKey, '').ok).toBe(true);
  });

  it('takes a second receipt signer, as after a change of keys', () => {
    expect(trusting(logKey, encodeVerifierKey(other.receipt), receiptKey).ok).toBe(true);
  });

  it.each([
    ['no key', [], 'key_untrusted'],
    ['the log’s key alone', [logKey], 'key_untrusted'],
    ['another service’s keys', [...other.verifierKeys], 'key_untrusted'],
    ['a line that is no key', [logKey, 'key'], 'key_untrusted'],
    ['a key whose id is not its own', [logKey, receiptKey.replace(/\+[0-9a-f]{8}\+/, '+00000000+')], 'key_untrusted'],
    ['the keys in the other’s role', [receiptKey, logKey], 'key_untrusted'],
    ['another receipt signer', [logKey, encodeVerifierKey(other.receipt)], 'key_untrusted'],
  ])('refuses %s', (_, keys, code) => {
    const verdict = trusting(...keys);
    expect([verdict.ok, codes(verdict)]).toEqual([false, [code]]);
    expect([verdict.receipt, verdict.vault, verdict.issuedAt, verdict.outputSha256, verdict.log, verdict.rows, verdict.verified]).toEqual([
      ...Array.from({ length: 5 }, () => null),
      [],
      [],
    ]);
    expect(statusOf(verdict, 'memory')).toBe('failed');
    expect(verdict.claims.slice(1).every(({ status }) => status === 'absent')).toBe(true);
  });

  it('refuses a log of another key, and says all the rest', () => {
    const verdict = trusting(encodeVerifierKey(other.log), receiptKey);
    expect([verdict.ok, codes(verdict), verdict.log, statusOf(verdict, 'memory')]).toEqual([false, ['key_untrusted'], null, 'failed']);
    expect(statusOf(verdict, 'output')).toBe('verified');
  });

  it('refuses a key that goes by the signer’s name and id', () => {
    const named = { ...SERVICE, receiptKey: other.receiptKey };
    expect(codes(verdictOf(build({ service: named }), BUILT.trust))).toEqual(['signature_invalid']);
  });

  it('refuses a receipt that the log’s key signed, under either id', () => {
    for (const receipt of [SERVICE.log, SERVICE.receipt]) {
      const verdict = verdictOf(build({ service: { ...SERVICE, receiptKey: SERVICE.logKey, receipt } }), BUILT.trust);
      expect(codes(verdict)).toEqual([receipt === SERVICE.log ? 'key_untrusted' : 'signature_invalid']);
    }
  });

  it('refuses a checkpoint that the receipt’s key signed', () => {
    const log = verifierKey(SERVICE.log.name, SERVICE.receiptKey.publicKey);
    const verdict = verdictOf(build({ service: { ...SERVICE, logKey: SERVICE.receiptKey, log } }), BUILT.trust);
    expect(codes(verdict)).toEqual(['key_untrusted']);
  });

  it('refuses a keyid that is not the signer’s', () => {
    for (const keyid of ['', 'memsync', keyidOf(SERVICE.log), `${keyidOf(SERVICE.receipt)} `]) {
      const bundle = structuredClone(BUILT.bundle);
      for (const signature of bundle.envelope.signatures) signature.keyid = keyid;
      expect(codes(verifyBundle(bundle, BUILT.trust, AT))).toEqual(['key_untrusted']);
    }
  });
});

describe('the place in the log', () => {
  it('is refused for another receipt’s proof', () => {
    const proof = build({ predicate: { issuedAt: NOON + 5000 } }).bundle.proof;
    const verdict = verifyBundle({ ...BUILT.bundle, proof }, BUILT.trust, AT);
    expect([codes(verdict), verdict.log]).toEqual([['proof_invalid'], null]);
  });

  it.each([
    [0, 0],
    [0, 1],
    [1, 0],
    [7, 0],
    [8, 0],
    [255, 1],
    [300, 300],
  ])('is found behind %i entries and before %i', (before, after) => {
    const bundle = { ...BUILT.bundle, proof: prove(SERVICE, BUILT.bundle.envelope, before, after) };
    expect(verifyBundle(bundle, BUILT.trust, AT).log).toEqual({ origin: 'memsync.example/log', index: before, size: before + after + 1 });
  });
});
