import { concat, fromUtf8 } from '../../core/bytes.ts';
import { isMemSyncError } from '../../core/errors.ts';
import { CsvScanner } from './csv-scanner.ts';
import { HeldBytes } from './held-bytes.ts';
import { type Line, lineError, MAX_LINE_BYTES } from './line.ts';

/** Columns that a file may have. */
const MAX_COLUMNS = 1000;
/** Said where quotes are out of order, after which nothing tells rows from text. */
const REST = 'Nothing after it was read.';

export interface CsvOptions {
  /** Between fields; a comma unless told otherwise. */
  readonly delimiter?: ',' | ';' | '\t';
  /** Bytes of one row that are held; 6 MiB unless told otherwise. */
  readonly maxBytes?: number;
}

/** A row of a CSV file under the names of its columns. */
export type CsvRow = Readonly<Record<string, string>>;
type Fields = { readonly fields: readonly string[] } | { readonly wrong: string };

/*
 * Our own reader. csv-parse, which was tried, counts a CRLF between quotes as two lines, lets text follow a closing quote when a NUL comes
 * first, and ends with the first ragged row; a row that is refused here is named by its line, and reading goes on.
 */

/**
 * The rows of a CSV file (RFC 4180, UTF-8 with or without a byte order mark, LF or CRLF) under the names in its first row; every value is a
 * string. A row that has another number of fields, is empty, is not UTF-8 or has a carriage return outside quotes comes as a `line_invalid`
 * error with the line that it begins on, and reading goes on. Where a quote is never closed or stands in the wrong place, where a row is
 * too long, or where the first row names no columns or one twice, that error is the last: the rest is not guessed at. A last row without
 * quotes that was cut within its last field cannot be told from a whole one. Throws only what `source` throws.
 */
export async function* readCsv(source: AsyncIterable<Uint8Array>, options: CsvOptions = {}): AsyncGenerator<Line<CsvRow>, void, undefined> {
  const delimiter = options.delimiter ?? ',';
  let columns: readonly string[] | null = null;
  for await (const { line, bytes, wrong } of rows(source, delimiter, options.maxBytes ?? MAX_LINE_BYTES)) {
    const most: number = columns === null ? MAX_COLUMNS : columns.length;
    const read: Fields = wrong === undefined ? fieldsOf(bytes, delimiter, most) : { wrong };
    const checked: Fields = columns === null ? namesOf(read) : sameLength(read, columns.length);
    if ('wrong' in checked) yield { line, error: lineError(line, checked.wrong) };
    else if (columns !== null) yield { line, value: Object.fromEntries(zip(columns, checked.fields)) };
    else columns = checked.fields;
    if (columns === null) return;
  }
  if (columns === null) yield { line: 1, error: lineError(1, 'is missing: a CSV file begins with the names of its columns.') };
}

/** The first row, if it names columns. */
function namesOf(read: Fields): Fields {
  if ('wrong' in read) return { wrong: read.wrong.endsWith(REST) ? read.wrong : `${read.wrong} ${REST}` };
  const names = read.fields;
  if (names.every((name) => name.trim() === '')) return { wrong: `names no columns. ${REST}` };
  if (names.length > MAX_COLUMNS) return { wrong: `names more than ${MAX_COLUMNS} columns. ${REST}` };
  return new Set(names).size < names.length ? { wrong: `names a column twice. ${REST}` } : read;
}

/** A row, if it has as many fields as the first one. */
function sameLength(read: Fields, columns: number): Fields {
  if ('wrong' in read || read.fields.length === columns) return read;
  const count = read.fields.length > columns ? 'more' : read.fields.length;
  return { wrong: `has ${count} fields where the first row has ${columns}.` };
}

function zip(names: readonly string[], fields: readonly string[]): [string, string][] {
  return names.map((name, i) => [name, fields[i] ?? '']);
}

/** A row's bytes, without its end, and the line that it begins on; with `wrong`, there is no row, and none after it. */
interface RawRow {
  readonly line: number;
  readonly bytes: Uint8Array;
  readonly wrong?: string;
}

async function* rows(source: AsyncIterable<Uint8Array>, delimiter: string, maxBytes: number): AsyncGenerator<RawRow, void, undefined> {
  const held = new HeldBytes(maxBytes);
  const scanner = new CsvScanner(delimiter);
  const none = new Uint8Array();
  let line = 1;
  for await (const chunk of withoutMark(source)) {
    for (let start = 0; start < chunk.length;) {
      const end = scanner.endOfRow(chunk, start);
      if (end === null) {
        yield { line, bytes: none, wrong: `has a quote in the wrong place. ${REST}` };
        return;
      }
      held.add(chunk.subarray(start, end < 0 ? chunk.length : end));
      const bytes = held.bytes;
      if (bytes === null) {
        yield { line, bytes: none, wrong: `begins a row longer than ${maxBytes} bytes; a quote in it may never be closed. ${REST}` };
        return;
      }
      if (end < 0) break;
      yield { line, bytes };
      line += 1 + scanner.newlines;
      held.clear();
      scanner.nextRow();
      start = end + 1;
    }
  }
  if (scanner.open) yield { line, bytes: none, wrong: `begins a row with a quote that is never closed. ${REST}` };
  else if (held.started && held.bytes !== null) yield { line, bytes: held.bytes };
}

/** The fields of a row whose quotes are known to be in order; no more than `most` and one. */
function fieldsOf(bytes: Uint8Array, delimiter: string, most: number): Fields {
  let text: string;
  try {
    text = fromUtf8(bytes);
  } catch (error) {
    if (isMemSyncError(error, 'encoding_invalid')) return { wrong: 'is not UTF-8.' };
    throw error;
  }
  if (text.endsWith('\r')) text = text.slice(0, -1);
  if (text === '' && most > 1) return { wrong: 'is empty.' };
  const fields: string[] = [];
  for (let at = 0; at <= text.length && fields.length <= most;) {
    const quoted = text[at] === '"';
    const end = quoted ? endOfQuotes(text, at) : text.indexOf(delimiter, at);
    const stop = end < 0 ? text.length : end;
    const field = quoted ? text.slice(at + 1, stop - 1).replaceAll('""', '"') : text.slice(at, stop);
    if (!quoted && field.includes('\r')) return { wrong: 'has a carriage return outside quotes.' };
    fields.push(field);
    at = stop + 1;
  }
  return { fields };
}

/** The index after the quote that closes the one at `start`. */
function endOfQuotes(text: string, start: number): number {
  let at = text.indexOf('"', start + 1);
  while (text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at + 1;
}

/** The bytes without the byte order mark that they may begin with. */
async function* withoutMark(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let head: Uint8Array | null = new Uint8Array();
  for await (const chunk of source) {
    if (head === null) yield chunk;
    else {
      head = concat(head, chunk);
      if (head.length < 3) continue;
      yield head.subarray(marked(head) ? 3 : 0);
      head = null;
    }
  }
  if (head !== null) yield head;
}

function marked(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}
