import { base64, equalBytes, fromBase64, utf8 } from '../../src/core/bytes.ts';
import { signNote } from '../../src/log/note.ts';
import { PaperLog } from '../support/paper-log.ts';
import { makeSigner } from './signer.ts';

/** Forgeries of one thing, by what was done to it. */
export type Bent<T> = readonly (readonly [name: string, value: T])[];

/** The same bytes with another bit at one place. */
export const flip = (bytes: Uint8Array, at: number, bit = 1): Uint8Array => bytes.with(at, (bytes[at] ?? 0) ^ bit);

/** A note with another signature line than `note` has. */
function resigned(note: string, bend: (keyAndSignature: Uint8Array) => Uint8Array): string {
  return note.replace(/(?<=\n\u2014 \S+ ).*(?=\n$)/u, (line) => base64(bend(fromBase64(line))));
}

/** Notes that are not the log’s checkpoint of that size, nor any other of its checkpoints; some are signed with its key all the same. */
export function bentNotes(log: PaperLog, size: number): Bent<string> {
  const note = log.checkpoint(size);
  const { signer } = makeSigner(log.key.name, 7);
  const signed = (text: string): string => signNote(text, [signer]);
  const root = base64(log.root(size));
  const line = note.slice(note.lastIndexOf('\n\n') + 2);
  const bits = Array.from({ length: 68 }, (_, at): [string, string] => [
    at < 4 ? `a bit of the key id, byte ${at}` : `a bit of the signature, byte ${at - 4}`,
    resigned(note, (bytes) => flip(bytes, at, 2 ** (at % 8))),
  ]);
  return [
    ...bits,
    ['a bit of the root', note.replace(root, base64(flip(log.root(size), 31)))],
    ['another root of that size', note.replace(root, base64(new PaperLog(size, size - 1).root(size)))],
    ['a size more', note.replace(`\n${size}\n`, `\n${size + 1}\n`)],
    ['a size less', note.replace(`\n${size}\n`, `\n${size - 1}\n`)],
    ['another origin in the text', note.replace(`${log.key.name}\n`, 'log.example/other\n')],
    ['another origin, signed', signed(`log.example/other\n${size}\n${root}\n`)],
    ['another log’s note', new PaperLog(size, size, 'log.example/other').checkpoint(size)],
    ['another key of that name', new PaperLog(size, size, log.key.name, 9).checkpoint(size)],
    ['another key’s signature under this key’s id', withIdOf(new PaperLog(size, size, log.key.name, 9).checkpoint(size), note)],
    [
      'the signature of another size',
      `${note.slice(0, note.lastIndexOf('\n\n') + 2)}${log
        .checkpoint(size - 1)
        .split('\n')
        .at(-2)}\n`,
    ],
    ['no signature', note.slice(0, note.lastIndexOf('\n\n') + 2)],
    ['no blank line', note.replace('\n\n', '\n')],
    ['no line end', note.slice(0, -1)],
    ['a hyphen in the dash’s place', note.replace('\u2014', '-')],
    ['a signature that is cut short', resigned(note, (bytes) => bytes.subarray(0, 67))],
    ['a signature that is a byte longer', resigned(note, (bytes) => Uint8Array.of(...bytes, 0))],
    ['a signature under another name', note.replace(`\u2014 ${log.key.name}`, '\u2014 log.example/other')],
    ['a control character, signed', unchecked(log, `${log.key.name}\n${size}\n${root}\u0007\n`)],
    ['a size with a leading zero, signed', signed(`${log.key.name}\n0${size}\n${root}\n`)],
    ['a size with a sign, signed', signed(`${log.key.name}\n+${size}\n${root}\n`)],
    ['a negative size, signed', signed(`${log.key.name}\n-1\n${root}\n`)],
    ['a size past 2⁶³, signed', signed(`${log.key.name}\n9223372036854775808\n${root}\n`)],
    ['a size in hexadecimal, signed', signed(`${log.key.name}\n0x2bc\n${root}\n`)],
    ['a root of 31 bytes, signed', signed(`${log.key.name}\n${size}\n${base64(log.root(size).subarray(1))}\n`)],
    ['a root of 33 bytes, signed', signed(`${log.key.name}\n${size}\n${base64(Uint8Array.of(...log.root(size), 0))}\n`)],
    ['two lines alone, signed', signed(`${log.key.name}\n${size}\n`)],
    ['text of another log before ours', `log.example/other\n${size}\n${root}\n\n${line}`],
  ];
}

/** The signature of one note behind the key id of another. */
function withIdOf(note: string, other: string): string {
  const id = fromBase64(/(?<=\n\u2014 \S+ ).*(?=\n$)/u.exec(other)?.[0] ?? '').subarray(0, 4);
  return resigned(note, (bytes) => Uint8Array.of(...id, ...bytes.subarray(4)));
}

/** Signs what our own code would not sign. */
function unchecked(log: PaperLog, text: string): string {
  const { signer } = makeSigner(log.key.name, 7);
  return `${text}\n\u2014 ${log.key.name} ${base64(Uint8Array.of(...log.key.keyId, ...signer.sign(utf8(text))))}\n`;
}

/** Every hash flipped, dropped, doubled and swapped with its neighbour; and the list as a whole. */
export function bentHashes(hashes: readonly Uint8Array[]): Bent<Uint8Array[]> {
  const each = hashes.flatMap((hash, i): Bent<Uint8Array[]> => {
    const next = hashes[i + 1];
    const swapped =
      next === undefined || equalBytes(hash, next)
        ? []
        : [[`hash ${i} swapped with the next`, hashes.with(i, next).with(i + 1, hash)] as const];
    return [
      [`a bit of hash ${i}`, hashes.with(i, flip(hash, i % 32, 128))],
      [`hash ${i} dropped`, hashes.toSpliced(i, 1)],
      [`hash ${i} doubled`, hashes.toSpliced(i, 0, hash)],
      ...swapped,
    ];
  });
  const bent: Bent<Uint8Array[]> = [
    ...each,
    ['no hash at all', []],
    ['its hashes in reverse', hashes.toReversed()],
    ['a hash too many', [...hashes, new Uint8Array(32)]],
  ];
  // Of one hash, the reverse is the list itself.
  return bent.filter(
    ([, list]) => list.length !== hashes.length || list.some((hash, i) => !equalBytes(hash, hashes[i] ?? new Uint8Array(0))),
  );
}
