import { concat, fromUtf8, utf8 } from '../core/bytes.ts';
import type { Columns } from './documents.ts';
import { SealedSegment } from './segment.ts';
import { Terms } from './terms.ts';

/** Begins every image, with the version of its layout. */
const MAGIC = utf8('MSIMAGE2');
const ALIGNED = 8;

/** An index, or one collection's part of it, as it lies in a snapshot. */
export interface Image {
  readonly engine: string;
  readonly columns: Columns;
  readonly threads: readonly string[];
  readonly speakers: readonly string[];
  readonly cells: readonly string[];
  /** Its words; numbered from 0. */
  readonly segment: SealedSegment;
}

/** The columns in their order in an image. */
const COLUMNS = ['ids', 'version', 'from', 'to', 'since', 'cell', 'thread', 'speaker', 'time', 'words', 'flags', 'passages'] as const;

/**
 * The bytes of an image: the magic, then sections, each its length (8 bytes, little-endian) and its bytes, padded to eight, so that the
 * arrays can be used where they lie. Numbers are little-endian. The same image gives the same bytes.
 */
export function encodeImage(image: Image): Uint8Array {
  const { columns, segment } = image;
  const names = utf8(JSON.stringify([image.engine, image.threads, image.speakers, image.cells, segment.passages]));
  const arrays = [...COLUMNS.map((name) => columns[name]), segment.terms.starts, segment.starts, segment.entries].map(bytesOf);
  return concat(MAGIC, ...[names, segment.terms.bytes, ...arrays].flatMap(section));
}

/**
 * An image out of its bytes, whose arrays then lie in them; null where they are no image of this layout, or not whole. They are trusted to have been
 * made by `encodeImage`: authenticity is the seal's.
 */
export function decodeImage(given: Uint8Array): Image | null {
  const bytes = given.byteOffset % ALIGNED === 0 ? given : new Uint8Array(given);
  const sections = sectionsOf(bytes);
  if (sections === null || sections.length !== COLUMNS.length + 5) return null;
  try {
    const [names, termBytes, ...arrays] = sections;
    const [engine, threads, speakers, cells, passages] = JSON.parse(fromUtf8(names ?? bytes)) as [
      string,
      string[],
      string[],
      string[],
      number,
    ];
    const column = (name: (typeof COLUMNS)[number]): Uint8Array => arrays[COLUMNS.indexOf(name)] ?? bytes;
    const columns: Columns = {
      ids: words(column('ids')),
      version: words(column('version')),
      from: words(column('from')),
      to: words(column('to')),
      since: words(column('since')),
      cell: words(column('cell')),
      thread: words(column('thread')),
      speaker: words(column('speaker')),
      time: new Float64Array(column('time').buffer, column('time').byteOffset, column('time').byteLength / 8),
      words: halves(column('words')),
      flags: halves(column('flags')),
      passages: words(column('passages')),
    };
    const [starts, from, entries] = arrays.slice(COLUMNS.length).map(words);
    if (starts === undefined || from === undefined || entries === undefined || termBytes === undefined) return null;
    const place = { firstDocument: 0, firstPassage: 0, documents: columns.version.length, passages };
    return { engine, columns, threads, speakers, cells, segment: new SealedSegment(place, new Terms(termBytes, starts), from, entries) };
  } catch {
    return null;
  }
}

function bytesOf(array: Uint32Array | Uint16Array | Float64Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function section(bytes: Uint8Array): Uint8Array[] {
  const length = new Uint8Array(8);
  new DataView(length.buffer).setFloat64(0, bytes.length, true);
  return [length, bytes, new Uint8Array((ALIGNED - (bytes.length % ALIGNED)) % ALIGNED)];
}

function sectionsOf(bytes: Uint8Array): Uint8Array[] | null {
  if (!MAGIC.every((byte, i) => bytes[i] === byte)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sections: Uint8Array[] = [];
  for (let at = MAGIC.length; at < bytes.length;) {
    const length = at + 8 > bytes.length ? -1 : view.getFloat64(at, true);
    if (!Number.isSafeInteger(length) || length < 0 || at + 8 + length > bytes.length) return null;
    sections.push(bytes.subarray(at + 8, at + 8 + length));
    at += 8 + Math.ceil(length / ALIGNED) * ALIGNED;
  }
  return sections;
}

function words(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

function halves(bytes: Uint8Array): Uint16Array {
  return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
}
