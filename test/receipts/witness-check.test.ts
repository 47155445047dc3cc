import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STATEMENT_PAYLOAD_TYPE } from '../../schemas/receipt.ts';
import { hex } from '../../src/core/bytes.ts';
import { formatInstant } from '../../src/core/instant.ts';
import { parseEnvelope } from '../../src/crypto/dsse.ts';
import { signBytes } from '../../src/crypto/ed25519.ts';
import { cosignatureMessage, encodeCosignature } from '../../src/log/cosignature.ts';
import { cosignerKey, encodeCosignerKey } from '../../src/log/cosigner-key.ts';
import { encodeNote, type NoteSignature, parseNote } from '../../src/log/note.ts';
import { encodeProof, parseProof } from '../../src/log/proof.ts';
import { encodeVerifierKey, verifierKey } from '../../src/log/verifier-key.ts';
import { buildCertificate, certificateEntry, verifyCertificate } from '../../src/receipts/certificate.ts';
import { keyidOf, signReceipt } from '../../src/receipts/statement.ts';
import type { Verdict } from '../../src/receipts/verdict.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import { makeCosigner } from '../log/cosigner.ts';
import { outcome } from '../log/outcome.ts';
import { addendum, BUILT } from './addendum-sample.ts';
import { build, bytesOf, makeService, NOON, OWNER, proveEntry, SERVICE } from './build.ts';

const NAMES = ['w1', 'w2', 'w3', 'w4'];
const COSIGNERS = NAMES.map((name, i) => makeCosigner(`${name}.example`, 31 + i));
const LINES = COSIGNERS.map(({ key }, i) => `witness ${NAMES[i]} ${encodeCosignerKey(key)}`);
const policyOf = (k: number | string, ...more: string[]): string =>
  [...more, ...LINES.slice(0, 3), `group g ${k} w1 w2 w3`, 'quorum g', ''].join('\n');
const SOON = NOON / 1000 + 10;
const AT = NOON + 60_000;

const built = build();

/** The proof with cosignatures of its checkpoint, by seconds, or with other lines. */
function cosigned(proof: string, lines: readonly ((text: string) => NoteSignature)[]): string {
  const parsed = parseProof(proof);
  const { text, signatures } = parseNote(parsed.checkpoint);
  return encodeProof({ ...parsed, checkpoint: encodeNote({ text, signatures: [...signatures, ...lines.map((line) => line(text))] }) });
}
const by =
  (index: number, time = SOON) =>
  (text: string): NoteSignature =>
    (COSIGNERS[index] ?? makeCosigner('none', 1)).cosign(text, time);
const judge = (lines: readonly ((text: string) => NoteSignature)[], witnesses?: string, at = AT): Verdict =>
  verifyBundle({ ...built.bundle, proof: cosigned(built.bundle.proof, lines) }, { ...built.trust, witnesses }, at);
const codes = ({ failures }: Verdict): string[] => failures.map(({ code }) => code);
const unwitnessed = ({ unknown }: Verdict): boolean => unknown.some((line) => line.startsWith('unwitnessed'));

describe('a receipt under a policy of witnesses', () => {
  it('holds where as many have cosigned as the policy asks for, and not where fewer have', () => {
    fc.assert(
      fc.property(fc.subarray([0, 1, 2, 3]), fc.constantFrom(1, 2, 3), (who, k) => {
        const verdict = judge(
          who.map((i) => by(i, SOON + i)),
          policyOf(k),
        );
        const counted = who.filter((i) => i < 3);
        const met = counted.length >= k;
        expect(codes(verdict)).toEqual(met ? [] : ['witnesses_missing']);
        expect(verdict.ok).toBe(met);
        expect(unwitnessed(verdict)).toBe(!met);
        expect(verdict.witnesses).toEqual({
          met,
          quorum: `${k} of w1, w2, w3`,
          cosigned: counted.map((i) => ({ witness: NAMES[i], name: `${NAMES[i]}.example`, at: (SOON + i) * 1000 })),
          ahead: [],
        });
        expect(verdict.verified.some((line) => line.includes('cosigned'))).toBe(met);
      }),
    );
  });

  it('holds for the checkpoints of later evidence, too, each of which the policy asks about', () => {
    const lines = [by(0), by(1)];
    const under = (later: readonly ((text: string) => NoteSignature)[], witnesses: string | undefined) => {
      const addenda = [1, 2].map((number) => addendum(number)).map((one) => ({ ...one, proof: cosigned(one.proof, later) }));
      const bundle = { ...BUILT.bundle, proof: cosigned(BUILT.bundle.proof, lines), addenda };
      return verifyBundle(bundle, { ...BUILT.trust, witnesses }, NOON + 3_600_000);
    };
    expect(under(lines, policyOf(2))).toMatchObject({ ok: true, witnesses: { met: true } });
    expect(under([by(0)], policyOf(1)).ok).toBe(true);
    expect(under([], undefined).ok).toBe(true);
    for (const later of [[], [by(0)], [by(0), by(3)]]) {
      const verdict = under(later, policyOf(2));
      expect(codes(verdict)).toEqual(['witnesses_missing', 'witnesses_missing']);
      expect(verdict.failures[0]?.detail).toMatch(
        /^The addendum in place 1: The checkpoint is cosigned by .*; you ask for 2 of w1, w2, w3\.$/,
      );
      expect(verdict.addenda).toHaveLength(2);
    }
    // A policy that cannot be read is said to be none once.
    expect(codes(under(lines, 'quorum nobody-knows\n'))).toEqual(['line_invalid']);
  });

  it('says who cosigned, when, and by when the receipt was there', () => {
    const said = judge([by(1, SOON + 5), by(0)], policyOf(2)).verified.join('\n');
    expect(said).toContain(`w1 (w1.example) at ${formatInstant(SOON * 1000)}, w2 (w2.example) at ${formatInstant(SOON * 1000 + 5000)}`);
    expect(said).toContain(`The receipt was in the log by ${formatInstant(SOON * 1000)}, by the clock of w1.`);
    const [failure] = judge([by(1)], policyOf(2)).failures;
    expect(failure?.detail).toBe(
      `The checkpoint is cosigned by w2 (w2.example) at ${formatInstant(SOON * 1000)}; you ask for 2 of w1, w2, w3.`,
    );
    expect(judge([], policyOf(2)).failures[0]?.detail).toContain('by nobody in your policy');
  });

  it('is unwitnessed without one, and under one that asks for nobody where nobody has cosigned', () => {
    expect([unwitnessed(judge([by(0)])), judge([by(0)]).witnesses]).toEqual([true, null]);
    const none = `${LINES.join('\n')}\nquorum none\n`;
    expect([unwitnessed(judge([], none)), codes(judge([], none))]).toEqual([true, []]);
    expect([unwitnessed(judge([by(3)], none)), codes(judge([by(3)], none))]).toEqual([false, []]);
  });

  it('fails where a cosignature in the name of one of them does not hold, however many others do', () => {
    const forged = (text: string): NoteSignature => ({ ...by(3)(text), name: 'w3.example', keyId: by(2)(text).keyId });
    expect(codes(judge([by(0), by(1), forged], policyOf(2)))).toEqual(['signature_invalid']);
    expect(codes(judge([by(0), by(1), () => by(2)('another text\n')], policyOf(2)))).toEqual(['signature_invalid']);
    const timeless = (text: string): NoteSignature => ({ ...by(2)(text), signature: new Uint8Array(72) });
    expect(codes(judge([by(0), by(1), timeless], policyOf(2)))).toEqual(['encoding_invalid']);
    // Of a stranger nothing is expected.
    const stranger = (text: string): NoteSignature => ({
      ...makeCosigner('w3.example', 77).cosign(text, SOON),
      signature: new Uint8Array(9),
    });
    expect(codes(judge([by(0), by(1), stranger], policyOf(2)))).toEqual([]);
  });

  it('counts no cosignature from after the instant asked about, however far', () => {
    for (const late of [AT / 1000 + 200, 253_402_300_800, Number.MAX_SAFE_INTEGER]) {
      const verdict = judge([by(0), by(1, late)], policyOf(2));
      expect(codes(verdict)).toEqual(['witnesses_missing']);
      expect(verdict.witnesses).toMatchObject({ met: false, ahead: ['w2'], cosigned: [{ witness: 'w1' }] });
      expect(verdict.unknown.some((line) => line.startsWith('w2: '))).toBe(true);
    }
    expect(codes(judge([by(0), by(1, AT / 1000 + 60)], policyOf(2)))).toEqual([]);
  });

  it('says so where a witness saw it before the service says that it was issued', () => {
    const early = judge([by(0, NOON / 1000 - 3600), by(1)], policyOf(2));
    expect(codes(early)).toEqual([]);
    expect(early.unknown.filter((line) => line.startsWith('whose clock'))).toHaveLength(1);
    expect(judge([by(0), by(1)], policyOf(2)).unknown.filter((line) => line.startsWith('whose clock'))).toEqual([]);
  });

  it('fails under a policy that does not read, or that is about other logs', () => {
    expect(codes(judge([by(0)], 'quorum g'))).toEqual(['line_invalid']);
    expect(codes(judge([by(0)], ''))).toEqual(['line_invalid']);
    const [own, other] = [SERVICE, makeService('other')].map(({ log }) => `log ${encodeVerifierKey(log)}`);
    expect(codes(judge([by(0), by(1)], policyOf(2, other ?? '')))).toEqual(['key_untrusted']);
    expect(codes(judge([by(0), by(1)], policyOf(2, other ?? '', own ?? '')))).toEqual([]);
    // The log's name under another key, and its key under another name, are other logs.
    const twin = `log ${encodeVerifierKey(verifierKey(SERVICE.log.name, makeService('other').log.publicKey))}`;
    expect(codes(judge([by(0), by(1)], policyOf(2, twin)))).toEqual(['key_untrusted']);
    const alias = `log ${encodeVerifierKey(verifierKey('alias.example', SERVICE.log.publicKey))}`;
    expect(codes(judge([by(0), by(1)], policyOf(2, alias)))).toEqual(['key_untrusted']);
  });

  it('cannot have its names break out of their line', () => {
    const name = 'w\u202e\u2028x';
    const text = `witness ${name} ${encodeCosignerKey(COSIGNERS[0]?.key ?? makeCosigner('none', 1).key)}\nquorum ${name}\n`;
    const said = [...judge([by(0)], text).verified, ...judge([], text).failures.map(({ detail }) => detail)].join('\n');
    expect(said).toContain('w\ufffd\ufffdx');
    expect(said).not.toMatch(/[\u202e\u2028]/);
  });

  it('does not hold with any character of its proof changed, left out or doubled, nor cut anywhere', () => {
    const proof = cosigned(built.bundle.proof, [by(0), by(2)]);
    const trust = { ...built.trust, witnesses: policyOf(2) };
    const isOk = (changed: string): boolean => verifyBundle({ ...built.bundle, proof: changed }, trust, AT).ok;
    expect(isOk(proof)).toBe(true);
    const changes = Array.from(proof, (character, i) => {
      const [before, after] = [proof.slice(0, i), proof.slice(i + 1)];
      const other = character === 'A' ? 'B' : 'A';
      return [before + other + after, before + after, before + character + character + after, before];
    }).flat();
    expect(changes.length).toBeGreaterThan(2000);
    expect(changes.filter((changed) => changed !== proof && isOk(changed))).toEqual([]);
  });

  it('does not hold with a line of its proof left out, doubled or put elsewhere, but for who signed first', () => {
    const proof = cosigned(built.bundle.proof, [by(0), by(2)]);
    const trust = { ...built.trust, witnesses: policyOf(2) };
    const lines = proof.split('\n');
    const signers = lines.flatMap((line, i) => (line.startsWith('\u2014') ? [i] : []));
    const changed: string[] = [];
    for (const i of lines.keys()) {
      changed.push(lines.toSpliced(i, 1).join('\n'), lines.toSpliced(i, 0, lines[i] ?? '').join('\n'));
      for (const j of lines.keys()) {
        const swapped = lines.with(i, lines[j] ?? '').with(j, lines[i] ?? '');
        if (i < j && lines[i] !== lines[j] && !(signers.includes(i) && signers.includes(j))) changed.push(swapped.join('\n'));
      }
    }
    const ok = changed.filter((text) => verifyBundle({ ...built.bundle, proof: text }, trust, AT).ok);
    expect(ok).toEqual([]);
    expect(changed.length).toBeGreaterThan(60);
    const [first = 0, second = 0] = signers;
    const turned = lines
      .with(first, lines[second] ?? '')
      .with(second, lines[first] ?? '')
      .join('\n');
    expect(verifyBundle({ ...built.bundle, proof: turned }, trust, AT).ok).toBe(true);
  });

  it('is not judged by witnesses where its proof does not hold', () => {
    const verdict = verifyBundle(
      { ...built.bundle, proof: built.bundle.proof.replace('index 4', 'index 5') },
      { ...built.trust, witnesses: policyOf(2) },
      AT,
    );
    expect(verdict.witnesses).toBeNull();
    expect(codes(verdict)).toEqual(['proof_invalid']);
    expect(unwitnessed(verdict)).toBe(true);
  });
});

describe('a certificate under a policy of witnesses', () => {
  const idOf = (prefix: string): string => `${prefix}_${hex(bytesOf(prefix)).slice(0, 32)}`;
  const payload = buildCertificate(
    { certificate: idOf('crt'), vault: OWNER.vault },
    {
      kind: 'export',
      facts: { head: { seq: 4, hash: hex(bytesOf('head')) }, sha256: hex(bytesOf('file')), bytes: 1, rows: 1, finishedAt: NOON },
    },
  );
  const envelope = signReceipt(SERVICE.receiptKey, keyidOf(SERVICE.receipt), payload);
  const proof = proveEntry(SERVICE, certificateEntry(parseEnvelope(STATEMENT_PAYLOAD_TYPE, envelope)), 5, 9);
  const verify = (lines: readonly ((text: string) => NoteSignature)[], policy: string | null) =>
    outcome(() =>
      verifyCertificate(
        JSON.stringify({ envelope, proof: cosigned(proof, lines) }),
        { verifierKeys: SERVICE.verifierKeys },
        policy === null ? null : { policy, at: AT },
      ),
    );

  it('holds with as many as are asked for, and not with fewer', () => {
    expect(verify([by(0), by(2)], policyOf(2))).toMatchObject({
      value: { witnesses: { met: true, cosigned: [{ witness: 'w1' }, { witness: 'w3' }] } },
    });
    expect(verify([by(0)], policyOf(2))).toEqual({ code: 'witnesses_missing' });
    expect(verify([by(0)], 'nonsense')).toEqual({ code: 'line_invalid' });
    expect(verify([by(0)], null)).toMatchObject({ value: { witnesses: null } });
  });
});

it('the log’s own key is no witness of it, under whatever name', () => {
  const { publicKey } = SERVICE.logKey;
  const own = cosignerKey('independent.example', publicKey);
  const sign = (text: string): NoteSignature =>
    encodeCosignature(own, { time: SOON, signature: signBytes(SERVICE.logKey, cosignatureMessage(text, SOON)) });
  const verdict = judge([sign], `witness w ${encodeCosignerKey(own)}\nquorum w\n`);
  expect([codes(verdict), unwitnessed(verdict), verdict.witnesses]).toEqual([['key_untrusted'], true, null]);
});
