import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64 } from '../../src/core/bytes.ts';
import { signCheckpoint } from '../../src/log/checkpoint.ts';
import { leafHash } from '../../src/log/merkle.ts';
import { encodeNote, parseNote } from '../../src/log/note.ts';
import { type AddCheckpoint, encodeAddCheckpoint, parseAddCheckpoint, readAnswer } from '../../src/log/witness-call.ts';
import { makeCosigner } from './cosigner.ts';
import { readsBackOrIsRefused, withChar } from './outcome.ts';
import { makeSigner } from './signer.ts';

const malformed = expect.objectContaining({ code: 'encoding_invalid' });
const refused = expect.objectContaining({ code: 'input_invalid' });

const log = makeSigner('log.example', 1);
const HASH = leafHash(Uint8Array.of(1));
const checkpoint = signCheckpoint({ origin: 'log.example', size: 20, root: HASH }, log.signer);
const TEXT = parseNote(checkpoint).text;
const call: AddCheckpoint = { old: 7, proof: [HASH, leafHash(HASH)], checkpoint };

describe('the call', () => {
  it('is the old size, the proof, a blank line and the checkpoint', () => {
    expect(encodeAddCheckpoint(call)).toBe(`old 7\n${base64(HASH)}\n${base64(leafHash(HASH))}\n\n${checkpoint}`);
    expect(encodeAddCheckpoint({ ...call, old: 0, proof: [] })).toBe(`old 0\n\n${checkpoint}`);
  });

  it('round-trips', () => {
    const proof = fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 63 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), proof, (old, hashes) => {
        expect(parseAddCheckpoint(encodeAddCheckpoint({ old, proof: hashes, checkpoint }))).toEqual({ old, proof: hashes, checkpoint });
      }),
    );
  });

  it('is written back as it was read, whatever character changes', () => {
    const text = encodeAddCheckpoint(call);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom(...'aB09+/= .\n-'), (at, char) => {
        expect(readsBackOrIsRefused(withChar(text, at, char), (read) => encodeAddCheckpoint(parseAddCheckpoint(read)))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('is refused cut at any length', () => {
    const text = encodeAddCheckpoint(call);
    for (let end = 0; end < text.length; end++) expect(() => parseAddCheckpoint(text.slice(0, end))).toThrow(malformed);
  });

  it.each<[string, AddCheckpoint]>([
    ['a larger old size', { ...call, old: 21 }],
    ['a negative old size', { ...call, old: -1 }],
    ['a proof from nothing', { ...call, old: 0 }],
    ['64 hashes', { ...call, proof: Array.from({ length: 64 }, () => HASH) }],
    ['a short hash', { ...call, proof: [HASH.slice(1)] }],
  ])('is not written with %s', (_, any) => {
    expect(() => encodeAddCheckpoint(any)).toThrow(refused);
  });

  it.each([
    ['no old size', `${base64(HASH)}\n\n${checkpoint}`],
    ['a leading zero', `old 07\n\n${checkpoint}`],
    ['a larger old size', `old 21\n\n${checkpoint}`],
    ['a proof from nothing', `old 0\n${base64(HASH)}\n\n${checkpoint}`],
    ['64 hashes', `old 7\n${`${base64(HASH)}\n`.repeat(64)}\n${checkpoint}`],
    ['a short hash', `old 7\n${base64(HASH.slice(1))}\n\n${checkpoint}`],
    ['no checkpoint', 'old 7\n\n'],
    ['another note', `old 7\n\nlog.example\n20\n\n${checkpoint.split('\n\n')[1] ?? ''}`],
  ])('is not read with %s', (_, text) => {
    expect(() => parseAddCheckpoint(text)).toThrow(malformed);
  });
});

describe('an answer', () => {
  const answer = (status: number, body = '', contentType = 'text/plain') => readAnswer({ status, body, contentType }, TEXT);
  const [w1, w2] = [makeCosigner('w.example/1', 2), makeCosigner('w.example/2', 3)];
  const lines = [w1.cosign(TEXT, 1), w2.cosign(TEXT, 2)];
  const linesOf = (...signatures: typeof lines): string => encodeNote({ text: TEXT, signatures }).slice(TEXT.length + 1);

  it('of 200 has the signature lines, unverified', () => {
    expect(answer(200, linesOf(...lines))).toEqual({ kind: 'signed', signatures: lines });
  });

  it.each([
    ['nothing', ''],
    ['no line end', linesOf(...lines).slice(0, -1)],
    ['a line twice', linesOf(...lines) + linesOf(...lines)],
    ['a whole note', encodeNote({ text: TEXT, signatures: lines })],
    ['another text before them', `other\n\n${linesOf(...lines)}`],
    ['a blank line first', `\n${linesOf(...lines)}`],
    ['HTML', '<html>\n'],
    ['seventeen lines', Array.from({ length: 17 }, (_, i) => linesOf(w1.cosign(TEXT, i + 1))).join('')],
    ['a control', linesOf(...lines).replace('w.example', 'w.exam\u0007ple')],
  ])('of 200 with %s is unusable', (_, body) => {
    expect(answer(200, body)).toEqual({ kind: 'unusable' });
  });

  it('of 409 has the size that the witness holds', () => {
    expect(answer(409, '12\n', 'text/x.tlog.size')).toEqual({ kind: 'conflict', size: 12 });
    expect(answer(409, '0\n', 'Text/X.tlog.size; charset=utf-8')).toEqual({ kind: 'conflict', size: 0 });
  });

  it.each([
    ['another type', '12\n', 'text/plain'],
    ['no line end', '12', 'text/x.tlog.size'],
    ['a leading zero', '012\n', 'text/x.tlog.size'],
    ['a minus sign', '-1\n', 'text/x.tlog.size'],
    ['too large a number', '9007199254740992\n', 'text/x.tlog.size'],
    ['two lines', '1\n2\n', 'text/x.tlog.size'],
    ['nothing', '', 'text/x.tlog.size'],
  ])('of 409 with %s has none', (_, body, type) => {
    expect(answer(409, body, type)).toEqual({ kind: 'conflict', size: null });
  });

  it('is never more than it says, whatever it is', () => {
    const parts = fc.constantFrom('\u2014 ', 'w.example', ' ', '\n', '\n\n', 'AAAAAAAA', '=', '12', '\u0000', '\ud800', linesOf(...lines));
    const body = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(parts).map((some) => some.join('')),
    );
    fc.assert(
      fc.property(fc.constantFrom(200, 409, 422, 500), body, (status, any) => {
        const read = answer(status, any, 'text/x.tlog.size');
        if (read.kind === 'signed') expect(encodeNote({ text: TEXT, signatures: read.signatures })).toBe(`${TEXT}\n${any}`);
        else if (read.kind === 'conflict' && read.size !== null) expect(any).toBe(`${read.size}\n`);
        else expect(read).not.toHaveProperty('signatures');
      }),
      { numRuns: 1000 },
    );
  });

  it('of another status is what the status says, whatever comes with it', () => {
    expect(answer(422, linesOf(...lines))).toEqual({ kind: 'inconsistent' });
    expect(answer(404)).toEqual({ kind: 'log unknown' });
    expect(answer(403)).toEqual({ kind: 'key refused' });
    for (const status of [0, 100, 201, 204, 301, 307, 400, 410, 429, 500, 503]) {
      expect(answer(status, linesOf(...lines))).toEqual({ kind: 'unusable' });
    }
  });
});
