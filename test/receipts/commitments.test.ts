import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hex } from '../../src/core/bytes.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { receiptEntry } from '../../src/receipts/statement.ts';
import { contextRoot, queryDigest, requestDigest, segmentLeaf } from '../../src/receipts/segment.ts';
import { tagDigest } from '../../src/receipts/tag.ts';
import { bytesOf, makeRecord } from './build.ts';

const SALT = bytesOf('salt');

/** The layouts of docs/formats.md once more, written with nothing of ours. */
function sha(...parts: readonly (string | Uint8Array)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function prefixed(part: string | Uint8Array): Buffer {
  const bytes = Buffer.from(part);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

const leaf = (text: string) => sha('\0', sha('memsync/segment/v1\0', SALT, prefixed(text)));

describe('the layouts', () => {
  it('of a tag: tag ‖ salt ‖ LP(canonical JSON), keys in order whatever order they were made in', () => {
    const record = makeRecord(3);
    const sorted = JSON.stringify(Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1))));
    expect(hex(tagDigest(SALT, record))).toBe(sha('memsync/tag/v1\0', SALT, prefixed(sorted)).toString('hex'));
    expect(tagDigest(new Redacted(SALT), record)).toEqual(tagDigest(SALT, record));
  });

  it('of a segment: leaf hash of SHA-256(tag ‖ salt ‖ LP(UTF-8))', () => {
    expect(hex(segmentLeaf(SALT, '[m1] naïve\n'))).toBe(leaf('[m1] naïve\n').toString('hex'));
  });

  it('of the block: RFC 6962 over the leaves', () => {
    const [a, b, c] = [leaf('a'), leaf('b'), leaf('c')];
    expect(hex(contextRoot([a, b, c]))).toBe(sha('\x01', sha('\x01', a, b), c).toString('hex'));
    expect(hex(contextRoot([]))).toBe(sha('').toString('hex'));
  });

  it('of a request: tag ‖ salt ‖ SHA-256', () => {
    const digest = 'ab'.repeat(32);
    expect(hex(requestDigest(SALT, digest))).toBe(sha('memsync/request/v1\0', SALT, Buffer.from(digest, 'hex')).toString('hex'));
  });

  it('of a query: tag ‖ salt ‖ LP(UTF-8)', () => {
    expect(hex(queryDigest(SALT, 'où?'))).toBe(sha('memsync/query/v1\0', SALT, prefixed('où?')).toString('hex'));
  });

  it('of a log entry: tag ‖ LP(payload, signature)', () => {
    const [payload, signature] = [Buffer.from('{}'), Buffer.alloc(64, 7)];
    const expected = sha('memsync/log-receipt/v1\0', prefixed(payload), prefixed(signature));
    expect(hex(receiptEntry({ payload, signature }))).toBe(expected.toString('hex'));
  });
});

describe('a salt', () => {
  it.each([0, 16, 31, 33])('of %i bytes is refused', (length) => {
    const refused = expect.objectContaining({ code: 'input_invalid' });
    expect(() => tagDigest(new Uint8Array(length), makeRecord(1))).toThrow(refused);
    expect(() => segmentLeaf(new Uint8Array(length), 'x')).toThrow(refused);
    expect(() => queryDigest(new Redacted(new Uint8Array(length)), 'x')).toThrow(refused);
  });

  it('changes every digest', () => {
    const other = bytesOf('another salt');
    expect(tagDigest(other, makeRecord(1))).not.toEqual(tagDigest(SALT, makeRecord(1)));
    expect(segmentLeaf(other, 'x')).not.toEqual(segmentLeaf(SALT, 'x'));
    expect(queryDigest(other, 'x')).not.toEqual(queryDigest(SALT, 'x'));
  });
});

describe('one text under three names', () => {
  it('has three digests', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const digests = [
          segmentLeaf(SALT, text),
          queryDigest(SALT, text),
          receiptEntry({ payload: SALT, signature: Buffer.from(text) }),
        ].map(hex);
        expect(new Set(digests).size).toBe(3);
      }),
    );
  });
});

describe('a record', () => {
  it('has another digest when any field of it changes', () => {
    const record = makeRecord(1);
    const changes = [
      { tag: 'm2' },
      { row: makeRecord(2).row },
      { version: 2 },
      { commitment: makeRecord(2).commitment },
      { placement: 'active' as const },
      { tier: 'active' as const },
      { standing: 'contested' as const },
      { origin: 'imported' as const },
      { basisAt: record.basisAt + 1 },
      { lastValidatedAt: 0 },
      { ageSeconds: 0 },
      { unvalidatedForSeconds: 0 },
      { rank: 2 },
      { segment: 2 },
      { cited: true },
    ];
    expect(new Set(changes.flatMap((change) => Object.keys(change)))).toEqual(new Set(Object.keys(record)));
    const digests = [record, ...changes.map((change) => ({ ...record, ...change }))].map((one) => hex(tagDigest(SALT, one)));
    expect(new Set(digests).size).toBe(changes.length + 1);
  });
});
