import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64, concat, fromBase64 } from '../../src/core/bytes.ts';
import { encodeNote, type Note, openNote, parseNote, signNote } from '../../src/log/note.ts';
import { isKeyName, parseVerifierKey } from '../../src/log/verifier-key.ts';
import { outcome, readsBackOrIsRefused, withChar } from './outcome.ts';
import { ENOCH_KEY, ENOCH_LINE, PETER_KEY, PETER_LINE, PETER_PRIVATE, PETER_TEXT } from './published.ts';
import { makeSigner, verify } from './signer.ts';

const malformed = expect.objectContaining({ code: 'encoding_invalid' });
const refused = expect.objectContaining({ code: 'input_invalid' });
const untrusted = expect.objectContaining({ code: 'key_untrusted' });
const unsigned = expect.objectContaining({ code: 'signature_invalid' });

const peter = parseVerifierKey(PETER_KEY);
const enoch = parseVerifierKey(ENOCH_KEY);
const both = `${PETER_TEXT}\n${PETER_LINE}${ENOCH_LINE}`;
const names = (note: Note) => note.signatures.map(({ name }) => name);
const ofLength = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const line = (name: string, length = 64, fill = 0) => `\u2014 ${name} ${base64(new Uint8Array(4 + length).fill(fill))}\n`;

describe('the note in the documentation of Go', () => {
  it('is made byte for byte by its published private key', () => {
    const { signer, key } = makeSigner('PeterNeumann', fromBase64(PETER_PRIVATE).slice(1));
    expect(key).toEqual(peter);
    expect(signNote(PETER_TEXT, [signer])).toBe(`${PETER_TEXT}\n${PETER_LINE}`);
  });

  it('opens with one key, with either of two, and with both', () => {
    expect(openNote(`${PETER_TEXT}\n${PETER_LINE}`, [peter], verify).text).toBe(PETER_TEXT);
    expect(names(openNote(both, [peter], verify))).toEqual(['PeterNeumann']);
    expect(names(openNote(both, [enoch], verify))).toEqual(['EnochRoot']);
    expect(names(openNote(both, [enoch, peter], verify))).toEqual(['PeterNeumann', 'EnochRoot']);
  });
});

describe('openNote', () => {
  it('does not open for keys that did not sign', () => {
    expect(() => openNote(both, [], verify)).toThrow(untrusted);
    expect(() => openNote(both, [makeSigner('PeterNeumann', 1).key], verify)).toThrow(untrusted);
    expect(() => openNote(both, [{ ...peter, name: 'Peter' }], verify)).toThrow(untrusted);
  });

  it('refuses a known key’s bad signature, though another one holds', () => {
    const bad = `\u2014 EnochRoot ${base64(concat(enoch.keyId, new Uint8Array(64)))}\n`;
    const longer = `\u2014 EnochRoot ${base64(concat(enoch.keyId, new Uint8Array(65)))}\n`;
    for (const wrong of [bad, longer]) {
      const note = `${PETER_TEXT}\n${PETER_LINE}${wrong}`;
      expect(openNote(note, [peter], verify).text).toBe(PETER_TEXT);
      expect(() => openNote(note, [peter, enoch], verify)).toThrow(unsigned);
      expect(() => openNote(note, [enoch], verify)).toThrow(unsigned);
    }
    const lenient = () => true;
    expect(() => openNote(`${PETER_TEXT}\n${longer}`, [enoch], lenient)).toThrow(unsigned);
  });

  it('refuses a changed text', () => {
    expect(() => openNote(both.replace('crypto', 'Crypto'), [peter], verify)).toThrow(unsigned);
    expect(() => openNote(both.replace('\n\n', '\n\n\n'), [peter], verify)).toThrow(unsigned);
  });

  it('refuses a known key that signs twice, the first time well', () => {
    const again = `\u2014 PeterNeumann ${base64(concat(peter.keyId, new Uint8Array(64)))}\n`;
    expect(() => openNote(`${PETER_TEXT}\n${PETER_LINE}${again}`, [peter], verify)).toThrow(malformed);
  });

  it('takes a key listed twice as one, and refuses two keys under one id', () => {
    expect(openNote(both, [peter, { ...peter }], verify).signatures.length).toBe(1);
    const impostor = { ...peter, publicKey: enoch.publicKey };
    expect(() => openNote(both, [peter, impostor], verify)).toThrow(refused);
  });
});

describe('parseNote', () => {
  it('keeps empty lines of the text, and signatures of any length', () => {
    const note = `a\n\nb\n\n\n${line('w', 1)}${line('w', 72)}`;
    expect(parseNote(note).text).toBe('a\n\nb\n\n');
    expect(parseNote(note).signatures.map(({ signature }) => signature.length)).toEqual([1, 72]);
    expect(encodeNote(parseNote(note))).toBe(note);
  });

  it('takes 16 signatures and no more', () => {
    const lines = Array.from({ length: 17 }, (_, i) => line(`w${i}`));
    expect(parseNote(`a\n\n${lines.slice(1).join('')}`).signatures.length).toBe(16);
    expect(() => parseNote(`a\n\n${lines.join('')}`)).toThrow(malformed);
  });

  it.each([
    ['nothing', ''],
    ['no signature', 'a\n'],
    ['no signature after the blank line', 'a\n\n'],
    ['no blank line', `a\n${line('w')}`],
    ['no last line end', `a\n\n${line('w').slice(0, -1)}`],
    ['a blank line at the end', `a\n\n${line('w')}\n`],
    ['a carriage return', `a\r\n\n${line('w')}`],
    ['a tab in the text', `a\tb\n\n${line('w')}`],
    ['a NUL in the text', `a\u0000\n\n${line('w')}`],
    ['an escape in the text', `a\u001b[0m\n\n${line('w')}`],
    ['a lone surrogate', `a\ud800\n\n${line('w')}`],
    ['a hyphen for the dash', `a\n\n${line('w').replace('\u2014', '-')}`],
    ['an en dash', `a\n\n${line('w').replace('\u2014', '\u2013')}`],
    ['no space after the dash', `a\n\n${line('w').replace('\u2014 ', '\u2014')}`],
    ['two spaces after the dash', `a\n\n${line('w').replace('\u2014 ', '\u2014  ')}`],
    ['an empty name', `a\n\n${line('')}`],
    ['a plus in the name', `a\n\n${line('w+w')}`],
    ['a wide space in the name', `a\n\n${line('w\u2003w')}`],
    ['no base64', 'a\n\n\u2014 w\n'],
    ['an empty base64', 'a\n\n\u2014 w \n'],
    ['base64 without padding', 'a\n\n\u2014 w AAAAAAA\n'],
    ['base64 with stray bits', 'a\n\n\u2014 w AAAAAAB=\n'],
    ['URL-safe base64', 'a\n\n\u2014 w AAAAAA__\n'],
    ['a key id alone', 'a\n\n\u2014 w AAAAAA==\n'],
    ['a word after the base64', `a\n\n${line('w').slice(0, -1)} x\n`],
    ['the same line twice', `a\n\n${line('w')}${line('v')}${line('w')}`],
    ['a line of text among the signatures', `a\n\n${line('w')}b\n${line('v')}`],
  ])('refuses %s', (_, note) => {
    expect(() => parseNote(note)).toThrow(malformed);
  });

  it('reads what is written, and writes what was read, whatever character changes', () => {
    fc.assert(
      fc.property(fc.nat(both.length - 1), fc.constantFrom(...'aB09+/= \n\u2014\u0007\u0085\u00a0'), (at, char) => {
        const mutated = withChar(both, at, char);
        expect(readsBackOrIsRefused(mutated, (text) => encodeNote(parseNote(text)))).toBe(true);
        // A changed name or key id makes a signature a stranger's, and the other may still hold; the text is never another.
        const opened = outcome(() => openNote(mutated, [peter, enoch], verify).text);
        expect('value' in opened ? opened.value : PETER_TEXT).toBe(PETER_TEXT);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('encodeNote', () => {
  const signature = { name: 'w', keyId: new Uint8Array(4), signature: new Uint8Array(64) };

  it('round-trips', () => {
    const text = fc.string({ unit: 'grapheme' }).map((words) => `${words.replaceAll(/\p{Cc}/gu, '\n')}\n`);
    const signatures = fc.uniqueArray(
      fc.record({ name: fc.string({ unit: 'grapheme' }).filter(isKeyName), keyId: ofLength(4), signature: ofLength(64) }),
      { minLength: 1, maxLength: 16, selector: ({ name }) => name },
    );
    fc.assert(
      fc.property(fc.record({ text, signatures }), (note) => {
        expect(parseNote(encodeNote(note))).toEqual(note);
      }),
    );
  });

  it.each<[string, Note]>([
    ['a text without a line end', { text: 'a', signatures: [signature] }],
    ['an empty text', { text: '', signatures: [signature] }],
    ['no signatures', { text: 'a\n', signatures: [] }],
    ['a control character', { text: 'a\u0001\n', signatures: [signature] }],
    ['a name with a space', { text: 'a\n', signatures: [{ ...signature, name: 'w v' }] }],
    ['a name with a line of its own', { text: 'a\n', signatures: [{ ...signature, name: 'w AAAAAAAA\n\u2014 v' }] }],
    ['a key id of three bytes', { text: 'a\n', signatures: [{ ...signature, keyId: new Uint8Array(3).fill(1) }] }],
    ['no signature bytes', { text: 'a\n', signatures: [{ ...signature, signature: new Uint8Array(0) }] }],
    ['one signature twice', { text: 'a\n', signatures: [signature, signature] }],
  ])('refuses %s', (_, note) => {
    expect(() => encodeNote(note)).toThrow(refused);
  });

  it('signs under a proper name only', () => {
    const { signer } = makeSigner('w', 1);
    expect(() => signNote('a\n', [{ ...signer, name: 'w w' }])).toThrow(refused);
    expect(() => signNote('a', [signer])).toThrow(refused);
  });
});
