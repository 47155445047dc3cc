import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64 } from '../../src/core/bytes.ts';
import { type Checkpoint, encodeCheckpoint, parseCheckpoint, signCheckpoint, verifyCheckpoint } from '../../src/log/checkpoint.ts';
import { EMPTY_ROOT, leafHash } from '../../src/log/merkle.ts';
import { openNote, signNote } from '../../src/log/note.ts';
import { parseVerifierKey } from '../../src/log/verifier-key.ts';
import { readsBackOrIsRefused, withChar } from './outcome.ts';
import { SUMDB_CHECKPOINT, SUMDB_KEY, SUMDB_ORIGIN } from './published.ts';
import { makeSigner, verify } from './signer.ts';

const malformed = expect.objectContaining({ code: 'encoding_invalid' });
const refused = expect.objectContaining({ code: 'input_invalid' });
const unverified = expect.objectContaining({ code: 'checkpoint_invalid' });

const ROOT = leafHash(Uint8Array.of(1));
const ROOT64 = base64(ROOT);
const log = makeSigner('log.example/memsync', 1);
const checkpoint = { origin: 'log.example/memsync', size: 1, root: ROOT };

describe('checkpoint text', () => {
  it('is three lines', () => {
    expect(encodeCheckpoint(checkpoint)).toBe(`log.example/memsync\n1\n${ROOT64}\n`);
  });

  it('round-trips', () => {
    const origin = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/\p{Cc}/u.test(text));
    const root = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(fc.record({ origin, size: fc.maxSafeNat(), root }), (any) => {
        expect(parseCheckpoint(encodeCheckpoint(any))).toEqual(any);
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['no origin', `\n1\n${ROOT64}\n`],
    ['no size', `o\n\n${ROOT64}\n`],
    ['two lines', `o\n1\n`],
    ['no last line end', `o\n1\n${ROOT64}`],
    ['an extension line', `o\n1\n${ROOT64}\nextension\n`],
    ['a blank line after', `o\n1\n${ROOT64}\n\n`],
    ['a leading zero', `o\n01\n${ROOT64}\n`],
    ['a plus sign', `o\n+1\n${ROOT64}\n`],
    ['a minus sign', `o\n-1\n${ROOT64}\n`],
    ['a space', `o\n1 \n${ROOT64}\n`],
    ['a fraction', `o\n1.0\n${ROOT64}\n`],
    ['an exponent', `o\n1e3\n${ROOT64}\n`],
    ['other digits', `o\n١\n${ROOT64}\n`],
    ['a size past 2⁵³−1', `o\n9007199254740992\n${ROOT64}\n`],
    ['a size of twenty digits', `o\n10000000000000000000\n${ROOT64}\n`],
    ['a root of 31 bytes', `o\n1\n${base64(ROOT.slice(1))}\n`],
    ['an empty root', `o\n1\n\n`],
    ['a root without padding', `o\n1\n${ROOT64.slice(0, -1)}\n`],
    ['a root with stray bits', `o\n1\n${base64(EMPTY_ROOT).replace('U=', 'V=')}\n`],
    ['a control in the origin', `o\u007f\n1\n${ROOT64}\n`],
  ])('refuses %s', (_, text) => {
    expect(() => parseCheckpoint(text)).toThrow(malformed);
  });

  it('is written back as it was read, whatever character changes', () => {
    const text = encodeCheckpoint({ ...checkpoint, size: 20_852_163 });
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom(...'aB09+/= .\n-'), (at, char) => {
        const mutated = withChar(text, at, char);
        expect(readsBackOrIsRefused(mutated, (read) => encodeCheckpoint(parseCheckpoint(read)))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it.each<[string, Checkpoint]>([
    ['an empty origin', { ...checkpoint, origin: '' }],
    ['an origin of two lines', { ...checkpoint, origin: 'o\n9' }],
    ['a negative size', { ...checkpoint, size: -1 }],
    ['a fractional size', { ...checkpoint, size: 1.5 }],
    ['too large a size', { ...checkpoint, size: 2 ** 53 }],
    ['a short root', { ...checkpoint, root: ROOT.slice(1) }],
  ])('is not written for %s', (_, any) => {
    expect(() => encodeCheckpoint(any)).toThrow(refused);
  });
});

describe('verifyCheckpoint', () => {
  it('opens what the log signed, witnesses or not', () => {
    const witness = makeSigner('witness.example', 2);
    expect(verifyCheckpoint(signCheckpoint(checkpoint, log.signer), log.key, verify)).toEqual(checkpoint);
    expect(verifyCheckpoint(signCheckpoint(checkpoint, witness.signer, log.signer), log.key, verify)).toEqual(checkpoint);
    const empty = { ...checkpoint, size: 0, root: EMPTY_ROOT };
    expect(verifyCheckpoint(signCheckpoint(empty, log.signer), log.key, verify)).toEqual(empty);
  });

  it('refuses another log’s, though the key is the same', () => {
    const note = signCheckpoint({ ...checkpoint, origin: 'other.example' }, log.signer);
    expect(() => verifyCheckpoint(note, log.key, verify)).toThrow(unverified);
    expect(verifyCheckpoint(note, log.key, verify, 'other.example').origin).toBe('other.example');
  });

  it('refuses another key’s, and a signature that does not hold', () => {
    const note = signCheckpoint(checkpoint, makeSigner('log.example/memsync', 2).signer);
    expect(() => verifyCheckpoint(note, log.key, verify)).toThrow(expect.objectContaining({ code: 'key_untrusted' }));
    const grown = signCheckpoint(checkpoint, log.signer).replace('\n1\n', '\n2\n');
    expect(() => verifyCheckpoint(grown, log.key, verify)).toThrow(expect.objectContaining({ code: 'signature_invalid' }));
  });

  it('refuses an empty tree with a root, and a signed text that is no checkpoint', () => {
    expect(() => verifyCheckpoint(signCheckpoint({ ...checkpoint, size: 0 }, log.signer), log.key, verify)).toThrow(unverified);
    expect(() => verifyCheckpoint(signNote('log.example/memsync\n1\n', [log.signer]), log.key, verify)).toThrow(malformed);
  });

  it('opens a checkpoint of Go’s checksum database, whose origin is not its key’s name', () => {
    const key = parseVerifierKey(SUMDB_KEY);
    expect(verifyCheckpoint(SUMDB_CHECKPOINT, key, verify, SUMDB_ORIGIN).size).toBe(58_253_265);
    expect(() => verifyCheckpoint(SUMDB_CHECKPOINT, key, verify)).toThrow(unverified);
    expect(encodeCheckpoint(parseCheckpoint(openNote(SUMDB_CHECKPOINT, [key], verify).text))).toBe(
      `${SUMDB_CHECKPOINT.split('\n\n')[0]}\n`,
    );
  });
});
