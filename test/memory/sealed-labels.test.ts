import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lengthPrefixed, utf8 } from '../../src/core/bytes.ts';
import { systemRandom } from '../../src/core/random.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { sealBytes } from '../../src/crypto/aead.ts';
import { type CollectionKey, collectionKey } from '../../src/crypto/collection-key.ts';
import { pad } from '../../src/crypto/padding.ts';
import { openDetails, openName, sealDetails, sealName } from '../../src/memory/sealed-labels.ts';
import { anyBit, bytesOf32, flipBit } from '../support/tamper.ts';
import { collectionId, grantId, sha } from './build.ts';

const broken = expect.objectContaining({ code: 'ledger_broken' });
const keyOf = (bytes: Uint8Array, collection = collectionId(1)): CollectionKey =>
  collectionKey({ vault: sha(1), collection, epoch: 1 }, new Redacted(bytes));
const key = keyOf(new Uint8Array(32).fill(1));
const names = fc.stringMatching(/^[a-z][a-z0-9-]{0,39}$/);
const details = fc.record({
  label: fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }),
  categories: fc.option(fc.array(fc.constantFrom('health', 'travel'))),
});

describe('a collection’s name', () => {
  it('opens under its own key, and with any bit changed does not', () => {
    fc.assert(
      fc.property(names, bytesOf32, anyBit, (name, bytes, bit) => {
        const sealed = sealName(keyOf(bytes), name, systemRandom);
        expect(openName(keyOf(bytes), sealed)).toBe(name);
        expect(() => openName(keyOf(bytes), flipBit(sealed, bit.at(sealed)))).toThrow(broken);
        expect(() => openName(keyOf(flipBit(bytes, bit.at(bytes))), sealed)).toThrow(broken);
      }),
    );
  });

  it('does not open as another collection’s', () => {
    const sealed = sealName(key, 'work', systemRandom);
    expect(() => openName(keyOf(new Uint8Array(32).fill(1), collectionId(2)), sealed)).toThrow(broken);
  });

  it('that is none, though a key holder sealed it, is broken', () => {
    for (const name of ['', 'Work', 'two words', 'x'.repeat(41), '1st']) {
      expect(() => openName(key, sealName(key, name, systemRandom)), name).toThrow(broken);
    }
  });

  it('does not show its length', () => {
    expect(sealName(key, 'a', systemRandom)).toHaveLength(sealName(key, 'x'.repeat(40), systemRandom).length);
  });
});

describe('a grant’s details', () => {
  it('open under the vault’s key, and with any bit changed do not', () => {
    fc.assert(
      fc.property(details, anyBit, (given, bit) => {
        const sealed = sealDetails(key, grantId(1), given, systemRandom);
        expect(openDetails(key, grantId(1), sealed)).toEqual(given);
        expect(() => openDetails(key, grantId(1), flipBit(sealed, bit.at(sealed)))).toThrow(broken);
      }),
    );
  });

  it('do not open as another grant’s: an app cannot be given another’s scope', () => {
    const sealed = sealDetails(key, grantId(1), { label: 'an app', categories: null }, systemRandom);
    expect(() => openDetails(key, grantId(2), sealed)).toThrow(broken);
  });

  it('that are none, though a key holder sealed them, are broken', () => {
    const data = lengthPrefixed(utf8('memsync/grant-details/v1'), utf8(grantId(1)));
    const sealed = (bytes: Uint8Array): Uint8Array => sealBytes(key.key, bytes, data, systemRandom);
    const right = '{"categories":null,"label":"an app"}';
    expect(openDetails(key, grantId(1), sealed(pad(utf8(right))))).toEqual({ label: 'an app', categories: null });
    for (const text of ['{}', right.replace('an app', ''), right.replace('}', ',"x":1}'), `${right}x`, '', 'x']) {
      expect(() => openDetails(key, grantId(1), sealed(pad(utf8(text)))), text).toThrow(broken);
    }
    for (const bytes of [utf8(right), pad(Uint8Array.of(0xff)), new Uint8Array(0)]) {
      expect(() => openDetails(key, grantId(1), sealed(bytes))).toThrow(broken);
    }
  });

  it('do not show how long the label is, or whether categories are limited', () => {
    const sizes = [
      { label: 'a', categories: null },
      { label: 'a rather long name of an app', categories: ['health', 'travel'] },
    ].map((given) => sealDetails(key, grantId(1), given, systemRandom).length);
    expect(new Set(sizes).size).toBe(1);
  });
});
