import { escaped, plain } from '../core/plain.ts';

export { plain };

/** The text as one JSON string, with its quotes. */
export function quoted(text: string): string {
  return plain(JSON.stringify(text));
}

/** A value as indented JSON; what a terminal could act on is escaped, which JSON reads back as it was. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(/[^\P{Cc}\n]|[\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, escaped);
}
