import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** A word that stands in everything that must not be found on the disk, and nowhere else. */
export const MARKER = 'zephyrquill';

/** Something that must not be found, by what it is. */
export interface Needle {
  readonly what: string;
  readonly bytes: Buffer;
}

/** A text as it could lie about: as it is, in UTF-16, in hexadecimal, and in base64 at each of the three places where it can begin. */
export function needlesOfText(what: string, text: string): Needle[] {
  return [...needlesOfBytes(what, Buffer.from(text)), { what: `${what}, UTF-16`, bytes: Buffer.from(text, 'utf16le') }];
}

/** Secret bytes as they could lie about: raw, in hexadecimal of either case, and in base64. */
export function needlesOfBytes(what: string, bytes: Uint8Array): Needle[] {
  const raw = Buffer.from(bytes);
  const hex = raw.toString('hex');
  return [
    { what: `${what}, raw`, bytes: raw },
    { what: `${what}, hexadecimal`, bytes: Buffer.from(hex) },
    { what: `${what}, hexadecimal`, bytes: Buffer.from(hex.toUpperCase()) },
    ...[0, 1, 2].map((shift) => ({ what: `${what}, base64`, bytes: base64At(raw, shift) })),
  ];
}

/** The characters of base64 that stand for the bytes alone when `shift` others come before them. */
function base64At(bytes: Buffer, shift: number): Buffer {
  const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
  return Buffer.from(text.slice(shift === 0 ? 0 : shift + 1, Math.floor(((bytes.length + shift) * 8) / 6)));
}

/** Which needles are in which files under a folder; each file whole. */
export function found(folder: string, needles: readonly Needle[]): string[] {
  const hits: string[] = [];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = readFileSync(path);
    for (const needle of needles) if (bytes.includes(needle.bytes)) hits.push(`${needle.what} in ${relative(folder, path)}`);
  }
  return hits;
}
