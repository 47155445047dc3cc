import { utf8 } from '../../core/bytes.ts';
import { ByteWriter } from '../../core/packing.ts';
import { encodeRowId } from '../../memory/row-codec.ts';
import { RecordNames, type RowRecord, writeRecord } from '../../memory/row-record.ts';
import { HASH_BYTES } from './hash-table.ts';
import { ATTRIBUTE_BYTES, IMAGE_HEAD, NOBODY, type RowImage, SAYING_BYTES } from './row-image.ts';

/** What an image of a collection is made of: an earlier one, if any, and what has come since. */
export interface ImageParts {
  readonly base: RowImage | null;
  /** Rows that have come or changed since, in the order of their ids. */
  readonly changed: readonly RowRecord[];
  /** Sayings that the base does not have. */
  readonly sayings: Iterable<{ readonly hash: Uint8Array; readonly row: string; readonly version: number }>;
  /** What rows speak of, as far as the base does not have it. */
  readonly attributes: Iterable<{ readonly hash: Uint8Array; readonly row: string }>;
  /** Whether what the base says a row speaks of no longer holds. */
  readonly speaksAnew: (row: string) => boolean;
  readonly damaged: readonly string[];
}

/** The bytes of an image. What the base has is copied, not decoded. */
export function writeImage(parts: ImageParts): Uint8Array {
  const { base, changed } = parts;
  const names = new RecordNames(base?.names);
  const ids = new ByteWriter(16 * ((base?.count ?? 0) + changed.length) + 16);
  const records = new ByteWriter((base?.bytes ?? 0) + 256 * changed.length + 16);
  const ends: number[] = [];
  const numbers = new Map<string, number>();
  const renumbered = new Uint32Array(base?.count ?? 0).fill(NOBODY);
  const close = (id: string): void => {
    numbers.set(id, ends.length);
    ends.push(records.length);
  };
  let next = 0;
  const writeBefore = (id: string | null): void => {
    const isBefore = ({ header }: RowRecord): boolean => id === null || header.row < id;
    for (let record = changed[next]; record !== undefined && isBefore(record); record = changed[++next]) {
      encodeRowId(ids, record.header.row);
      writeRecord(records, record, names);
      close(record.header.row);
    }
  };
  for (let row = 0; row < renumbered.length; row++) {
    if (base === null) break;
    const id = base.id(row);
    writeBefore(id);
    const isChanged = changed[next]?.header.row === id;
    if (!isChanged && !base.isLive(row)) continue;
    renumbered[row] = ends.length;
    if (isChanged) continue;
    ids.raw(base.idBytes(row));
    records.raw(base.record(row));
    close(id);
  }
  writeBefore(null);
  const sayings = merged(oldSayings(base, renumbered), newSayings(parts.sayings, numbers));
  const attributes = merged(oldAttributes(parts, renumbered), newAttributes(parts.attributes, numbers));
  return laidOut(ids, ends, sayings, attributes, parts.damaged, names, records);
}

function laidOut(
  ids: ByteWriter,
  ends: readonly number[],
  sayings: readonly Uint8Array[],
  attributes: readonly Uint8Array[],
  damaged: readonly string[],
  names: RecordNames,
  records: ByteWriter,
): Uint8Array {
  const spelt = utf8(names.all.join('\0'));
  const lines = sayings.length * SAYING_BYTES + attributes.length * ATTRIBUTE_BYTES;
  const image = new ByteWriter(4 * IMAGE_HEAD + ids.length + 4 * ends.length + lines + 16 * damaged.length + spelt.length + records.length);
  for (const number of [ends.length, sayings.length, attributes.length, damaged.length, spelt.length]) image.u32(number);
  image.raw(ids.finish());
  for (const end of ends) image.u32(end);
  for (const line of sayings) image.raw(line);
  for (const line of attributes) image.raw(line);
  for (const id of damaged) encodeRowId(image, id);
  image.raw(spelt);
  const clear = records.finish();
  image.raw(clear);
  clear.fill(0);
  return image.finish();
}

function* oldSayings(base: RowImage | null, renumbered: Uint32Array): IterableIterator<Uint8Array> {
  if (base === null) return;
  for (let i = 0; i < base.sayings; i++) {
    const { hash, row, version } = base.sayingAt(i);
    const now = row === NOBODY ? NOBODY : (renumbered[row] ?? NOBODY);
    if (now !== NOBODY) yield line(hash, now, version);
  }
}

function* oldAttributes({ base, speaksAnew }: ImageParts, renumbered: Uint32Array): IterableIterator<Uint8Array> {
  if (base === null) return;
  for (let i = 0; i < base.attributes; i++) {
    const { hash, row } = base.attributeAt(i);
    const now = row === NOBODY ? NOBODY : (renumbered[row] ?? NOBODY);
    if (now !== NOBODY && !speaksAnew(base.id(row))) yield line(hash, now);
  }
}

function newSayings(sayings: ImageParts['sayings'], numbers: ReadonlyMap<string, number>): Uint8Array[] {
  return [...sayings].flatMap(({ hash, row, version }) => {
    const number = numbers.get(row);
    return number === undefined ? [] : [line(hash, number, version)];
  });
}

function newAttributes(attributes: ImageParts['attributes'], numbers: ReadonlyMap<string, number>): Uint8Array[] {
  return [...attributes].flatMap(({ hash, row }) => {
    const number = numbers.get(row);
    return number === undefined ? [] : [line(hash, number)];
  });
}

function line(hash: Uint8Array, row: number, version?: number): Uint8Array {
  const bytes = new Uint8Array(version === undefined ? ATTRIBUTE_BYTES : SAYING_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(hash);
  view.setUint32(HASH_BYTES, row);
  if (version !== undefined) view.setUint32(HASH_BYTES + 4, version);
  return bytes;
}

/** All lines in the order of their bytes; the old ones are almost in it. */
function merged(old: Iterable<Uint8Array>, fresh: readonly Uint8Array[]): Uint8Array[] {
  return [...old, ...fresh].sort((a, b) => Buffer.compare(a, b));
}
