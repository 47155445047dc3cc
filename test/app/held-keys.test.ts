import { expect, it } from 'vitest';
import { HeldKeys } from '../../src/app/held-keys.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { type CollectionKey, collectionKey } from '../../src/crypto/collection-key.ts';

const A = `col_${'0a'.repeat(16)}`;
const B = `col_${'0b'.repeat(16)}`;
const keyOf = (collection: string, epoch: number): CollectionKey =>
  collectionKey({ vault: 'aa'.repeat(32), collection, epoch }, new Redacted(new Uint8Array(32).fill(16 * epoch + 1)));
const isZero = ({ key, fingerprintKey }: CollectionKey): boolean =>
  [key, fingerprintKey].every((one) => one.reveal().every((byte) => byte === 0));

it('keeps a key for each epoch, newest first, in whatever order they come', () => {
  const keys = new HeldKeys();
  for (const epoch of [2, 3, 1]) keys.add(keyOf(A, epoch));
  keys.add(keyOf(B, 1));
  expect(keys.all(A).map(({ name }) => name.epoch)).toEqual([3, 2, 1]);
  expect(keys.at(A, 2)?.name.epoch).toBe(2);
  expect([keys.at(A, 4), keys.at(B, 2)]).toEqual([undefined, undefined]);
  expect(keys.collections()).toEqual([A, B]);
});

it('keeps the first of two for the same place, and wipes the other', () => {
  const keys = new HeldKeys();
  const [first, second] = [keyOf(A, 1), keyOf(A, 1)];
  keys.add(first);
  keys.add(second);
  expect(keys.all(A)).toEqual([first]);
  expect([isZero(first), isZero(second)]).toEqual([false, true]);
});

it('wipes what it lets go: of one collection, or of all', () => {
  const keys = new HeldKeys();
  const held = [keyOf(A, 1), keyOf(A, 2), keyOf(B, 1)];
  for (const key of held) keys.add(key);
  keys.drop(A);
  expect([keys.has(A), keys.has(B)]).toEqual([false, true]);
  expect(held.map(isZero)).toEqual([true, true, false]);
  keys.wipe();
  expect(held.every(isZero)).toBe(true);
  expect(keys.collections()).toEqual([]);
});
