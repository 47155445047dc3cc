import { expect, it } from 'vitest';
import { ByteWriter } from '../../src/core/packing.ts';

it('what has outgrown its room is not left behind there', () => {
  const writer = new ByteWriter(8);
  writer.raw(Uint8Array.of(1, 2, 3, 4));
  const before = writer.finish();
  writer.raw(Uint8Array.from({ length: 100 }, (_, i) => i));
  expect([...before]).toEqual([0, 0, 0, 0]);
  expect([...writer.finish().subarray(0, 6)]).toEqual([1, 2, 3, 4, 0, 1]);
});
