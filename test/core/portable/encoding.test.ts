import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as native from '../../../src/core/encoding.ts';
import * as portable from '../../../src/core/portable/encoding.ts';

/** Texts that are nearly hexadecimal or base64: the digits, what stands beside them in tables, and what is none at all. */
const nearly = fc
  .array(
    fc.constantFrom(
      '0',
      '9',
      'a',
      'f',
      'g',
      'A',
      'Q',
      'Z',
      'w',
      '/',
      '+',
      '-',
      '_',
      '=',
      ' ',
      '\n',
      ':',
      '@',
      '[',
      '`',
      '{',
      'é',
      '\u0141',
    ),
    {
      maxLength: 12,
    },
  )
  .map((characters) => characters.join(''));

it('has the names of the one that Node does', () => {
  expect(Object.keys(portable).toSorted()).toEqual(Object.keys(native).toSorted());
});

it('writes any bytes alike, and reads them back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const [hex, base64] = [native.encodeHex(bytes), native.encodeBase64(bytes)];
      expect([portable.encodeHex(bytes), portable.encodeBase64(bytes)]).toEqual([hex, base64]);
      expect([portable.decodeHex(hex), portable.decodeBase64(base64)]).toEqual([bytes, bytes]);
    }),
  );
});

it('reads no text that Node’s refuses, and none otherwise', () => {
  fc.assert(
    fc.property(nearly, (text) => {
      expect(portable.decodeHex(text)).toEqual(native.decodeHex(text));
      expect(portable.decodeBase64(text)).toEqual(native.decodeBase64(text));
    }),
    { numRuns: 5000 },
  );
});

it('reads every base64 of four characters or fewer as Node’s does, of those that matter', () => {
  const characters = ['A', 'B', 'Q', 'g', 'w', '8', '+', '/', '=', '-'];
  const texts = ['', ...characters];
  for (let length = 1, last = characters; length < 4; length += 1) {
    last = last.flatMap((text) => characters.map((one) => text + one));
    texts.push(...last);
  }
  expect(texts.length).toBe(11_111);
  for (const text of texts) expect(portable.decodeBase64(text), text).toEqual(native.decodeBase64(text));
});
