import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ErasureFacts, ExportFacts } from '../../schemas/certificate.ts';
import { STATEMENT_PAYLOAD_TYPE } from '../../schemas/receipt.ts';
import { fromBase64, fromUtf8, hex, utf8 } from '../../src/core/bytes.ts';
import { isMemSyncError } from '../../src/core/errors.ts';
import { canonicalJson } from '../../src/crypto/canonical.ts';
import { parseEnvelope } from '../../src/crypto/dsse.ts';
import {
  buildCertificate,
  certificateEntry,
  type CertificateFacts,
  looksLikeCertificate,
  verifyCertificate,
} from '../../src/receipts/certificate.ts';
import { keyidOf, receiptEntry, signReceipt } from '../../src/receipts/statement.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import { build, bytesOf, DAY, makeService, NOON, OWNER, proveEntry, SERVICE } from './build.ts';

const idOf = (prefix: string, name: string) => `${prefix}_${hex(bytesOf(name)).slice(0, 32)}`;
const ABOUT = { certificate: idOf('crt', 'certificate'), vault: OWNER.vault };
const ERASURE: ErasureFacts = {
  event: hex(bytesOf('event')),
  seq: 41,
  scope: 'rows',
  collection: null,
  rows: [idOf('mem', 'one'), idOf('mem', 'two')],
  counts: { rows: 2, versions: 5 },
  orderedAt: NOON,
  goneAt: NOON + 1250,
};
const EXPORT: ExportFacts = {
  head: { seq: 41, hash: hex(bytesOf('head')) },
  sha256: hex(bytesOf('file')),
  bytes: 123_456,
  rows: 17,
  finishedAt: NOON + DAY,
};

interface Bent {
  readonly service?: typeof SERVICE;
  /** Changes the statement before it is signed. */
  readonly statement?: (statement: Record<string, unknown>) => unknown;
  readonly entry?: typeof certificateEntry;
}

/** A certificate as a service signs and logs it, or as one bends it. */
function certificate(certified: CertificateFacts, { service = SERVICE, statement, entry = certificateEntry }: Bent = {}): string {
  let payload = buildCertificate(ABOUT, certified);
  if (statement !== undefined) payload = canonicalJson(statement(JSON.parse(fromUtf8(payload)) as Record<string, unknown>));
  const envelope = signReceipt(service.receiptKey, keyidOf(service.receipt), payload);
  const proof = proveEntry(service, entry(parseEnvelope(STATEMENT_PAYLOAD_TYPE, envelope)), 5, 9);
  return JSON.stringify({ envelope, proof });
}

const erasure = (bent?: Bent) => certificate({ kind: 'erasure', facts: ERASURE }, bent);
const verify = (text: string, keys: readonly string[] = SERVICE.verifierKeys) => verifyCertificate(text, { verifierKeys: keys });
const TEXT = erasure();
const TRUE = verify(TEXT);

/** The code that verifying throws, or null where the text verifies. */
function refusal(text: string, keys?: readonly string[]): string | null {
  try {
    verify(text, keys);
    return null;
  } catch (error) {
    if (!isMemSyncError(error)) throw error;
    return error.code;
  }
}

describe('a certificate', () => {
  it('says what was erased, when, and where that is in the log', () => {
    expect(TRUE).toEqual({
      statement: {
        _type: 'https://in-toto.io/Statement/v1',
        subject: [{ name: 'erasure', digest: { sha256: ERASURE.event } }],
        predicateType: 'urn:memsync:predicate:erasure:v1',
        predicate: { ...ABOUT, ...ERASURE },
      },
      log: { index: 5, size: 15 },
      stated: null,
      witnesses: null,
      unknown: [expect.stringMatching(/^unwitnessed: /), expect.stringMatching(/^the keys: /), expect.stringContaining(OWNER.vault)],
    });
  });

  it('says of an export which file it is, by its SHA-256', () => {
    const { statement } = verify(certificate({ kind: 'export', facts: EXPORT }));
    expect(statement).toMatchObject({
      subject: [{ name: 'export', digest: { sha256: EXPORT.sha256 } }],
      predicateType: 'urn:memsync:predicate:export:v1',
      predicate: { ...ABOUT, ...EXPORT },
    });
  });

  it('is spelt in one way: instants in UTC, keys in order', () => {
    const envelope = (JSON.parse(TEXT) as { envelope: { payload: string } }).envelope;
    expect(fromUtf8(fromBase64(envelope.payload))).toBe(
      `{"_type":"https://in-toto.io/Statement/v1","predicate":{"certificate":"${ABOUT.certificate}","collection":null,"counts":{"rows":2,"versions":5},` +
        `"event":"${ERASURE.event}","goneAt":"2026-11-21T12:00:01.250Z","orderedAt":"2026-11-21T12:00:00.000Z",` +
        `"rows":${JSON.stringify(ERASURE.rows)},"scope":"rows","seq":41,"vault":"${OWNER.vault}"},` +
        `"predicateType":"urn:memsync:predicate:erasure:v1","subject":[{"digest":{"sha256":"${ERASURE.event}"},"name":"erasure"}]}`,
    );
    const spelt = (goneAt: string) => erasure({ statement: (one) => ({ ...one, predicate: { ...(one['predicate'] as object), goneAt } }) });
    expect(refusal(spelt('2026-11-21T12:00:01.250Z'))).toBeNull();
    for (const other of ['2026-11-21T12:00:01.25Z', '2026-11-21T13:00:01.250+01:00'])
      expect(refusal(spelt(other))).toBe('bundle_malformed');
  });
});

it('goes into the log as a hash of payload and signature, under a tag of its own (docs/formats.md)', () => {
  const signed = { payload: utf8('{}'), signature: bytesOf('signature') };
  const expected = createHash('sha256')
    .update('memsync/log-certificate/v1\0')
    .update(Buffer.from([0, 0, 0, 2]))
    .update('{}')
    .update(Buffer.from([0, 0, 0, 32]))
    .update(bytesOf('signature'))
    .digest('hex');
  expect(hex(certificateEntry(signed))).toBe(expected);
});

describe('what is refused', () => {
  const other = makeService('other');
  const [log = '', receipts = ''] = SERVICE.verifierKeys;

  it.each([
    ['nobody’s keys', [], 'key_untrusted'],
    ['another service’s keys', other.verifierKeys, 'key_untrusted'],
    ['the log’s key in both roles', [log, log], 'key_untrusted'],
    ['a log of another key', [other.verifierKeys[0] ?? '', receipts], 'key_untrusted'],
  ])('by %s', (_, keys, code) => {
    expect(refusal(TEXT, keys)).toBe(code);
  });

  it('what somebody else has signed under the signer’s name', () => {
    expect(refusal(erasure({ service: { ...SERVICE, receiptKey: other.receiptKey } }))).toBe('signature_invalid');
  });

  it('what is not in the log: another entry, or a receipt’s of the same envelope', () => {
    expect(refusal(erasure({ entry: () => bytesOf('another entry') }))).toBe('proof_invalid');
    expect(refusal(erasure({ entry: receiptEntry }))).toBe('proof_invalid');
    const { proof } = JSON.parse(certificate({ kind: 'export', facts: EXPORT })) as { proof: string };
    expect(refusal(JSON.stringify({ ...(JSON.parse(TEXT) as object), proof }))).toBe('proof_invalid');
  });

  it.each<[string, (statement: Record<string, unknown>) => unknown]>([
    ['a kind that is not known', (one) => ({ ...one, predicateType: 'urn:memsync:predicate:erasure:v2' })],
    ['the other kind’s facts', (one) => ({ ...one, predicateType: 'urn:memsync:predicate:export:v1' })],
    ['a field more', (one) => ({ ...one, predicate: { ...(one['predicate'] as object), text: 'Plays the cello' } })],
    ['a field less', (one) => ({ ...one, predicate: { ...(one['predicate'] as object), goneAt: undefined } })],
    ['two subjects', (one) => ({ ...one, subject: [...(one['subject'] as unknown[]), ...(one['subject'] as unknown[])] })],
    ['another subject', (one) => ({ ...one, subject: [{ name: 'erasure', digest: { sha256: hex(bytesOf('another event')) } }] })],
    ['a subject by another name', (one) => ({ ...one, subject: [{ name: 'export', digest: { sha256: ERASURE.event } }] })],
    ['a count below zero', (one) => ({ ...one, predicate: { ...(one['predicate'] as object), counts: { rows: -1, versions: 0 } } })],
  ])('signed and logged, %s', (_, statement) => {
    const text = erasure({ statement: (one) => JSON.parse(JSON.stringify(statement(one))) as unknown });
    expect(refusal(text)).toBe('bundle_malformed');
  });

  it('a receipt; and a certificate is no receipt', () => {
    const { bundle, text, trust } = build();
    expect(refusal(text)).toBe('bundle_malformed');
    const { envelope, proof } = bundle as { envelope: object; proof: string };
    expect(refusal(JSON.stringify({ envelope, proof }))).toBe('bundle_malformed');
    expect(verifyBundle(TEXT, trust, NOON + DAY).ok).toBe(false);
    expect([looksLikeCertificate(text), looksLikeCertificate(TEXT), looksLikeCertificate('{')]).toEqual([false, true, false]);
  });

  it('one of another vault than was named', () => {
    const of = (vault: string) => () => verifyCertificate(TEXT, { verifierKeys: SERVICE.verifierKeys, vault });
    expect(of(OWNER.vault)()).toEqual({ ...TRUE, unknown: TRUE.unknown.slice(0, 2) });
    expect(of('0'.repeat(64))).toThrow(expect.objectContaining({ code: 'receipt_mismatch' }));
  });

  it('one byte changed, anywhere: it is refused, or says the same', () => {
    const bytes = utf8(TEXT);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const bent = bytes.slice();
        bent[at] = (bent[at] ?? 0) ^ mask;
        const text = new TextDecoder().decode(bent);
        const code = refusal(text);
        expect(code).not.toBe('internal');
        if (code === null) expect(verify(text)).toEqual(TRUE);
      }),
      { numRuns: 2000 },
    );
  });
});
