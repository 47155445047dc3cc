import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalBytes, hex } from '../../src/core/bytes.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { boxKeyFromSeed, openBox, sealBox } from '../../src/crypto/box.ts';
import { anyBit, bytesOf32, flipBit } from '../support/tamper.ts';

const keys = bytesOf32.map((seed) => boxKeyFromSeed(new Redacted(seed)));

describe('sealed boxes', () => {
  it('open for the key that they were sealed to, and for no other', () => {
    fc.assert(
      fc.property(keys, keys, bytesOf32, (key, other, secret) => {
        const box = sealBox(key.publicKey, new Redacted(secret));
        expect(openBox(key, box)?.reveal()).toEqual(secret);
        if (!equalBytes(key.publicKey, other.publicKey)) expect(openBox(other, box)).toBeNull();
      }),
    );
  });

  it('with any bit changed are null', () => {
    fc.assert(
      fc.property(keys, bytesOf32, anyBit, (key, secret, bit) => {
        const box = sealBox(key.publicKey, new Redacted(secret));
        expect(openBox(key, flipBit(box, bit.at(box)))).toBeNull();
      }),
    );
  });

  it('cut anywhere are null', () => {
    const key = boxKeyFromSeed(new Redacted(new Uint8Array(32).fill(3)));
    const box = sealBox(key.publicKey, new Redacted(new Uint8Array(32)));
    expect(box).toHaveLength(32 + 48);
    for (let length = 0; length < box.length; length++) expect(openBox(key, box.slice(0, length))).toBeNull();
  });

  it('of one secret never look the same', () => {
    const key = boxKeyFromSeed(new Redacted(new Uint8Array(32).fill(3)));
    const boxes = Array.from({ length: 50 }, () => hex(sealBox(key.publicKey, new Redacted(new Uint8Array(32)))));
    expect(new Set(boxes).size).toBe(50);
  });

  it('have the key pair of X25519 over half of the seed’s SHA-512', () => {
    fc.assert(
      fc.property(bytesOf32, (seed) => {
        const key = boxKeyFromSeed(new Redacted(seed));
        const secret = createHash('sha512').update(seed).digest().subarray(0, 32);
        expect(hex(key.secretKey.reveal())).toBe(secret.toString('hex'));
        const der = Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), secret]);
        const spki = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })).export({ format: 'der', type: 'spki' });
        expect(hex(key.publicKey)).toBe(spki.subarray(-32).toString('hex'));
      }),
      { numRuns: 20 },
    );
  });
});
