import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, equalBytes, hex } from '../../src/core/bytes.ts';
import { systemRandom } from '../../src/core/random.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { boxKeyFromSeed, sealBox } from '../../src/crypto/box.ts';
import {
  type BoxCommitment,
  collectionKey,
  encodeName,
  fingerprint,
  keyCommitment,
  type KeyName,
  unwrapBox,
  unwrapRowKey,
  wipeCollectionKey,
  wrapRowKey,
} from '../../src/crypto/collection-key.ts';
import { sha256 } from '../../src/crypto/sha256.ts';
import { anyBit, bytesOf32, flipBit } from '../support/tamper.ts';

const NAME: KeyName = { vault: 'aa'.repeat(32), collection: `col_${'01'.repeat(16)}`, epoch: 1 };
const ROW = `mem_${'07'.repeat(16)}`;
/** Everything that a key could be mistaken for another by. */
const OTHER_NAMES: readonly KeyName[] = [
  { ...NAME, vault: 'ab'.repeat(32) },
  { ...NAME, collection: `col_${'02'.repeat(16)}` },
  { ...NAME, epoch: 2 },
];

const mismatch = expect.objectContaining({ code: 'box_mismatch' });

describe('a key’s name', () => {
  it('has bytes of its own, wherever the parts divide', () => {
    const names = [NAME, ...OTHER_NAMES, { ...NAME, vault: `${NAME.vault}c`, collection: NAME.collection.slice(1) }];
    expect(new Set(names.map((name) => hex(encodeName(name)))).size).toBe(names.length);
  });
});

describe('a sealed box with its commitment', () => {
  const boxKey = boxKeyFromSeed(new Redacted(new Uint8Array(32).fill(9)));
  const sealed = (secret: Uint8Array, name = NAME): { box: Uint8Array; signed: BoxCommitment } => {
    const box = sealBox(boxKey.publicKey, new Redacted(secret));
    return { box, signed: { boxSha256: sha256(box), keyCommitment: keyCommitment(name, new Redacted(secret)) } };
  };

  it('opens to the key', () => {
    fc.assert(
      fc.property(bytesOf32, (secret) => {
        const { box, signed } = sealed(secret);
        const key = unwrapBox(NAME, box, boxKey, signed);
        expect(key.key.reveal()).toEqual(secret);
        expect(key.name).toEqual(NAME);
      }),
    );
  });

  it('is refused with any bit of box or commitment changed', () => {
    fc.assert(
      fc.property(bytesOf32, anyBit, (secret, bit) => {
        const { box, signed } = sealed(secret);
        const bent = flipBit(box, bit.at(box));
        expect(() => unwrapBox(NAME, bent, boxKey, signed)).toThrow(mismatch);
        expect(() => unwrapBox(NAME, bent, boxKey, { ...signed, boxSha256: sha256(bent) })).toThrow(mismatch);
        expect(() =>
          unwrapBox(NAME, box, boxKey, { ...signed, keyCommitment: flipBit(signed.keyCommitment, bit.at(signed.keyCommitment)) }),
        ).toThrow(mismatch);
      }),
    );
  });

  it('is refused when it holds another key than was committed to, though it is the box that was signed', () => {
    const { box } = sealed(new Uint8Array(32).fill(1));
    const { signed } = sealed(new Uint8Array(32).fill(2));
    expect(() => unwrapBox(NAME, box, boxKey, { ...signed, boxSha256: sha256(box) })).toThrow(mismatch);
  });

  it('is refused when it is another box than was signed, though it holds the same key', () => {
    const secret = new Uint8Array(32).fill(1);
    expect(() => unwrapBox(NAME, sealed(secret).box, boxKey, sealed(secret).signed)).toThrow(mismatch);
  });

  it('is refused under another name, for another reader, or with a key of another length', () => {
    const secret = new Uint8Array(32).fill(1);
    const { box, signed } = sealed(secret);
    for (const name of OTHER_NAMES) expect(() => unwrapBox(name, box, boxKey, signed)).toThrow(mismatch);
    const stranger = boxKeyFromSeed(new Redacted(new Uint8Array(32).fill(8)));
    expect(() => unwrapBox(NAME, box, stranger, signed)).toThrow(mismatch);
    const short = sealed(secret.slice(1));
    expect(() => unwrapBox(NAME, short.box, boxKey, short.signed)).toThrow(mismatch);
  });

  it('has a commitment that differs by name and by key', () => {
    const key = new Redacted(new Uint8Array(32).fill(1));
    const commitments = [NAME, ...OTHER_NAMES].map((name) => hex(keyCommitment(name, key)));
    expect(new Set([...commitments, hex(keyCommitment(NAME, new Redacted(new Uint8Array(32).fill(2))))]).size).toBe(5);
  });
});

describe('a wrapped row key', () => {
  const keys = bytesOf32.map((bytes) => collectionKey(NAME, new Redacted(bytes)));

  it('is unwrapped by the key, for the row and the version', () => {
    fc.assert(
      fc.property(keys, bytesOf32, fc.integer({ min: 1, max: 0xffff_ffff }), (key, rowKey, version) => {
        const wrapped = wrapRowKey(key, ROW, version, new Redacted(rowKey), systemRandom);
        expect(wrapped).toHaveLength(1 + 24 + 32 + 16);
        expect(unwrapRowKey(key, ROW, version, wrapped)?.reveal()).toEqual(rowKey);
      }),
    );
  });

  it('with any bit changed, the algorithm’s too, is null', () => {
    fc.assert(
      fc.property(keys, bytesOf32, anyBit, (key, rowKey, bit) => {
        const wrapped = wrapRowKey(key, ROW, 1, new Redacted(rowKey), systemRandom);
        expect(unwrapRowKey(key, ROW, 1, flipBit(wrapped, bit.at(wrapped)))).toBeNull();
        for (let first = 0; first < 8; first++) expect(unwrapRowKey(key, ROW, 1, flipBit(wrapped, first))).toBeNull();
      }),
    );
  });

  it('for another row, version, vault, collection, epoch or key is null', () => {
    const bytes = new Uint8Array(32).fill(4);
    const key = collectionKey(NAME, new Redacted(bytes));
    const wrapped = wrapRowKey(key, ROW, 1, new Redacted(new Uint8Array(32)), systemRandom);
    expect(unwrapRowKey(key, ROW, 1, wrapped)).not.toBeNull();
    expect(unwrapRowKey(key, ROW, 2, wrapped)).toBeNull();
    expect(unwrapRowKey(key, `mem_${'08'.repeat(16)}`, 1, wrapped)).toBeNull();
    for (const name of OTHER_NAMES) expect(unwrapRowKey(collectionKey(name, new Redacted(bytes)), ROW, 1, wrapped)).toBeNull();
    expect(unwrapRowKey(collectionKey(NAME, new Redacted(new Uint8Array(32))), ROW, 1, wrapped)).toBeNull();
  });

  it('of no length, or holding what is no key, is null', () => {
    const key = collectionKey(NAME, new Redacted(new Uint8Array(32).fill(4)));
    expect(unwrapRowKey(key, ROW, 1, new Uint8Array(0))).toBeNull();
    expect(unwrapRowKey(key, ROW, 1, Uint8Array.of(1))).toBeNull();
    expect(unwrapRowKey(key, ROW, 1, wrapRowKey(key, ROW, 1, new Redacted(new Uint8Array(31)), systemRandom))).toBeNull();
  });
});

describe('a fingerprint', () => {
  const key = collectionKey(NAME, new Redacted(new Uint8Array(32).fill(4)));

  it('is equal for equal texts under one key, and for nothing else', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(equalBytes(fingerprint(key, a), fingerprint(key, b))).toBe(a === b);
      }),
    );
    const other = collectionKey(NAME, new Redacted(new Uint8Array(32).fill(5)));
    expect(equalBytes(fingerprint(key, 'a'), fingerprint(other, 'a'))).toBe(false);
    expect(fingerprint(key, 'a')).toHaveLength(16);
  });

  it('is made under a key of its own', () => {
    expect(equalBytes(key.key.reveal(), key.fingerprintKey.reveal())).toBe(false);
  });
});

it('wiping a collection key leaves nothing of it', () => {
  const key = collectionKey(NAME, new Redacted(new Uint8Array(32).fill(4)));
  wipeCollectionKey(key);
  expect(hex(concat(key.key.reveal(), key.fingerprintKey.reveal()))).toBe('00'.repeat(64));
});
