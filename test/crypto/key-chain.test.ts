import fc from 'fast-check';
import { expect, it } from 'vitest';
import { systemRandom } from '../../src/core/random.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { type CollectionKey, collectionKey, keyCommitment, type KeyName } from '../../src/crypto/collection-key.ts';
import { openPrevious, sealPrevious } from '../../src/crypto/key-chain.ts';
import { anyBit, bytesOf32, flipBit } from '../support/tamper.ts';

const NAME: KeyName = { vault: 'aa'.repeat(32), collection: `col_${'01'.repeat(16)}`, epoch: 1 };
const keyOf = (bytes: Uint8Array, epoch: number, more: Partial<KeyName> = {}): CollectionKey =>
  collectionKey({ ...NAME, epoch, ...more }, new Redacted(bytes.slice()));
const refused = expect.objectContaining({ code: 'box_mismatch' });

it('the key before opens with the one after it, to just the key that was committed to', () => {
  fc.assert(
    fc.property(bytesOf32, bytesOf32, fc.integer({ min: 1, max: 1000 }), anyBit, (a, b, epoch, bit) => {
      const [before, next] = [keyOf(a, epoch), keyOf(b, epoch + 1)];
      const sealed = sealPrevious(next, before, systemRandom);
      const committed = keyCommitment(before.name, before.key);
      const opened = openPrevious(next, before.name, sealed, committed);
      expect(opened.key.reveal()).toEqual(a);
      expect(opened.fingerprintKey.reveal()).toEqual(before.fingerprintKey.reveal());
      expect(() => openPrevious(next, before.name, flipBit(sealed, bit.at(sealed)), committed)).toThrow(refused);
      expect(() => openPrevious(next, before.name, sealed, flipBit(committed, bit.at(committed)))).toThrow(refused);
      expect(() => openPrevious(keyOf(flipBit(b, bit.at(b)), epoch + 1), before.name, sealed, committed)).toThrow(refused);
    }),
  );
});

it('counts in its own place alone: vault, collection and both epochs are bound', () => {
  const [before, next] = [keyOf(systemRandom.bytes(32), 4), keyOf(systemRandom.bytes(32), 5)];
  const sealed = sealPrevious(next, before, systemRandom);
  const other = { collection: `col_${'02'.repeat(16)}` };
  for (const [as, under] of [
    [{ ...before.name, epoch: 3 }, next],
    [{ ...before.name, ...other }, next],
    [{ ...before.name, vault: 'bb'.repeat(32) }, next],
    [before.name, keyOf(next.key.reveal(), 6)],
    [before.name, keyOf(next.key.reveal(), 5, other)],
  ] as const) {
    expect(() => openPrevious(under, as, sealed, keyCommitment(as, before.key))).toThrow(refused);
  }
  expect(() => openPrevious(next, before.name, sealed.subarray(0, 20), keyCommitment(before.name, before.key))).toThrow(refused);
});
