import { describe, expect, it } from 'vitest';
import { fromHex, hex, utf8 } from '../../src/core/bytes.ts';
import { walrusBlobId } from '../../src/crypto/blob-id.ts';
import { BLOB_ID, mostBlobBytes } from '../../src/crypto/blob-id-shape.ts';
import * as native from '../../src/crypto/blob-id.ts';
import * as portable from '../../src/crypto/portable/blob-id.ts';

const HELLO = 'kIrHJ_1VfYJD-OV0O1JicM2lB5swr83ZkfvTD7BWV0I';

describe('a Walrus blob ID', () => {
  it('is the published one, for ten shards and for the thousand of mainnet', async () => {
    const published = utf8('walrus blob id v1 regression test');
    expect(await walrusBlobId(published, 10)).toBe('RcU82Mwf-CFkv1LaI_2qcpANwpGUuG3TMwnVzZxD2kY');
    expect(await walrusBlobId(utf8('hello walrus'))).toBe(HELLO);
    expect(await walrusBlobId(utf8('hello walrus'), 1000)).toBe(HELLO);
  });

  it('depends on every byte, on the length and on the shards', async () => {
    const one = fromHex('00'.repeat(100));
    const others = [one, fromHex('00'.repeat(101)), one.with(99, 1), new Uint8Array(0)];
    const ids = await Promise.all(others.flatMap((bytes) => [4, 10, 11].map((shards) => walrusBlobId(bytes, shards))));
    expect(new Set(ids).size).toBe(12);
    for (const id of ids) expect(id).toMatch(BLOB_ID);
  });

  it('leaves the bytes as they are', async () => {
    const bytes = utf8('hello walrus');
    await walrusBlobId(bytes, 10);
    expect(hex(bytes)).toBe(hex(utf8('hello walrus')));
  });
});

describe('its shape', () => {
  it.each([
    ['is that of 32 bytes', HELLO, true],
    ['has no padding', `${HELLO}=`, false],
    ['is no shorter', HELLO.slice(1), false],
    ['is in base64url, not in base64', HELLO.replace('_', '/').replace('-', '+'), false],
    // The last character holds four bits; I with a bit past them is J, which decodes to the same bytes.
    ['has one spelling', `${HELLO.slice(0, -1)}J`, false],
    ['is in one line', `${HELLO}\n`, false],
  ])('%s', (_, text, shaped) => {
    expect(BLOB_ID.test(text)).toBe(shaped);
  });

  it('takes each last character that stands for bits that are there', () => {
    const ids = Array.from({ length: 16 }, (_, i) =>
      Buffer.from('ff'.repeat(31) + hex(Uint8Array.of(i * 16 + i)), 'hex').toString('base64url'),
    );
    for (const id of ids) expect(id).toMatch(BLOB_ID);
  });
});

it('where there is no encoder, none is computed, under the same name', async () => {
  expect(Object.keys(portable)).toEqual(Object.keys(native));
  expect(await portable.walrusBlobId()).toBeNull();
});

it('no bytes past the most that so few shards encode have an ID', async () => {
  for (const [shards, most] of [
    [4, 393_204],
    [7, 983_010],
  ] as const) {
    expect(mostBlobBytes(shards)).toBe(most);
    expect(await walrusBlobId(new Uint8Array(most), shards)).toMatch(BLOB_ID);
    await expect(walrusBlobId(new Uint8Array(most + 1), shards)).rejects.toThrow('too large');
  }
});
