import { describe, expect, it } from 'vitest';
import { encodeKeyHistory, readKeyHistory } from '../../src/log/key-history.ts';
import { logKeyStated, receiptKeyStated, rootIsStated } from '../../src/log/keys-in-force.ts';
import { historyOf, logOf, ORIGIN, rootAt, type Stated } from './history.ts';
import { verify } from './signer.ts';

const read = (...stated: readonly Stated[]) => readKeyHistory(encodeKeyHistory(historyOf(...stated)), verify);
const HISTORY = read(
  { size: 10, log: 1, receipts: 2 },
  { size: 40, log: 3, receipts: 2 },
  { size: 40, log: 5, receipts: 6 },
  { size: 90, log: 5, receipts: 7 },
);
const numbers = (sizes: readonly number[], seed: number, origin = ORIGIN) =>
  sizes.map((size) => logKeyStated(HISTORY, logOf(seed).key, { origin, size })?.number ?? null);

describe('who may sign', () => {
  it('a checkpoint: from the size of its statement to that of the next, both included', () => {
    expect(numbers([0, 9, 10, 39, 40, 41, 1e9], 1)).toEqual([null, null, 0, 0, 0, null, null]);
    expect(numbers([39, 40, 41], 3)).toEqual([null, 1, null]);
    expect(numbers([39, 40, 89, 90, 1e9], 5)).toEqual([null, 2, 2, 3, 3]);
    expect(numbers([10, 40, 90], 99)).toEqual([null, null, null]);
    expect(numbers([10, 40, 90], 1, 'memsync.example/other')).toEqual([null, null, null]);
  });

  it('a receipt: from the entry at its statement’s size to the one before the next', () => {
    const at = [0, 9, 10, 39, 40, 89, 90, 1e9].map((index) => receiptKeyStated(HISTORY, ORIGIN, index)?.number ?? null);
    expect(at).toEqual([null, null, 0, 0, 2, 2, 3, 3]);
    expect(receiptKeyStated(HISTORY, 'memsync.example/other', 10)).toBe(null);
  });

  it('of a log that went on under another name: what it took over, by who signed it then', () => {
    const name = `${ORIGIN}/restored-1`;
    const moved = read(
      { size: 0, log: 1, receipts: 2 },
      { size: 20, log: 1, receipts: 4 },
      { size: 60, log: 1, receipts: 6 },
      { size: 50, log: 1, receipts: 6, origin: name },
      { size: 70, log: 3, receipts: 6, origin: name },
    );
    const who = (origin: string) => [0, 19, 20, 49, 50, 59, 60, 80].map((index) => receiptKeyStated(moved, origin, index)?.number);
    expect(who(ORIGIN)).toEqual([0, 0, 1, 1, 1, 1, 2, 2]);
    expect(who(name)).toEqual([0, 0, 1, 1, 3, 3, 3, 4]);
    const checkpoint = (origin: string, seed: number, size: number) =>
      logKeyStated(moved, logOf(seed).key, { origin, size })?.number ?? null;
    expect([checkpoint(ORIGIN, 1, 80), checkpoint(name, 1, 49), checkpoint(name, 1, 60), checkpoint(name, 1, 71)]).toEqual([
      2,
      null,
      3,
      null,
    ]);
  });

  it('nobody, a root other than the stated one', () => {
    const says = (size: number, root: Uint8Array, origin = ORIGIN) => rootIsStated(HISTORY, { origin, size, root });
    expect([says(40, rootAt(40)), says(90, rootAt(90)), says(41, rootAt(1)), says(40, rootAt(1), 'memsync.example/other')]).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect([says(10, rootAt(11)), says(40, rootAt(41)), says(90, rootAt(91))]).toEqual([false, false, false]);
  });
});
