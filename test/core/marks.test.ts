import fc from 'fast-check';
import { expect, it } from 'vitest';
import { capMarks } from '../../src/core/marks.ts';

const ACUTE = '\u0301';

it('leaves texts of real scripts alone', () => {
  for (const text of ['Café', 'שָׁלוֹם', 'हिन्दी', 'ก็ไม่รู้', `a${ACUTE.repeat(30)}b`, '']) expect(capMarks(text)).toBe(text);
});

it('cuts each run of marks at thirty', () => {
  expect(capMarks(`a${ACUTE.repeat(31)}b${ACUTE.repeat(500)}c`)).toBe(`a${ACUTE.repeat(30)}b${ACUTE.repeat(30)}c`);
});

it('leaves no longer run in any text, and does so once and for all', () => {
  const text = fc.string({ unit: fc.constantFrom('a', ACUTE, '\u0323', '\u{1e8d0}', ' '), minLength: 40, maxLength: 200 });
  fc.assert(
    fc.property(text, (marked) => {
      const capped = capMarks(marked);
      expect(capped).not.toMatch(/\p{M}{31}/u);
      expect(capMarks(capped)).toBe(capped);
    }),
  );
});
