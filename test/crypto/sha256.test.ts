import { describe, expect, it } from 'vitest';
import { hex, utf8 } from '../../src/core/bytes.ts';
import { sha256, sha256Parts } from '../../src/crypto/sha256.ts';

// FIPS 180-4's own examples.
const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

describe('sha256', () => {
  it('gives the published digests', () => {
    expect(hex(sha256(utf8('abc')))).toBe(ABC);
    expect(hex(sha256(new Uint8Array(0)))).toBe(EMPTY);
  });

  it('hashes a view’s bytes, not its buffer’s', () => {
    expect(hex(sha256(utf8('xabcx').subarray(1, 4)))).toBe(ABC);
  });

  it('returns a plain array with a buffer of its own', () => {
    const digest = sha256(utf8('abc'));
    expect(Object.getPrototypeOf(digest)).toBe(Uint8Array.prototype);
    expect([digest.byteOffset, digest.buffer.byteLength]).toEqual([0, 32]);
  });

  it('joins parts without separators', () => {
    expect(hex(sha256Parts(utf8('a'), utf8(''), utf8('bc')))).toBe(ABC);
    expect(hex(sha256Parts())).toBe(EMPTY);
  });
});
