import { fromUtf8, utf8 } from '../../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../../core/errors.ts';
import { parseStrictJson } from '../../core/json.ts';
import { HeldBytes } from './held-bytes.ts';
import { type Line, lineError, MAX_LINE_BYTES } from './line.ts';

const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = '\uFEFF';
/** What a lone surrogate needs to get past UTF-8: an escape that begins as this does. */
const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/;

/**
 * The lines of a JSON Lines file, each a value or a `line_invalid` error that names it: too long, not UTF-8, not JSON, nested deeper than 64,
 * a key twice, a lone surrogate. An empty line is no JSON either. Only the last line may lack its newline, and a byte order mark is passed
 * over at the very start alone. Reading goes on after a bad line; at most `maxBytes` of one are held, and a longer one is read past.
 * Throws only what `source` throws.
 */
export async function* readJsonLines(
  source: AsyncIterable<Uint8Array>,
  { maxBytes = MAX_LINE_BYTES }: { readonly maxBytes?: number } = {},
): AsyncGenerator<Line, void, undefined> {
  const held = new HeldBytes(maxBytes);
  let line = 1;
  for await (const chunk of source) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      held.add(chunk.subarray(start, end));
      yield readLine(held, line, true);
      held.clear();
      line += 1;
      start = end + 1;
    }
    held.add(chunk.subarray(start));
  }
  if (held.started) yield readLine(held, line, false);
}

/**
 * A value as one line of JSON Lines, newline included.
 * @throws {MemSyncError} `text_not_unicode` on a lone surrogate; `encoding_invalid` on what is not JSON; `body_too_large` past 6 MiB
 */
export function encodeLine(value: unknown): Uint8Array {
  const text = stringify(value);
  if (SURROGATE_ESCAPE.test(text) && !isWellFormed(JSON.parse(text)))
    throw new MemSyncError('text_not_unicode', 'A text in the line has a lone surrogate.');
  const bytes = utf8(`${text}\n`);
  if (bytes.length > MAX_LINE_BYTES + 1) throw new MemSyncError('body_too_large', `A line is longer than ${MAX_LINE_BYTES} bytes.`);
  return bytes;
}

function stringify(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw new MemSyncError('encoding_invalid', 'The value has no JSON form.', { cause });
  }
  if (text === undefined) throw new MemSyncError('encoding_invalid', 'The value has no JSON form.');
  return text;
}

function readLine(held: HeldBytes, line: number, ended: boolean): Line {
  const bytes = held.bytes;
  if (bytes === null) return { line, error: lineError(line, `is longer than ${held.limit} bytes.`) };
  try {
    const text = fromUtf8(bytes);
    const json = line === 1 && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
    if (json.trim() === '') return { line, error: lineError(line, 'is empty.') };
    const value = parseStrictJson(json);
    if (!SURROGATE_ESCAPE.test(json) || isWellFormed(value)) return { line, value };
    return { line, error: lineError(line, 'has a lone surrogate in a text.') };
  } catch (error) {
    if (isMemSyncError(error, 'encoding_invalid')) return { line, error: lineError(line, 'is not UTF-8.') };
    if (!isMemSyncError(error, 'json_invalid')) throw error;
    const last = ended ? '' : ' It is the last one, and has no end: the file may be cut short.';
    return { line, error: lineError(line, `does not read. ${error.message}${last}`) };
  }
}

/** Whether every text of a JSON value, keys included, is Unicode. The value is known not to nest deep, or to come from memory. */
function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isWellFormed);
  return Object.entries(value).every(([key, part]) => key.isWellFormed() && isWellFormed(part));
}
