import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, equalBytes, fromHex, hex, utf8 } from '../../src/core/bytes.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { deriveKey, keyedHash, sameSecret } from '../../src/crypto/derive.ts';
import { bytesOf32 } from '../support/tamper.ts';

/** RFC 5869 written out: extract with a salt of zeros, then the first block of expand. */
function slowHkdf(secret: Uint8Array, info: Uint8Array): string {
  const prk = createHmac('sha256', new Uint8Array(32)).update(secret).digest();
  return createHmac('sha256', prk)
    .update(concat(info, Uint8Array.of(1)))
    .digest('hex');
}

describe('derived keys', () => {
  it('are HKDF-SHA256 without salt, the label as info', () => {
    fc.assert(
      fc.property(bytesOf32, fc.string({ maxLength: 60 }), (secret, label) => {
        expect(hex(deriveKey(new Redacted(secret), label).reveal())).toBe(slowHkdf(secret, utf8(label)));
      }),
    );
  });

  it('differ for every label and secret', () => {
    const secrets = [0, 1, 2].map((byte) => new Redacted(new Uint8Array(32).fill(byte)));
    const derived = secrets.flatMap((secret) => ['a', 'b', 'a/0', ''].map((label) => hex(deriveKey(secret, label).reveal())));
    expect(new Set(derived).size).toBe(derived.length);
  });
});

describe('keyed hashes', () => {
  it('are BLAKE2b of 32 bytes with the key', () => {
    // As Python's hashlib.blake2b(b'abc', digest_size=32, key=bytes(range(32))) gives it.
    const key = new Redacted(Uint8Array.from({ length: 32 }, (_, i) => i));
    expect(hex(keyedHash(key, utf8('abc')))).toBe('d63a32d3e44738d7907f964316c241adaba0abfeabc32349677578a15a203f7f');
  });

  it('differ where key or message does', () => {
    const [one, two] = [new Redacted(new Uint8Array(32)), new Redacted(new Uint8Array(32).fill(1))];
    expect(equalBytes(keyedHash(one, utf8('a')), keyedHash(two, utf8('a')))).toBe(false);
    expect(equalBytes(keyedHash(one, utf8('a')), keyedHash(one, utf8('b')))).toBe(false);
  });
});

it('secrets are the same when all their bytes are', () => {
  expect(sameSecret(fromHex('0102'), fromHex('0102'))).toBe(true);
  expect(sameSecret(fromHex('0102'), fromHex('0103'))).toBe(false);
  expect(sameSecret(fromHex('0102'), fromHex('010200'))).toBe(false);
  expect(sameSecret(new Uint8Array(0), new Uint8Array(0))).toBe(true);
});
