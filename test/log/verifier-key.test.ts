import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hex } from '../../src/core/bytes.ts';
import { encodeVerifierKey, isKeyName, keyId, parseVerifierKey, verifierKey } from '../../src/log/verifier-key.ts';
import { outcome, withChar } from './outcome.ts';
import { PETER_KEY, SUMDB_KEY } from './published.ts';

const malformed = expect.objectContaining({ code: 'encoding_invalid' });
const refused = expect.objectContaining({ code: 'input_invalid' });

describe('verifier keys', () => {
  it.each([
    ['PeterNeumann', 'c74f20a3', PETER_KEY],
    ['sum.golang.org', '033de0ae', SUMDB_KEY],
  ])('of %s, published with Go, is read and written', (name, id, text) => {
    const key = parseVerifierKey(text);
    expect(key.name).toBe(name);
    expect(hex(key.keyId)).toBe(id);
    expect(hex(keyId(name, key.publicKey))).toBe(id);
    expect(encodeVerifierKey(key)).toBe(text);
    expect(verifierKey(name, key.publicKey)).toEqual(key);
  });

  it('round-trip', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1 }).filter(isKeyName);
    fc.assert(
      fc.property(name, fc.uint8Array({ minLength: 32, maxLength: 32 }), (who, publicKey) => {
        const key = verifierKey(who, publicKey);
        expect(parseVerifierKey(encodeVerifierKey(key))).toEqual(key);
      }),
    );
  });

  it('with any one character changed are refused', () => {
    const mutated = [...SUMDB_KEY]
      .flatMap((_, i) => [...'aA0+/= \n'].map((char) => withChar(SUMDB_KEY, i, char)))
      .filter((text) => text !== SUMDB_KEY);
    expect(mutated.filter((text) => 'value' in outcome(() => parseVerifierKey(text)))).toEqual([]);
    expect(mutated.length).toBeGreaterThan(400);
  });

  it.each([
    ['nothing', ''],
    ['no name', '+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8'],
    ['upper-case hexadecimal', 'sum.golang.org+033DE0AE+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8'],
    ['a line end', `${SUMDB_KEY}\n`],
    ['a cut key', SUMDB_KEY.slice(0, -4)],
    ['a witness key (type 4)', 'remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2'],
  ])('refuse %s', (_, text) => {
    expect(() => parseVerifierKey(text)).toThrow(malformed);
  });

  it.each(['', 'a b', 'a+b', 'a\u00a0b', 'a\u2003b', 'a\u0085b', 'a\nb', 'a\u0000', '\ud800'])('have no name like %j', (name) => {
    expect(isKeyName(name)).toBe(false);
    expect(() => verifierKey(name, new Uint8Array(32))).toThrow(refused);
  });

  it('have 32 bytes of key', () => {
    expect(() => verifierKey('example.org/log', new Uint8Array(31))).toThrow(refused);
  });
});
