import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, hex } from '../../src/core/bytes.ts';
import { encodeId } from '../../src/core/ids.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { encodeToken, grantAuthHash, grantBoxKey, parseToken, type Token } from '../../src/crypto/token.ts';
import { bytesOf32 } from '../support/tamper.ts';

const invalid = expect.objectContaining({ code: 'token_invalid' });
const tokens: fc.Arbitrary<Token> = fc
  .tuple(fc.uint8Array({ minLength: 16, maxLength: 16 }), bytesOf32)
  .map(([grant, secret]) => ({ grantId: encodeId('grant', grant), secret: new Redacted(secret) }));

const token: Token = { grantId: `grt_${'01'.repeat(16)}`, secret: new Redacted(new Uint8Array(32).fill(2)) };

describe('tokens', () => {
  it('come back from their text as they went in', () => {
    fc.assert(
      fc.property(tokens, (given) => {
        const text = encodeToken(given);
        expect(text).toMatch(/^msk_[0-9a-f]{104}$/);
        const parsed = parseToken(text);
        expect(parsed.grantId).toBe(given.grantId);
        expect(parsed.secret.reveal()).toEqual(given.secret.reveal());
      }),
    );
  });

  it('with any one character changed are refused', () => {
    const text = encodeToken(token);
    for (let at = 0; at < text.length; at++) {
      for (const put of '0189afAFgz_ \n-') {
        if (put !== text[at]) expect(() => parseToken(text.slice(0, at) + put + text.slice(at + 1)), `${at} ${put}`).toThrow(invalid);
      }
    }
  });

  it('with characters swapped, cut or put in are refused', () => {
    fc.assert(
      fc.property(tokens, fc.nat({ max: 106 }), fc.nat({ max: 106 }), (given, a, b) => {
        const text = encodeToken(given);
        const chars = [...text];
        [chars[a], chars[b]] = [chars[b] ?? '', chars[a] ?? ''];
        const swapped = chars.join('');
        if (swapped !== text) expect(() => parseToken(swapped)).toThrow(invalid);
        expect(() => parseToken(text.slice(0, a) + text.slice(a + 1))).toThrow(invalid);
        expect(() => parseToken(`${text.slice(0, a)}0${text.slice(a)}`)).toThrow(invalid);
      }),
    );
  });

  it.each(['', 'msk_', 'msk_00', ` ${encodeToken(token)}`, `${encodeToken(token)}\n`, encodeToken(token).toUpperCase(), 'Bearer x'])(
    '“%s” is none',
    (text) => {
      expect(() => parseToken(text)).toThrow(invalid);
    },
  );

  it('are not named in the refusal', () => {
    const text = encodeToken(token).replace(/.$/, 'x');
    expect(() => parseToken(text)).toThrow(expect.objectContaining({ message: expect.not.stringContaining(text.slice(8, 40)) }));
  });

  it('give unrelated secrets for box and authentication', () => {
    const box = grantBoxKey(token);
    const texts = [hex(box.publicKey), hex(box.secretKey.reveal()), hex(grantAuthHash(token)), hex(token.secret.reveal())];
    expect(new Set(texts).size).toBe(4);
    expect(hex(grantBoxKey(token).publicKey)).toBe(texts[0]);
    expect(hex(grantAuthHash({ ...token, secret: new Redacted(fromHex('03'.repeat(32))) }))).not.toBe(texts[2]);
  });

  it('keep their secret out of print', () => {
    expect(JSON.stringify(parseToken(encodeToken(token)))).toBe(JSON.stringify({ grantId: token.grantId, secret: '[redacted]' }));
  });
});
