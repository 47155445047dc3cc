import { describe, expect, it } from 'vitest';
import { ReceiptStatement } from '../../schemas/receipt.ts';
import { fromUtf8, utf8 } from '../../src/core/bytes.ts';
import { canonicalJson } from '../../src/crypto/canonical.ts';
import { parseEnvelope, payloadVerifies } from '../../src/crypto/dsse.ts';
import { buildStatement, keyidOf, parseStatement, signReceipt } from '../../src/receipts/statement.ts';
import { build, NOON, SERVICE } from './build.ts';

const { payload, predicate } = build();
const malformed = expect.objectContaining({ code: 'bundle_malformed' });

/** The payload with a piece of its text replaced. */
const altered = (from: string, to: string) => {
  const text = fromUtf8(payload);
  expect(text).toContain(from);
  return utf8(text.replace(from, to));
};

describe('a statement', () => {
  it('comes back as it went in', () => {
    const statement = parseStatement(payload);
    expect(statement.predicate).toEqual(predicate);
    expect(statement.predicate.evaluatedAt).toBe(NOON);
    expect(buildStatement({ outputSha256: statement.subject[0]?.digest.sha256 ?? '', predicate: statement.predicate })).toEqual(payload);
  });

  it('is an in-toto Statement in canonical JSON, with instants in UTC', () => {
    const value: unknown = JSON.parse(fromUtf8(payload));
    expect(canonicalJson(value)).toEqual(payload);
    expect(value).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'output', digest: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } }],
      predicateType: 'urn:memsync:predicate:receipt:v1',
      predicate: { evaluatedAt: '2026-11-21T12:00:00.000Z', issuedAt: '2026-11-21T12:00:04.000Z' },
    });
  });

  it('is not built from what the contract does not hold', () => {
    const invalid = expect.objectContaining({ code: 'input_invalid' });
    const outputSha256 = 'ab'.repeat(32);
    expect(() => buildStatement({ outputSha256: 'AB'.repeat(32), predicate })).toThrow(invalid);
    expect(() => buildStatement({ outputSha256, predicate: { ...predicate, evaluatedAt: 0.5 } })).toThrow(invalid);
    expect(() => buildStatement({ outputSha256, predicate: { ...predicate, contextLength: -1 } })).toThrow(invalid);
    const [memory] = predicate.claims;
    expect(() =>
      buildStatement({ outputSha256, predicate: { ...predicate, claims: memory === undefined ? [] : [memory, memory] } }),
    ).toThrow(invalid);
  });

  it.each([
    ['white space', () => altered('{"_type"', '{ "_type"')],
    ['keys in another order', () => utf8(JSON.stringify({ subject: [], ...JSON.parse(fromUtf8(payload)) }))],
    ['a key twice', () => altered('"vault":', '"vault":"","vault":')],
    ['an unknown field', () => altered('"vault":', '"valt":"","vault":')],
    ['a missing field', () => altered('"tools":[],', '')],
    ['another statement type', () => altered('Statement/v1', 'Statement/v2')],
    ['another predicate type', () => altered('receipt:v1', 'receipt:v2')],
    ['two subjects', () => altered('"subject":[', '"subject":[{"digest":{"sha256":"'.concat('ab'.repeat(32), '"},"name":"output"},'))],
    ['an instant with an offset', () => altered('2026-11-21T12:00:00.000Z', '2026-11-21T13:00:00.000+01:00')],
    ['an instant without milliseconds', () => altered('2026-11-21T12:00:00.000Z', '2026-11-21T12:00:00Z')],
    ['a number in another spelling', () => altered('"seq":42', '"seq":4.2e1')],
    ['no JSON', () => utf8('receipt')],
    ['no UTF-8', () => Uint8Array.of(0xff, 0xfe)],
    ['nothing', () => new Uint8Array(0)],
  ])('is refused with %s', (_, make) => {
    expect(() => parseStatement(make())).toThrow(malformed);
  });

  it('is refused when it makes a claim twice', () => {
    const value = ReceiptStatement.parse(JSON.parse(fromUtf8(payload)));
    const claims = JSON.stringify(value.predicate.claims);
    expect(() => parseStatement(altered('"claims":[', `"claims":${fromUtf8(canonicalJson(JSON.parse(claims))).slice(0, -1)},`))).toThrow(
      'makes one claim twice',
    );
  });
});

describe('signReceipt', () => {
  it('makes an envelope whose signature holds over its very bytes', () => {
    const envelope = signReceipt(SERVICE.receiptKey, keyidOf(SERVICE.receipt), payload);
    const signed = parseEnvelope('application/vnd.in-toto+json', envelope);
    expect(signed.payload).toEqual(payload);
    expect(payloadVerifies(SERVICE.receipt.publicKey, 'application/vnd.in-toto+json', signed)).toBe(true);
    expect(envelope.signatures[0]?.keyid).toMatch(/^memsync\.example\/receipts\+[0-9a-f]{8}$/);
  });
});
