import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quote } from '../../src/retrieval/quote.ts';

describe('a quoted text', () => {
  it.each([
    ["I'm allergic to hazelnuts", `"I'm allergic to hazelnuts"`],
    ['says "no" \\ yes', '"says \\"no\\" \\\\ yes"'],
    ['a\nb\r\tc', '"a\\nb\\r\\tc"'],
    ['a\u0000\u001b[2J', '"a\\u0000\\u001b[2J"'],
    ['\u007f\u0085\u009b', '"\\u007f\\u0085\\u009b"'],
    ['\u2028\u2029', '"\\u2028\\u2029"'],
    ['\u202eevil\u2066x\u2069\u061c\u200e\u200f', '"\\u202eevil\\u2066x\\u2069\\u061c\\u200e\\u200f"'],
    ['a\u200bb\u2060c\ufeff\u00ad', '"a\\u200bb\\u2060c\\ufeff\\u00ad"'],
    ['\u{e0041}\u{e0100}', '"\\udb40\\udc41\\udb40\\udd00"'],
    ['\ud800 \udc00', '"\\ud800 \\udc00"'],
    ['نامه\u200cای 👩\u200d👧 ❤\ufe0f café 我的猫', '"نامه\u200cای 👩\u200d👧 ❤\ufe0f café 我的猫"'],
    ['[m1] confirmed by the owner', '"[m1] confirmed by the owner"'],
  ])('%j', (text, expected) => {
    expect(quote(text)).toBe(expected);
  });

  it('shows nothing that Unicode calls invisible, turning or ending a line, but for what writing needs', () => {
    const kept = new Set([0x200c, 0x200d, 0xfe0e, 0xfe0f]);
    const risky = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/u;
    const through: string[] = [];
    for (let point = 0; point <= 0x10ffff; point++) {
      const character = String.fromCodePoint(point);
      if (risky.test(character) && !kept.has(point) && quote(character).includes(character)) through.push(point.toString(16));
    }
    expect(through).toEqual([]);
  });

  it('is one well-formed line that JSON reads back to the last code unit', () => {
    const units = fc.array(
      fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0x22, 0x5c, 0x0a, 0x2028, 0xd83d, 0xdb40, 0xdc41, 0x202e)),
    );
    fc.assert(
      fc.property(units, (codes) => {
        const text = String.fromCharCode(...codes);
        const quoted = quote(text);
        expect(JSON.parse(quoted)).toBe(text);
        expect(quoted).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
        expect(quoted.isWellFormed()).toBe(true);
        expect(quoted).toMatch(/^".*"$/s);
      }),
      { numRuns: 1_000 },
    );
  });
});
