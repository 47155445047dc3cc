import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromUtf8, hex, u64be } from '../../src/core/bytes.ts';
import { cosignatureMessage, encodeCosignature, openCosignatures, parseCosignature } from '../../src/log/cosignature.ts';
import { type CosignerKey, cosignerKey, encodeCosignerKey, parseCosignerKey } from '../../src/log/cosigner-key.ts';
import { encodeNote, type NoteSignature, parseNote } from '../../src/log/note.ts';
import { isKeyName, keyId, parseVerifierKey } from '../../src/log/verifier-key.ts';
import { COACH_NOTE, makeCosigner, NAVIGLI_KEY, NAVIGLI_TIME } from './cosigner.ts';
import { outcome, withChar } from './outcome.ts';
import { SUMDB_KEY } from './published.ts';
import { makeSigner, verify } from './signer.ts';

const malformed = expect.objectContaining({ code: 'encoding_invalid' });
const refused = expect.objectContaining({ code: 'input_invalid' });
const unsigned = expect.objectContaining({ code: 'signature_invalid' });

const TEXT = `log.example\n7\n${'A'.repeat(43)}=\n`;
const TIME = 1_795_000_000;
const [w1, w2] = [makeCosigner('w.example/1', 1), makeCosigner('w.example/2', 2)];
const noteOf = (...signatures: NoteSignature[]) => ({ text: TEXT, signatures });
const changed = (line: NoteSignature, signature: Uint8Array): NoteSignature => ({ ...line, signature });

describe('cosigner keys', () => {
  it('of a public witness are read and written', () => {
    const key = parseCosignerKey(NAVIGLI_KEY);
    expect(key.name).toBe('witness.navigli.sunlight.geomys.org');
    expect(hex(key.cosignerId)).toBe('a3e00fe2');
    expect(encodeCosignerKey(key)).toBe(NAVIGLI_KEY);
  });

  it('round-trip', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1 }).filter(isKeyName);
    fc.assert(
      fc.property(name, fc.uint8Array({ minLength: 32, maxLength: 32 }), (who, publicKey) => {
        const key = cosignerKey(who, publicKey);
        expect(parseCosignerKey(encodeCosignerKey(key))).toEqual(key);
        expect(key.cosignerId).not.toEqual(keyId(who, publicKey));
      }),
    );
  });

  it('are not a log’s, nor the other way round', () => {
    expect(() => parseCosignerKey(SUMDB_KEY)).toThrow(malformed);
    expect(() => parseVerifierKey(NAVIGLI_KEY)).toThrow(malformed);
  });

  it('with any one character changed are refused', () => {
    const mutated = [...NAVIGLI_KEY].flatMap((_, i) => [...'aA0+/= \n'].map((char) => withChar(NAVIGLI_KEY, i, char)));
    const others = mutated.filter((text) => text !== NAVIGLI_KEY);
    expect(others.filter((text) => 'value' in outcome(() => parseCosignerKey(text)))).toEqual([]);
    expect(others.length).toBeGreaterThan(600);
  });

  it.each<[string, () => CosignerKey]>([
    ['no name', () => cosignerKey('', new Uint8Array(32))],
    ['a plus sign', () => cosignerKey('a+b', new Uint8Array(32))],
    ['a short key', () => cosignerKey('a', new Uint8Array(31))],
  ])('are not made with %s', (_, make) => {
    expect(make).toThrow(refused);
  });
});

describe('cosignatures', () => {
  it('of a public witness hold', () => {
    const [cosigned, ...more] = openCosignatures(parseNote(COACH_NOTE), [parseCosignerKey(NAVIGLI_KEY)], verify);
    expect(cosigned?.time).toBe(NAVIGLI_TIME);
    expect(more).toEqual([]);
    expect(encodeNote({ ...parseNote(COACH_NOTE), signatures: [cosigned?.line ?? w1.cosign('', 1)] })).toContain('o+AP4gAAAABqb7Dz');
  });

  it('of a public witness do not hold with any bit of the text or the signature flipped', () => {
    const note = parseNote(COACH_NOTE);
    const keys = [parseCosignerKey(NAVIGLI_KEY)];
    const line = note.signatures[1] ?? w1.cosign('', 1);
    const bits = Array.from({ length: line.signature.length * 8 }, (_, bit) => {
      const signature = line.signature.slice();
      signature[bit >> 3] = (signature[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      return outcome(() => openCosignatures({ ...note, signatures: [changed(line, signature)] }, keys, verify));
    });
    expect(bits.filter((one) => 'value' in one)).toEqual([]);
    const texts = Array.from({ length: note.text.length }, (_, at) => withChar(note.text, at, note.text[at] === 'x' ? 'y' : 'x'));
    expect(texts.filter((text) => 'value' in outcome(() => openCosignatures({ ...note, text }, keys, verify)))).toEqual([]);
  });

  it('are over the time and the whole text', () => {
    expect(fromUtf8(cosignatureMessage(TEXT, 1))).toBe(`cosignature/v1\ntime 1\n${TEXT}`);
  });

  it('round-trip', () => {
    const signature = fc.uint8Array({ minLength: 64, maxLength: 64 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), signature, (time, bytes) => {
        const line = encodeCosignature(w1.key, { time, signature: bytes });
        expect(line.signature.length).toBe(72);
        expect(parseCosignature(line)).toEqual({ time, signature: bytes });
      }),
    );
  });

  it('are read by name and id alike: each witness that is known once, the rest left out', () => {
    const stranger = makeCosigner('w.example/1', 9);
    const note = noteOf(stranger.cosign(TEXT, TIME), w2.cosign(TEXT, TIME + 1), w1.cosign(TEXT, TIME), w1.cosign(TEXT, TIME + 5));
    const opened = openCosignatures(note, [w1.key, w2.key], verify).map(({ key, time }) => [key.name, time]);
    expect(opened).toEqual([
      ['w.example/2', TIME + 1],
      ['w.example/1', TIME + 5],
    ]);
    expect(openCosignatures(note, [], verify)).toEqual([]);
    expect(openCosignatures(noteOf(), [w1.key], verify)).toEqual([]);
  });

  it('are not a log’s signatures, whoever’s key it is', () => {
    const { signer, key } = makeSigner('w.example/1', 1);
    const plain = { name: key.name, keyId: key.keyId, signature: signer.sign(cosignatureMessage(TEXT, TIME)) };
    expect(openCosignatures(noteOf(plain), [w1.key], verify)).toEqual([]);
    expect(() => openCosignatures(noteOf({ ...plain, keyId: w1.key.cosignerId }), [w1.key], verify)).toThrow(malformed);
  });

  it.each<[string, NoteSignature, unknown]>([
    ['another text', w1.cosign(`${TEXT} `, TIME), unsigned],
    ['another’s hand', { ...w2.cosign(TEXT, TIME), name: w1.key.name, keyId: w1.key.cosignerId }, unsigned],
    ['another time', changed(w1.cosign(TEXT, TIME), concat(u64be(TIME + 1), w1.cosign(TEXT, TIME).signature.slice(8))), unsigned],
    ['no time', changed(w1.cosign(TEXT, TIME), concat(u64be(0), w1.cosign(TEXT, TIME).signature.slice(8))), malformed],
    ['a time past 2⁵³−1', changed(w1.cosign(TEXT, TIME), new Uint8Array(72).fill(0x20)), malformed],
    ['a time past 2⁶³−1', changed(w1.cosign(TEXT, TIME), new Uint8Array(72).fill(0xff)), malformed],
    ['71 bytes', changed(w1.cosign(TEXT, TIME), w1.cosign(TEXT, TIME).signature.slice(1)), malformed],
    ['73 bytes', changed(w1.cosign(TEXT, TIME), concat(w1.cosign(TEXT, TIME).signature, Uint8Array.of(0))), malformed],
    ['nothing', changed(w1.cosign(TEXT, TIME), new Uint8Array(0)), malformed],
  ])('with %s take the whole note down', (_, line, error) => {
    expect(() => openCosignatures(noteOf(w2.cosign(TEXT, TIME), line), [w1.key, w2.key], verify)).toThrow(error);
  });

  it('of two keys that cannot be told apart are refused', () => {
    const twin = { ...w2.key, name: w1.key.name, cosignerId: w1.key.cosignerId };
    expect(() => openCosignatures(noteOf(w1.cosign(TEXT, TIME)), [w1.key, twin], verify)).toThrow(refused);
    expect(openCosignatures(noteOf(w1.cosign(TEXT, TIME)), [w1.key, { ...w1.key }], verify)).toHaveLength(1);
  });

  it.each([0, -1, 1.5, 2 ** 53, NaN])('are not written at %s', (time) => {
    expect(() => encodeCosignature(w1.key, { time, signature: new Uint8Array(64) })).toThrow(refused);
  });
});
