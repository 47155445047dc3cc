import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMemSyncError } from '../../src/core/errors.ts';
import { decodeState, encodeState } from '../../src/memory/state-codec.ts';
import { editedRows, RowStates } from '../../src/memory/row-states.ts';
import type { VaultState } from '../../src/memory/state.ts';
import { memoryId } from './build.ts';
import { remembered, vaultWith } from './folding.ts';
import { newVault } from './owner.ts';
import { anyHistory, plain, type Step, take } from './random-fold.ts';
import { anyBit, flipBit, thrownBy } from '../support/tamper.ts';

function folded(steps: readonly Step[], state: VaultState = newVault()): VaultState {
  for (const step of steps) take(state, step);
  return state;
}

const malformed = (error: unknown): boolean => isMemSyncError(error, 'encoding_invalid');

describe('a packed state', () => {
  it('holds everything, in its order, and is spelt in one way', () => {
    fc.assert(
      fc.property(anyHistory, (steps) => {
        const state = folded(steps);
        const bytes = encodeState(state);
        expect(encodeState(decodeState(bytes))).toEqual(bytes);
        expect(plain(decodeState(bytes))).toEqual(plain(state));
        expect(encodeState(decodeState(bytes.slice()))).toEqual(bytes);
      }),
    );
  });

  it('goes on as what it was packed from, packed again and again, whatever has been asked of it meanwhile', () => {
    fc.assert(
      fc.property(fc.array(anyHistory, { minLength: 1, maxLength: 4 }), fc.array(fc.nat({ max: 6 })), (parts, asked) => {
        const state = newVault();
        let packed = decodeState(encodeState(state));
        for (const steps of parts) {
          folded(steps, state);
          folded(steps, packed);
          packed = decodeState(encodeState(packed));
          for (const row of asked) expect(packed.rows.get(memoryId(row))).toEqual(state.rows.get(memoryId(row)));
        }
        expect(plain(packed)).toEqual(plain(state));
      }),
    );
  });

  it('unpacks the rows that are asked for, and no others', () => {
    const state = vaultWith(...[2, 3, 4, 5].map((number) => remembered(memoryId(number))));
    const { rows } = decodeState(encodeState(state));
    if (!(rows instanceof RowStates)) throw new Error('rows are unpacked');
    expect([rows.size, rows.unpacked]).toEqual([5, 0]);
    expect([...rows.keys()]).toEqual([...state.rows.keys()]);
    expect([rows.has(memoryId(3)), rows.has(memoryId(6)), rows.has('mem_'), rows.unpacked]).toEqual([true, false, false, 0]);
    const third = rows.get(memoryId(3));
    expect(rows.get(memoryId(3))).toBe(third);
    expect([rows.get(memoryId(6)), rows.get('no id'), rows.unpacked]).toEqual([undefined, undefined, 1]);
    expect([...rows.values()]).toHaveLength(5);
    expect(rows.unpacked).toBe(5);
  });

  it('tells which rows were edited, unpacking those alone', () => {
    fc.assert(
      fc.property(anyHistory, anyHistory, (steps, more) => {
        const state = folded(steps);
        const { rows } = decodeState(encodeState(state));
        const edited = [...state.rows.values()].filter(({ versions }) => versions.length > 1);
        expect(new Set(editedRows(rows))).toEqual(new Set(edited));
        expect(rows instanceof RowStates && rows.unpacked).toBe(edited.length);
        const packed = decodeState(encodeState(state));
        folded(more, packed);
        folded(more, state);
        expect(new Set(editedRows(packed.rows))).toEqual(new Set(editedRows(state.rows)));
      }),
    );
  });

  it('finds every one of many rows, in whatever order they came', () => {
    const ids = fc.uniqueArray(fc.nat({ max: 0x7fff_ffff }), { maxLength: 60 });
    fc.assert(
      fc.property(ids, fc.nat(), (numbers, other) => {
        const state = newVault();
        const like = vaultWith().rows.get(memoryId(1));
        if (like === undefined) throw new Error('there is a row');
        for (const number of numbers) state.rows.set(memoryId(number), { ...like, id: memoryId(number) });
        const { rows } = decodeState(encodeState(state));
        for (const number of numbers) expect(rows.get(memoryId(number))?.id).toBe(memoryId(number));
        expect(rows.has(memoryId(other))).toBe(numbers.includes(other));
      }),
    );
  });
});

describe('bytes that are not a packed state', () => {
  it('do not read, cut short or longer', () => {
    const bytes = encodeState(vaultWith(remembered(memoryId(2))));
    for (let length = 0; length < bytes.length; length += 7)
      expect(malformed(thrownBy(() => decodeState(bytes.slice(0, length))))).toBe(true);
    expect(malformed(thrownBy(() => decodeState(Uint8Array.of(...bytes, 0))))).toBe(true);
    expect(malformed(thrownBy(() => decodeState(Uint8Array.of(2, ...bytes.slice(1)))))).toBe(true);
  });

  it('either do not read, or read as something that is spelt so, and end', () => {
    fc.assert(
      fc.property(anyHistory, anyBit, (steps, pick) => {
        const bytes = encodeState(folded(steps));
        const bent = flipBit(bytes, pick.at(bytes));
        const error = thrownBy(() => plain(decodeState(bent)));
        if (error !== null) expect(malformed(error)).toBe(true);
        else expect(decodeState(bent).vault).toMatch(/^[0-9a-f]{64}$/);
      }),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(malformed(thrownBy(() => decodeState(bytes)))).toBe(true);
      }),
    );
  });
});
