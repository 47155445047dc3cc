import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, hex } from '../../src/core/bytes.ts';
import { encodeId, ID_PREFIX, type IdKind, isId, makeId, parseId } from '../../src/core/ids.ts';
import { MAX_INSTANT } from '../../src/core/instant.ts';
import { systemRandom } from '../../src/core/random.ts';

const KINDS = Object.keys(ID_PREFIX) as IdKind[];
const kind = fc.constantFrom(...KINDS);
const now = fc.integer({ min: 0, max: MAX_INSTANT });
const fixed = { bytes: (length: number) => new Uint8Array(length).fill(0xab) };

describe('ids', () => {
  it('are a prefix, 48 bits of time and 80 of chance', () => {
    expect(makeId('memory', 0x0123_4567_89ab, fixed)).toBe(`mem_0123456789ab${'ab'.repeat(10)}`);
    expect(makeId('receipt', 0, fixed)).toBe(`rcp_000000000000${'ab'.repeat(10)}`);
  });

  it('come back from their bytes as they went in', () => {
    fc.assert(
      fc.property(kind, now, (of, at) => {
        const id = makeId(of, at, systemRandom);
        expect(isId(of, id)).toBe(true);
        expect(encodeId(of, parseId(of, id))).toBe(id);
        expect(parseInt(hex(parseId(of, id).subarray(0, 6)), 16)).toBe(at);
      }),
    );
  });

  it('made later sort later', () => {
    fc.assert(
      fc.property(kind, now, now, (of, a, b) => {
        const [first, second] = [makeId(of, Math.min(a, b), systemRandom), makeId(of, Math.max(a, b), systemRandom)];
        if (a !== b) expect(first < second).toBe(true);
        else expect(first).not.toBe(second);
      }),
    );
  });

  it('of one kind are none of another', () => {
    for (const of of KINDS) {
      const id = makeId(of, 1, systemRandom);
      for (const other of KINDS) expect(isId(other, id)).toBe(other === of);
    }
    expect(new Set(Object.values(ID_PREFIX)).size).toBe(KINDS.length);
  });

  it('with any character changed, put in or left out are the same length of hexadecimal or none', () => {
    const id = makeId('grant', 77, systemRandom);
    for (const bent of [
      id.toUpperCase(),
      ` ${id}`,
      `${id}\n`,
      `${id}0`,
      id.slice(0, -1),
      id.slice(4),
      `mem_${id.slice(4)}`,
      `${id.slice(0, -1)}g`,
      '',
    ]) {
      expect(isId('grant', bent), bent).toBe(false);
      expect(() => parseId('grant', bent), bent).toThrow(expect.objectContaining({ code: 'encoding_invalid' }));
    }
    expect(parseId('grant', `grt_${'00'.repeat(15)}ff`)).toEqual(fromHex(`${'00'.repeat(15)}ff`));
  });
});
