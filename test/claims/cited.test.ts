import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { citedTags } from '../../src/claims/cited.ts';

const TAGS = ['m1', 'm2', 'm10'];

describe('citedTags', () => {
  it.each([
    ['nothing', '', []],
    ['one', 'As you said [m1].', ['m1']],
    ['several, in the order of the tags', '[m10][m2]', ['m2', 'm10']],
    ['one that is cited twice', '[m1] and [m1]', ['m1']],
    ['no tag that was not served', '[m3] [m99]', []],
    ['not m1 where m10 is cited', '[m10]', ['m10']],
    ['no other spelling', '[M1] [ m1 ] (m1) m1 [m1, m2] [m01] [m1', []],
    ['one inside other brackets', '[[m1]](link)', ['m1']],
  ])('finds %s', (_, text, cited) => {
    expect(citedTags(text, TAGS)).toEqual(cited);
  });

  it('finds exactly the tags whose bracket form is in the text', () => {
    const piece = fc.oneof(fc.constantFrom('[m1]', '[m2]', '[m10]', '[m3]', 'm1', '[', ']', '[m'), fc.string());
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join('');
        expect(citedTags(text, TAGS)).toEqual(TAGS.filter((tag) => text.includes(`[${tag}]`)));
      }),
    );
  });
});
