import { beforeAll, describe, expect, it } from 'vitest';
import type { Envelope } from '../../schemas/owner-event.ts';
import { STATEMENT_PAYLOAD_TYPE } from '../../schemas/receipt.ts';
import { base64, concat, fromBase64, fromUtf8, utf8 } from '../../src/core/bytes.ts';
import { canonicalJson } from '../../src/crypto/canonical.ts';
import { signPayload } from '../../src/crypto/dsse.ts';
import { signBytes } from '../../src/crypto/ed25519.ts';
import { signNote } from '../../src/log/note.ts';
import { keyidOf, signReceipt } from '../../src/receipts/statement.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import { build, NOON, OUTPUT_TEXT, prove, SERVICE } from '../receipts/build.ts';
import { buildForTest } from '../support/bundled.ts';

/*
 * What a strict verifier has to refuse, each shown on the source and on the bundle that browsers get: they have to agree to the letter.
 */

const { bundle, text, trust, payload } = build();
const AT = NOON + 60_000;

let bundled: typeof verifyBundle;
beforeAll(async () => {
  bundled = (await buildForTest()).verifier.verifyBundle;
});

/** The codes of what failed; none where the verdict is good. */
function codes(candidate: unknown): string[] {
  const verdict = verifyBundle(candidate, trust, AT, { outputText: OUTPUT_TEXT });
  expect(bundled(candidate, trust, AT, { outputText: OUTPUT_TEXT })).toEqual(verdict);
  expect(verdict.ok).toBe(verdict.failures.length === 0);
  return verdict.failures.map(({ code }) => code);
}

/** The bundle around another payload, signed by the service's own key and logged: only what the payload says can be wrong with it. */
function signedAnew(bytes: Uint8Array): unknown {
  const envelope = signReceipt(SERVICE.receiptKey, keyidOf(SERVICE.receipt), bytes);
  return { ...bundle, envelope, proof: prove(SERVICE, envelope, 4, 4) };
}

const withSignature = (sig: string): unknown => ({
  ...bundle,
  envelope: { ...bundle.envelope, signatures: [{ ...bundle.envelope.signatures[0], sig }] },
});

it('what is bent here starts out good', () => {
  expect(codes(text)).toEqual([]);
  expect(codes(signedAnew(payload))).toEqual([]);
});

describe('a key that is there twice', () => {
  it('is refused in the bundle, at every object, spelt the same or by escapes', () => {
    let objects = 0;
    for (const { index, 1: key = '' } of text.matchAll(/\{"([A-Za-z]+)":/g)) {
      const escaped = `\\u${key.charCodeAt(0).toString(16).padStart(4, '0')}${key.slice(1)}`;
      for (const again of [key, escaped])
        expect(codes(`${text.slice(0, index + 1)}"${again}":0,${text.slice(index + 1)}`)).toEqual(['bundle_malformed']);
      objects += 1;
    }
    expect(objects).toBeGreaterThan(12);
  });

  it('is refused in the statement, though the service itself had signed it so', () => {
    const statement = fromUtf8(payload);
    for (const { index, 1: key = '' } of statement.matchAll(/\{"([_A-Za-z]+)":/g)) {
      const twice = `${statement.slice(0, index + 1)}"${key}":0,${statement.slice(index + 1)}`;
      expect(codes(signedAnew(utf8(twice))), key).toEqual(['bundle_malformed']);
    }
  });
});

describe('a field that is not known', () => {
  const withMore = (value: unknown, path: string, found: [string, unknown][], put: (changed: unknown) => unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (!Array.isArray(value)) found.push([path, put({ ...value, mustUnderstand: true })]);
    for (const [key, item] of Object.entries(value)) {
      const replaced = (changed: unknown): unknown =>
        Array.isArray(value) ? value.map((one: unknown, i) => (String(i) === key ? changed : one)) : { ...value, [key]: changed };
      withMore(item, `${path}/${key}`, found, (changed) => put(replaced(changed)));
    }
  };

  it('is refused in every object of the bundle', () => {
    const cases: [string, unknown][] = [];
    withMore(bundle, '', cases, (changed) => changed);
    expect(cases.length).toBeGreaterThan(12);
    for (const [path, changed] of cases) expect(codes(changed), path).toEqual(['bundle_malformed']);
  });

  it('is refused in every object of the statement, though the service itself had signed it so', () => {
    const cases: [string, unknown][] = [];
    withMore(JSON.parse(fromUtf8(payload)), '', cases, (changed) => changed);
    expect(cases.length).toBeGreaterThan(12);
    for (const [path, changed] of cases) expect(codes(signedAnew(canonicalJson(changed))), path).toEqual(['bundle_malformed']);
  });

  it('is refused where it is another kind of statement, of payload or of proof', () => {
    const statement = fromUtf8(payload);
    const bent = (from: string, to: string): string[] => codes(signedAnew(utf8(statement.replace(from, to))));
    expect(bent('receipt:v1', 'receipt:v2')).toEqual(['bundle_malformed']);
    expect(bent('Statement/v1', 'Statement/v2')).toEqual(['bundle_malformed']);
    expect(codes({ ...bundle, proof: bundle.proof.replace('@v1', '@v2') })).toEqual(['encoding_invalid']);
    const other = signPayload(SERVICE.receiptKey, 'application/vnd.other+json', payload);
    const envelope = {
      ...bundle.envelope,
      payloadType: 'application/vnd.other+json',
      signatures: [{ keyid: keyidOf(SERVICE.receipt), sig: base64(other.signature) }],
    };
    expect(codes({ ...bundle, envelope })).toEqual(['encoding_invalid']);
  });

  it('is refused as a further line of the checkpoint, though the log itself had signed it so', () => {
    const [head = '', note = ''] = bundle.proof.split(/\n\n(.*)/s);
    const [origin, size, root] = note.split('\n');
    const signer = {
      name: SERVICE.log.name,
      publicKey: SERVICE.logKey.publicKey,
      sign: (message: Uint8Array) => signBytes(SERVICE.logKey, message),
    };
    const signed = (...lines: (string | undefined)[]): string[] =>
      codes({ ...bundle, proof: `${head}\n\n${signNote(`${lines.join('\n')}\n`, [signer])}` });
    expect(signed(origin, size, root)).toEqual([]);
    expect(signed(origin, size, root, 'critical: yes')).toEqual(['encoding_invalid']);
  });
});

describe('a signature that somebody has bent', () => {
  const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
  const signature = fromBase64(bundle.envelope.signatures[0]?.sig ?? '');
  const number = (bytes: Uint8Array): bigint => bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  const bytes = (value: bigint): Uint8Array => Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
  const malleable = (sig: Uint8Array): Uint8Array => concat(sig.slice(0, 32), bytes(number(sig.slice(32)) + ORDER));

  it('is refused: the receipt’s with S and the group’s order', () => {
    expect(codes(withSignature(base64(signature)))).toEqual([]);
    expect(codes(withSignature(base64(malleable(signature))))).toEqual(['signature_invalid']);
  });

  it('is refused: the checkpoint’s', () => {
    const [before = '', encoded = ''] = bundle.proof.split(/ ([^ ]+)\n$/);
    const line = fromBase64(encoded);
    expect(codes({ ...bundle, proof: `${before} ${base64(line)}\n` })).toEqual([]);
    expect(codes({ ...bundle, proof: `${before} ${base64(concat(line.slice(0, 4), malleable(line.slice(4))))}\n` })).toEqual([
      'signature_invalid',
    ]);
  });

  it('is refused: the owner’s, in the genesis and in the validation', () => {
    const bent = (envelope: Envelope): Envelope => ({
      ...envelope,
      signatures: envelope.signatures.map(({ keyid, sig }) => ({ keyid, sig: base64(malleable(fromBase64(sig))) })),
    });
    const { disclosures } = bundle;
    const { genesis, tags } = disclosures;
    if (genesis === undefined) throw new Error('there is a genesis');
    expect(codes({ ...bundle, disclosures: { ...disclosures, genesis: bent(genesis) } })).toEqual(['disclosure_mismatch']);
    const bentTags = tags.map((tag) =>
      tag?.owner === undefined ? tag : { ...tag, owner: { ...tag.owner, event: bent(tag.owner.event) } },
    );
    expect(codes({ ...bundle, disclosures: { ...disclosures, tags: bentTags } })).toEqual(['disclosure_mismatch']);
  });

  it('is refused in any other spelling of the same bytes, twice, and beside another', () => {
    const sig = base64(signature);
    for (const other of [
      sig.replace(/=+$/, ''),
      sig.replaceAll('+', '-').replaceAll('/', '_').concat(' '),
      `${sig}\n`,
      sig.replace(/(.)==$/, (_, last: string) => `${String.fromCharCode(last.charCodeAt(0) + 1)}==`),
    ])
      expect(codes(withSignature(other)), other).toEqual([expect.stringMatching(/^(?:bundle_malformed|encoding_invalid)$/)]);
    const [one] = bundle.envelope.signatures;
    expect(codes({ ...bundle, envelope: { ...bundle.envelope, signatures: [one, one] } })).toEqual([
      expect.stringMatching(/^(?:bundle_malformed|encoding_invalid)$/),
    ]);
    expect(codes({ ...bundle, envelope: { ...bundle.envelope, signatures: [] } })).toEqual([
      expect.stringMatching(/^(?:bundle_malformed|encoding_invalid)$/),
    ]);
  });
});

describe('a size that no number holds exactly', () => {
  const [head = '', note = ''] = bundle.proof.split(/\n\n(.*)/s);
  const odd = [
    '9007199254740992',
    '9007199254740993',
    '18446744073709551620',
    '4294967300.5',
    '1e1',
    '0x9',
    '+9',
    '-9',
    '09',
    '9 ',
    '٩',
    '',
  ];
  const signer = {
    name: SERVICE.log.name,
    publicKey: SERVICE.logKey.publicKey,
    sign: (message: Uint8Array) => signBytes(SERVICE.logKey, message),
  };

  it.each(odd)('is refused as the log’s, though the log itself had signed it: “%s”', (size) => {
    const [origin, , root] = note.split('\n');
    expect(codes({ ...bundle, proof: `${head}\n\n${signNote(`${origin}\n${size}\n${root}\n`, [signer])}` })).toEqual(['encoding_invalid']);
  });

  it.each(odd)('is refused as the place in the log: “%s”', (index) => {
    expect(codes({ ...bundle, proof: bundle.proof.replace('index 4', `index ${index}`) })).toEqual(['encoding_invalid']);
  });

  it.each(['9007199254740992', '1e400', '-1', '1.5', '1e-400', '4294967296.000001', '"3"', 'null'])(
    'is refused in a row’s record: %s',
    (value) => {
      for (const field of ['version', 'rank', 'segment', 'ageSeconds', 'basisAt']) {
        const bent = text.replace(new RegExp(`("record":\\{[^}]*"${field}":)-?\\d+`), `$1${value}`);
        expect(bent).not.toBe(text);
        expect(codes(bent).length, field).toBeGreaterThan(0);
      }
    },
  );

  it.each(['9007199254740992', '1e400', '-1', '1.5'])(
    'is refused in the statement, though the service itself had signed it: %s',
    (value) => {
      const statement = fromUtf8(payload);
      for (const field of ['contextSegments', 'contextLength', 'seq']) {
        const bent = statement.replace(new RegExp(`("${field}":)\\d+`), `$1${value}`);
        expect(bent).not.toBe(statement);
        expect(codes(signedAnew(utf8(bent))), field).toEqual(['bundle_malformed']);
      }
    },
  );
});

describe('signed bytes', () => {
  it('are checked as they are: other bytes of the same value are not what was signed', () => {
    const spaced = utf8(fromUtf8(payload).replace('":', '": '));
    expect(JSON.parse(fromUtf8(spaced))).toEqual(JSON.parse(fromUtf8(payload)));
    expect(codes({ ...bundle, envelope: { ...bundle.envelope, payload: base64(spaced) } })).toEqual(['signature_invalid']);
  });

  it('are not put right either: what the service had signed in another spelling is refused, not read', () => {
    const statement = fromUtf8(payload);
    const others = [
      statement.replace('":', '": '),
      ` ${statement}`,
      `${statement}\n`,
      `\ufeff${statement}`,
      JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(statement) as object).toReversed())),
      statement.replace('"some-model"', String.raw`"\u0073ome-model"`),
      statement.replace('"seq":42', '"seq":42.0'),
      statement.replace('"seq":42', '"seq":4.2e1'),
    ];
    for (const other of others) {
      expect(other).not.toBe(statement);
      expect(codes(signedAnew(utf8(other))), other.slice(0, 60)).toEqual(['bundle_malformed']);
    }
  });

  it('are those between the type and its length: the payload of another type has another signature', () => {
    const bare = base64(signBytes(SERVICE.receiptKey, payload));
    expect(codes(withSignature(bare))).toEqual(['signature_invalid']);
    expect(STATEMENT_PAYLOAD_TYPE).toBe(bundle.envelope.payloadType);
  });
});

it('what nests without end is refused, and takes no stack with it', () => {
  for (const depth of [65, 10_000, 1_000_000]) {
    for (const [open, close] of [
      ['[', ']'],
      ['{"envelope":', '}'],
    ]) {
      expect(codes(`${open?.repeat(depth) ?? ''}0${close?.repeat(depth) ?? ''}`)).toEqual(['bundle_malformed']);
    }
  }
});
