import { MemSyncError } from './errors.ts';

/** How deep arrays and objects may lie in one another. */
const MAX_DEPTH = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/**
 * The value of a JSON text in which no object has one key twice, however it is spelt: `JSON.parse` takes the last of two silently, so two
 * readers could see two things. As many members must come out as went in, which costs less than comparing keys.
 * @throws {MemSyncError} `json_invalid`
 */
export function parseStrictJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new MemSyncError('json_invalid', 'The text is not one whole JSON document.');
  }
  if (typeof value === 'object' && value !== null && countWritten(text) !== countMembers(value)) {
    throw new MemSyncError('json_invalid', 'An object in the JSON has one key twice.');
  }
  return value;
}

/** Whether two values read from JSON are the same; the order of keys does not count. */
export function equalJson(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((part, i) => equalJson(part, b[i]));
  }
  const [left, right] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>];
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => Object.hasOwn(right, key) && equalJson(left[key], right[key]));
}

/** The members that a JSON text writes: its colons outside strings. @throws {MemSyncError} `json_invalid` when it nests too deep. */
function countWritten(text: string): number {
  let members = 0;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === QUOTE) i = endOfString(text, i);
    else if (unit === COLON) members += 1;
    else if (CLOSING.has(unit)) depth -= 1;
    else if (OPENING.has(unit)) {
      depth += 1;
      if (depth > MAX_DEPTH) throw new MemSyncError('json_invalid', `The JSON nests deeper than ${MAX_DEPTH}.`);
    }
  }
  return members;
}

/** The index of the quote that ends the string which begins at `start`. `text` is known to be JSON. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return end;
  }
}

function countMembers(value: object): number {
  const items: unknown[] = Object.values(value);
  let members = Array.isArray(value) ? 0 : items.length;
  for (const item of items) if (typeof item === 'object' && item !== null) members += countMembers(item);
  return members;
}
