import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as portable from '../../../src/crypto/portable/sha256.ts';
import * as native from '../../../src/crypto/sha256.ts';

it('has the names of the one that Node computes', () => {
  expect(Object.keys(portable).toSorted()).toEqual(Object.keys(native).toSorted());
});

it('is the same of any bytes, in one piece, in parts and as they come', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }), (parts) => {
      const digest = native.sha256Parts(...parts);
      expect(portable.sha256Parts(...parts)).toEqual(digest);
      expect(portable.sha256(Buffer.concat(parts))).toEqual(digest);
      const stream = new portable.Sha256Stream();
      for (const part of parts) stream.add(part);
      expect(stream.digest()).toEqual(digest);
    }),
  );
});

it('is the same at every length about the ends of blocks', () => {
  for (let length = 0; length < 260; length += 1) {
    const bytes = new Uint8Array(length).fill(length);
    expect(portable.sha256(bytes)).toEqual(native.sha256(bytes));
  }
});
