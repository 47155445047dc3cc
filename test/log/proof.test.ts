import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64, utf8 } from '../../src/core/bytes.ts';
import { signCheckpoint } from '../../src/log/checkpoint.ts';
import { leafHash } from '../../src/log/merkle.ts';
import { encodeProof, type LogProof, parseProof, verifyProof } from '../../src/log/proof.ts';
import { growTree, proveInclusion } from '../../src/log/tree.ts';
import { parseVerifierKey } from '../../src/log/verifier-key.ts';
import { numberedLeaves, TileShelf } from './oracle.ts';
import { outcome, readsBackOrIsRefused, withChar } from './outcome.ts';
import { SUMDB_KEY, SUMDB_ORIGIN, SUMDB_PROOF, SUMDB_RECORD } from './published.ts';
import { makeSigner, verify } from './signer.ts';

const malformed = expect.objectContaining({ code: 'encoding_invalid' });
const refused = expect.objectContaining({ code: 'input_invalid' });
const invalid = expect.objectContaining({ code: 'proof_invalid' });

const sumdb = parseVerifierKey(SUMDB_KEY);
const log = makeSigner('log.example/memsync', 1);
const LEAVES = numberedLeaves(300);
const shelf = new TileShelf();
shelf.keep(growTree(0, LEAVES, shelf).tiles);

const leafAt = (index: number) => LEAVES[index] ?? new Uint8Array(32);
const checkpointAt = (size: number) =>
  signCheckpoint({ origin: log.key.name, size, root: growTree(0, LEAVES.slice(0, size), new TileShelf()).root }, log.signer);
const proofOf = (index: number, size: number): LogProof => ({
  index,
  hashes: proveInclusion(index, size, shelf),
  checkpoint: checkpointAt(size),
});

const checkSumdb = (text: string, record: string) => () => verifyProof(text, leafHash(utf8(record)), sumdb, verify, SUMDB_ORIGIN);

/** `verified`, or the code of what does not hold. */
function code(proof: string, leaf: Uint8Array, key = log.key): string {
  const result = outcome(() => verifyProof(proof, leaf, key, verify));
  return 'code' in result ? result.code : 'verified';
}

describe('a proof of Go’s checksum database', () => {
  it('verifies', () => {
    const { index, checkpoint } = checkSumdb(SUMDB_PROOF, SUMDB_RECORD)();
    expect([index, checkpoint.size]).toEqual([43_930_254, 58_253_265]);
    expect(encodeProof(parseProof(SUMDB_PROOF))).toBe(SUMDB_PROOF);
  });

  it('does not for another record, index or hash', () => {
    expect(checkSumdb(SUMDB_PROOF, SUMDB_RECORD.slice(0, -1))).toThrow(invalid);
    expect(checkSumdb(SUMDB_PROOF.replace('43930254', '43930255'), SUMDB_RECORD)).toThrow(invalid);
    expect(checkSumdb(SUMDB_PROOF.replace('43930254', '58253265'), SUMDB_RECORD)).toThrow(invalid);
    expect(checkSumdb(SUMDB_PROOF.replace('Q2cu', 'Q2cv'), SUMDB_RECORD)).toThrow(invalid);
  });
});

describe('proof text', () => {
  const extra = utf8('not signed');
  const note = checkpointAt(2);
  const other = base64(leafAt(1));

  it('is the header, the index, the hashes, a blank line and the checkpoint', () => {
    expect(encodeProof(proofOf(0, 2))).toBe(`c2sp.org/tlog-proof@v1\nindex 0\n${other}\n\n${note}`);
    expect(encodeProof(proofOf(0, 1))).toBe(`c2sp.org/tlog-proof@v1\nindex 0\n\n${checkpointAt(1)}`);
    expect(encodeProof({ ...proofOf(0, 2), extra })).toBe(`c2sp.org/tlog-proof@v1\nextra ${base64(extra)}\nindex 0\n${other}\n\n${note}`);
  });

  it('round-trips, with any extra', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.nat(),
        fc.option(fc.uint8Array({ minLength: 1 }), { nil: undefined }),
        (size, at, more) => {
          const proof = { ...proofOf(at % size, size), ...(more === undefined ? {} : { extra: more }) };
          const text = encodeProof(proof);
          expect(parseProof(text)).toEqual(proof);
          expect(verifyProof(text, leafAt(at % size), log.key, verify)).toEqual({
            index: at % size,
            checkpoint: { origin: log.key.name, size, root: growTree(0, LEAVES.slice(0, size), new TileShelf()).root },
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('has at most 63 hashes', () => {
    const most = { ...proofOf(0, 2), hashes: Array.from({ length: 63 }, () => leafAt(1)) };
    expect(parseProof(encodeProof({ ...most, extra }))).toEqual({ ...most, extra });
    expect(() => encodeProof({ ...most, hashes: [...most.hashes, leafAt(1)] })).toThrow(refused);
    expect(() => parseProof(encodeProof(most).replace('index 0\n', `index 0\n${other}\n`))).toThrow(malformed);
    expect(() => verifyProof(encodeProof(most), leafAt(0), log.key, verify)).toThrow(invalid);
  });

  it.each([
    ['nothing', ''],
    ['the checkpoint alone', note],
    ['another version', `c2sp.org/tlog-proof@v2\nindex 0\n${other}\n\n${note}`],
    ['a line before', `\nc2sp.org/tlog-proof@v1\nindex 0\n${other}\n\n${note}`],
    ['no index', `c2sp.org/tlog-proof@v1\n${other}\n\n${note}`],
    ['an empty index', `c2sp.org/tlog-proof@v1\nindex \n${other}\n\n${note}`],
    ['a leading zero', `c2sp.org/tlog-proof@v1\nindex 00\n${other}\n\n${note}`],
    ['a negative index', `c2sp.org/tlog-proof@v1\nindex -1\n${other}\n\n${note}`],
    ['two indexes', `c2sp.org/tlog-proof@v1\nindex 0\nindex 0\n${other}\n\n${note}`],
    ['an empty extra', `c2sp.org/tlog-proof@v1\nextra \nindex 0\n${other}\n\n${note}`],
    ['an extra without base64', `c2sp.org/tlog-proof@v1\nextra\nindex 0\n${other}\n\n${note}`],
    ['two extras', `c2sp.org/tlog-proof@v1\nextra AAAA\nextra AAAA\nindex 0\n${other}\n\n${note}`],
    ['an extra after the index', `c2sp.org/tlog-proof@v1\nindex 0\nextra AAAA\n${other}\n\n${note}`],
    ['a short hash', `c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\n${note}`],
    ['a hash without padding', `c2sp.org/tlog-proof@v1\nindex 0\n${other.slice(0, -1)}\n\n${note}`],
    ['no blank line', `c2sp.org/tlog-proof@v1\nindex 0\n${other}\n${note.replace('\n\n', '\n')}`],
    ['two blank lines', `c2sp.org/tlog-proof@v1\nindex 0\n${other}\n\n\n${note}`],
    ['no checkpoint', `c2sp.org/tlog-proof@v1\nindex 0\n${other}\n\n`],
    ['an unsigned checkpoint', `c2sp.org/tlog-proof@v1\nindex 0\n${other}\n\n${note.split('\n\n')[0]}\n`],
    ['a line after', `c2sp.org/tlog-proof@v1\nindex 0\n${other}\n\n${note}\n`],
    ['carriage returns', `c2sp.org/tlog-proof@v1\r\nindex 0\r\n${other}\r\n\n${note}`],
  ])('refuses %s', (_, text) => {
    expect(() => parseProof(text)).toThrow(malformed);
  });

  it.each<[string, Partial<LogProof>]>([
    ['a negative index', { index: -1 }],
    ['a fractional index', { index: 0.5 }],
    ['an index past 2⁵³−1', { index: 2 ** 53 }],
    ['a short hash', { hashes: [new Uint8Array(31)] }],
    ['an empty extra', { extra: new Uint8Array(0) }],
  ])('is not written for %s', (_, part) => {
    expect(() => encodeProof({ ...proofOf(0, 2), ...part })).toThrow(refused);
  });

  it('is not written around anything but a checkpoint', () => {
    expect(() => encodeProof({ ...proofOf(0, 2), checkpoint: 'no note' })).toThrow(malformed);
  });
});

describe('verifyProof', () => {
  it('says what does not hold', () => {
    const text = encodeProof(proofOf(7, 300));
    expect(code(text, leafAt(7))).toBe('verified');
    expect(code(text, leafAt(8))).toBe('proof_invalid');
    expect(code(text.replace('index 7', 'index 8'), leafAt(7))).toBe('proof_invalid');
    expect(code(text.replace('index 7', 'index 300'), leafAt(7))).toBe('proof_invalid');
    expect(code(encodeProof({ ...proofOf(7, 300), checkpoint: checkpointAt(299) }), leafAt(7))).toBe('proof_invalid');
    expect(code(text.replace('\n300\n', '\n301\n'), leafAt(7))).toBe('signature_invalid');
    expect(code(text, leafAt(7), makeSigner('log.example/memsync', 2).key)).toBe('key_untrusted');
    expect(code(text.slice(1), leafAt(7))).toBe('encoding_invalid');
  });

  it('fails at any changed character, except in the extra that nobody signed', () => {
    const text = encodeProof(proofOf(7, 300));
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom(...'aB09+/= \n\u2014'), (at, char) => {
        const mutated = withChar(text, at, char);
        expect(readsBackOrIsRefused(mutated, (read) => encodeProof(parseProof(read)))).toBe(true);
        fc.pre(mutated !== text);
        expect(() => verifyProof(mutated, leafAt(7), log.key, verify)).toThrow(expect.objectContaining({ name: 'MemSyncError' }));
      }),
      { numRuns: 1500 },
    );
    const withExtra = encodeProof({ ...proofOf(7, 300), extra: utf8('one') });
    const changed = encodeProof({ ...proofOf(7, 300), extra: utf8('two') });
    expect(verifyProof(changed, leafAt(7), log.key, verify)).toEqual(verifyProof(withExtra, leafAt(7), log.key, verify));
  });
});
