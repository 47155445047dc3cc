import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AddendumPredicate } from '../../schemas/addendum.ts';
import { fromUtf8, hex, utf8 } from '../../src/core/bytes.ts';
import { isMemSyncError } from '../../src/core/errors.ts';
import { canonicalJson } from '../../src/crypto/canonical.ts';
import { addendumEntry, buildAddendum, evidenceDigest, parseAddendum } from '../../src/receipts/addendum.ts';
import { certificateEntry } from '../../src/receipts/certificate.ts';
import { receiptEntry } from '../../src/receipts/statement.ts';
import { bytesOf, NOON, OWNER } from './build.ts';

const idOf = (prefix: string, name: string) => `${prefix}_${hex(bytesOf(name)).slice(0, 32)}`;
const ENTRY = hex(bytesOf('entry'));
const PREDICATE: AddendumPredicate = {
  addendum: idOf('add', 'one'),
  receipt: idOf('rcp', 'receipt'),
  vault: OWNER.vault,
  number: 3,
  at: NOON,
  by: idOf('grt', 'grant'),
  claim: 'settlement',
  reason: 'recheck',
  evidence: { kind: 'some.kind', digest: hex(bytesOf('evidence')) },
  of: idOf('add', 'zero'),
  judged: { status: 'verified', checks: [{ check: 'leaf', status: 'verified' }] },
  status: 'verified',
  trustSha256: hex(bytesOf('trust')),
};

/** The code that it is refused with. */
function refused(work: () => unknown): string | null {
  try {
    work();
    return null;
  } catch (error) {
    return isMemSyncError(error) ? error.code : String(error);
  }
}

describe('an addendum’s statement', () => {
  it('says what it was made of, and is about the receipt’s entry in the log', () => {
    const payload = buildAddendum(ENTRY, PREDICATE);
    const { predicate, subject } = parseAddendum(payload);
    expect(predicate).toEqual(PREDICATE);
    expect(subject).toEqual([{ name: 'receipt', digest: { sha256: ENTRY } }]);
    expect(hex(buildAddendum(ENTRY, predicate))).toBe(hex(payload));
    for (const by of ['service', PREDICATE.by] as const) {
      expect(parseAddendum(buildAddendum(ENTRY, { ...PREDICATE, by })).predicate.by).toBe(by);
    }
  });

  it('has one spelling, and no field beside those that it has', () => {
    const text = fromUtf8(buildAddendum(ENTRY, PREDICATE));
    const altered: [what: string, text: string][] = [
      ['another spelling of the instant', text.replace('.000Z"', 'Z"')],
      ['white space', text.replace('{"_type"', '{ "_type"')],
      ['another predicate', text.replace(':addendum:v1', ':receipt:v1')],
      ['another subject', text.replace('"name":"receipt"', '"name":"output"')],
      ['a status that is none', text.replace('"status":"verified","trust', '"status":"proved","trust')],
      ['a number below the first', text.replace('"number":3', '"number":0')],
      ['somebody who is nobody', text.replace(PREDICATE.by, 'rvw_1')],
      ['new evidence that is an earlier piece’s', text.replace('"reason":"recheck"', '"reason":"evidence"')],
      ['a second look at nothing', text.replace(`"of":"${PREDICATE.of}"`, '"of":null')],
      ['cut off', text.slice(0, -1)],
    ];
    for (const [what, other] of altered) {
      expect(other, what).not.toBe(text);
      expect(
        refused(() => parseAddendum(utf8(other))),
        what,
      ).toBe('bundle_malformed');
    }
    const more = canonicalJson({ ...(JSON.parse(text) as object), sealed: true });
    expect(refused(() => parseAddendum(more))).toBe('bundle_malformed');
  });

  it('is not made of what cannot be said', () => {
    expect(refused(() => buildAddendum(ENTRY, { ...PREDICATE, number: 0 }))).toBe('input_invalid');
    expect(refused(() => buildAddendum('not hexadecimal', PREDICATE))).toBe('input_invalid');
  });

  it('enters the log as what it is, and as nothing else that is signed', () => {
    const signed = { payload: buildAddendum(ENTRY, PREDICATE), signature: new Uint8Array(64).fill(7) };
    const u32 = (n: number) => Buffer.from([n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]);
    const hash = createHash('sha256').update('memsync/log-addendum/v1\0');
    for (const part of [signed.payload, signed.signature]) hash.update(u32(part.length)).update(part);
    expect(hex(addendumEntry(signed))).toBe(hash.digest('hex'));
    expect(new Set([addendumEntry, receiptEntry, certificateEntry].map((entry) => hex(entry(signed)))).size).toBe(3);
  });
});

describe('the digest that evidence is named by', () => {
  const salt = hex(bytesOf('salt'));

  it('is of the artefact, what was gathered and the salt, to the byte', () => {
    const artifact = { kind: 'some.kind', value: 'é' };
    const of = (json: string) => {
      const bytes = Buffer.from(json);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return createHash('sha256')
        .update('memsync/evidence/v1\0')
        .update(Buffer.from(salt, 'hex'))
        .update(length)
        .update(bytes)
        .digest('hex');
    };
    expect(hex(evidenceDigest({ salt, artifact }))).toBe(of('{"artifact":{"kind":"some.kind","value":"é"}}'));
    expect(hex(evidenceDigest({ salt, artifact, gathered: { b: 1, a: null } }))).toBe(
      of('{"artifact":{"kind":"some.kind","value":"é"},"gathered":{"a":null,"b":1}}'),
    );
    expect(hex(evidenceDigest({ salt: hex(bytesOf('another')), artifact }))).not.toBe(of('{"artifact":{"kind":"some.kind","value":"é"}}'));
  });

  it('is the same for the same JSON, and another for any other', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        const digest = (value: unknown) => hex(evidenceDigest({ salt, artifact: { kind: 'k', value } }));
        const same = hex(canonicalJson([one])) === hex(canonicalJson([other]));
        expect(digest(one) === digest(other)).toBe(same);
        expect(digest(JSON.parse(JSON.stringify(one)))).toBe(digest(one));
      }),
    );
  });
});
