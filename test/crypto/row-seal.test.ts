import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, equalBytes, hex, lengthPrefixed, u32be, utf8 } from '../../src/core/bytes.ts';
import { systemRandom } from '../../src/core/random.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { sealBytes } from '../../src/crypto/aead.ts';
import { collectionKey, encodeName, type KeyName, unwrapRowKey } from '../../src/crypto/collection-key.ts';
import { pad } from '../../src/crypto/padding.ts';
import { rowCommitment } from '../../src/crypto/row-commitment.ts';
import { contentDigest, openRow, type SealedRow, sealRow, type VersionName } from '../../src/crypto/row-seal.ts';
import { sha256 } from '../../src/crypto/sha256.ts';
import { anyBit, anyText, bytesOf32, flipBit } from '../support/tamper.ts';

const KEY_NAME: KeyName = { vault: 'aa'.repeat(32), collection: `col_${'01'.repeat(16)}`, epoch: 3 };
const NAME: VersionName = { row: `mem_${'07'.repeat(16)}`, version: 2 };
const HEADER = utf8('{"v":1}');
const key = collectionKey(KEY_NAME, new Redacted(new Uint8Array(32).fill(6)));

const unopenable = expect.objectContaining({ code: 'row_unopenable' });
const otherContent = expect.objectContaining({ code: 'commitment_mismatch' });

describe('a sealed row', () => {
  it('opens to header and text, and to the salt of its commitment', () => {
    fc.assert(
      fc.property(bytesOf32, anyText, fc.uint8Array({ maxLength: 400 }), (secret, text, header) => {
        const under = collectionKey(KEY_NAME, new Redacted(secret));
        const { sealed, commitment } = sealRow(under, NAME, header, text, systemRandom);
        const opened = openRow(under, NAME, sealed, commitment);
        expect(opened.text).toBe(text);
        expect(opened.header).toEqual(header);
        expect(equalBytes(rowCommitment(opened.salt, header, text), commitment)).toBe(true);
        expect(sealed.epoch).toBe(KEY_NAME.epoch);
      }),
    );
  });

  it('with any bit changed, of anything that is stored, does not', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom('header', 'text', 'wrappedKey', 'commitment'), anyBit, (text, part, bit) => {
        const { sealed, commitment } = sealRow(key, NAME, HEADER, text, systemRandom);
        const bent: SealedRow = part === 'commitment' ? sealed : { ...sealed, [part]: flipBit(sealed[part], bit.at(sealed[part])) };
        const committed = part === 'commitment' ? flipBit(commitment, bit.at(commitment)) : commitment;
        expect(() => openRow(key, NAME, bent, committed)).toThrow(part === 'commitment' ? otherContent : unopenable);
        expect(() => openRow(key, NAME, sealed, commitment)).not.toThrow();
      }),
    );
  });

  it('does not open in another row’s, version’s, epoch’s, collection’s or vault’s place', () => {
    const { sealed, commitment } = sealRow(key, NAME, HEADER, 'x', systemRandom);
    const secret = new Redacted(new Uint8Array(32).fill(6));
    expect(() => openRow(key, { ...NAME, version: 3 }, sealed, commitment)).toThrow(unopenable);
    expect(() => openRow(key, { ...NAME, row: `mem_${'08'.repeat(16)}` }, sealed, commitment)).toThrow(unopenable);
    expect(() => openRow(key, NAME, { ...sealed, epoch: 4 }, commitment)).toThrow(unopenable);
    for (const name of [
      { ...KEY_NAME, epoch: 4 },
      { ...KEY_NAME, collection: `col_${'02'.repeat(16)}` },
      { ...KEY_NAME, vault: 'bb'.repeat(32) },
    ]) {
      expect(() => openRow(collectionKey(name, secret), NAME, sealed, commitment)).toThrow(unopenable);
    }
  });

  it('does not take another row’s text, header or key, though each was sealed under the same key', () => {
    const a = sealRow(key, NAME, HEADER, 'a', systemRandom);
    const b = sealRow(key, NAME, HEADER, 'b', systemRandom);
    for (const part of ['text', 'header', 'wrappedKey'] as const) {
      expect(() => openRow(key, NAME, { ...a.sealed, [part]: b.sealed[part] }, a.commitment), part).toThrow(unopenable);
    }
    expect(() => openRow(key, NAME, b.sealed, a.commitment)).toThrow(otherContent);
  });

  it('does not swap header and text', () => {
    const { sealed, commitment } = sealRow(key, NAME, HEADER, 'a', systemRandom);
    expect(() => openRow(key, NAME, { ...sealed, header: sealed.text, text: sealed.header }, commitment)).toThrow(unopenable);
  });

  it('is committed to with a salt: the same row twice has two commitments and two digests', () => {
    const a = sealRow(key, NAME, HEADER, 'same', systemRandom);
    const b = sealRow(key, NAME, HEADER, 'same', systemRandom);
    expect(hex(a.commitment)).not.toBe(hex(b.commitment));
    expect(hex(contentDigest(a.sealed))).not.toBe(hex(contentDigest(b.sealed)));
    expect(a.sealed.text).toHaveLength(b.sealed.text.length);
  });

  it('is committed to so that no other division into header and text fits', () => {
    const salt = new Redacted(new Uint8Array(32));
    expect(hex(rowCommitment(salt, utf8('ab'), 'c'))).not.toBe(hex(rowCommitment(salt, utf8('a'), 'bc')));
  });

  it('has a digest over all that an erasure takes away', () => {
    const { sealed } = sealRow(key, NAME, HEADER, 'x', systemRandom);
    const digests = [
      sealed,
      { ...sealed, header: flipBit(sealed.header, 0) },
      { ...sealed, text: flipBit(sealed.text, 0) },
      { header: sealed.text, text: sealed.header },
    ].map((one) => hex(contentDigest(one)));
    expect(new Set(digests).size).toBe(4);
  });

  it('shows on the disk only its size in steps', () => {
    const sizes = [0, 1, 50, 94].map((length) => sealRow(key, NAME, HEADER, 'x'.repeat(length), systemRandom).sealed.text.length);
    expect(new Set(sizes).size).toBe(1);
  });

  it('cannot hold a lone surrogate', () => {
    expect(() => sealRow(key, NAME, HEADER, '\ud800', systemRandom)).toThrow(expect.objectContaining({ code: 'text_not_unicode' }));
  });

  it('that a key holder has sealed against the format does not open either', () => {
    const { sealed, commitment } = sealRow(key, NAME, HEADER, 'x', systemRandom);
    const rowKey = unwrapRowKey(key, NAME.row, NAME.version, sealed.wrappedKey);
    if (rowKey === null) throw new Error('the row key unwraps');
    const place = concat(encodeName(KEY_NAME), lengthPrefixed(utf8(NAME.row)), u32be(NAME.version));
    const headerData = concat(lengthPrefixed(utf8('memsync/row-header/v1')), place);
    const textData = concat(lengthPrefixed(utf8('memsync/row-text/v1')), place, lengthPrefixed(sha256(HEADER)));
    const bent: Partial<SealedRow>[] = [
      { header: sealBytes(rowKey, utf8('unpadded'), headerData, systemRandom) },
      { text: sealBytes(rowKey, utf8('unpadded'), textData, systemRandom) },
      { text: sealBytes(rowKey, pad(utf8('less than a salt')), textData, systemRandom) },
      { text: sealBytes(rowKey, pad(new Uint8Array(40).fill(0xff)), textData, systemRandom) },
    ];
    for (const part of bent) expect(() => openRow(key, NAME, { ...sealed, ...part }, commitment)).toThrow(unopenable);
    const whole = { text: sealBytes(rowKey, pad(concat(new Uint8Array(32), utf8('y'))), textData, systemRandom) };
    expect(() => openRow(key, NAME, { ...sealed, ...whole }, commitment)).toThrow(otherContent);
  });
});
