import { fromUtf8 } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import { encodeId, ID_PREFIX, isId } from '../../core/ids.ts';
import { ByteReader } from '../../core/packing.ts';
import { readRecord, RECORD_HAS, RecordNames, recordFlags, type RowRecord } from '../../memory/row-record.ts';
import { findHash, HASH_BYTES } from './hash-table.ts';

const ID_BYTES = 16;
/** Numbers at the start of an image: rows, sayings, attributes, damaged rows, bytes of names. */
export const IMAGE_HEAD = 5;
/** Stands where a row's number did that is forgotten. */
export const NOBODY = 0xffff_ffff;

/** A saying's line: its fingerprint, the row's number, the version. An attribute's has no version. */
export const SAYING_BYTES = HASH_BYTES + 8;
export const ATTRIBUTE_BYTES = HASH_BYTES + 4;

/**
 * One collection's opened rows as they lie in a snapshot: ids in order, where each record ends, what they say, what they speak of, which rows
 * were damaged, the names that records use, and the records (docs/formats.md, "Row snapshots"). It is used where it lies, and a row is decoded when
 * it is asked for. What is forgotten of it is overwritten.
 */
export class RowImage {
  readonly collection: string;
  readonly count: number;
  readonly sayings: number;
  readonly attributes: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #names: RecordNames;
  readonly #gone: Uint8Array;
  #live: number;
  readonly #at: { readonly ends: number; readonly sayings: number; readonly attributes: number; readonly damaged: number };
  readonly #records: number;
  readonly #damaged: number;

  /** @throws {MemSyncError} `encoding_invalid` where the parts do not fill the bytes, or ids are not in order */
  constructor(collection: string, bytes: Uint8Array) {
    this.collection = collection;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (bytes.length < 4 * IMAGE_HEAD) unsound();
    const [count, sayings, attributes, damaged, names] = [0, 1, 2, 3, 4].map((i) => this.#view.getUint32(4 * i));
    this.count = count ?? 0;
    this.sayings = sayings ?? 0;
    this.attributes = attributes ?? 0;
    this.#damaged = damaged ?? 0;
    const ends = 4 * IMAGE_HEAD + this.count * ID_BYTES;
    const sayingsAt = ends + 4 * this.count;
    const attributesAt = sayingsAt + this.sayings * SAYING_BYTES;
    const damagedAt = attributesAt + this.attributes * ATTRIBUTE_BYTES;
    const namesAt = damagedAt + this.#damaged * ID_BYTES;
    this.#at = { ends, sayings: sayingsAt, attributes: attributesAt, damaged: damagedAt };
    this.#records = namesAt + (names ?? 0);
    if (this.#records > bytes.length) unsound();
    this.#names = new RecordNames(namesOf(bytes.subarray(namesAt, this.#records)));
    this.#gone = new Uint8Array(this.count);
    this.#live = this.count;
    this.#check();
  }

  /** How many of its rows are there still. */
  get live(): number {
    return this.#live;
  }

  /** How much memory it takes, in bytes. */
  get bytes(): number {
    return this.#bytes.length + this.#gone.length;
  }

  get names(): readonly string[] {
    return this.#names.all;
  }

  /** The number of the row of this id that is there still, or −1. */
  find(id: string): number {
    const row = this.#search(id);
    return row >= 0 && this.#gone[row] === 0 ? row : -1;
  }

  /** How many rows, there still or not, have an id that sorts before this one. */
  before(id: string): number {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.id(middle) < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  isLive(row: number): boolean {
    return this.#gone[row] === 0;
  }

  id(row: number): string {
    return encodeId('memory', this.#bytes.subarray(4 * IMAGE_HEAD + row * ID_BYTES, 4 * IMAGE_HEAD + (row + 1) * ID_BYTES));
  }

  idBytes(row: number): Uint8Array {
    return this.#bytes.subarray(4 * IMAGE_HEAD + row * ID_BYTES, 4 * IMAGE_HEAD + (row + 1) * ID_BYTES);
  }

  /** @throws {MemSyncError} `encoding_invalid` */
  read(row: number, id: string): RowRecord {
    return readRecord(this.#reader(row), id, this.collection, this.#names);
  }

  record(row: number): Uint8Array {
    return this.#bytes.subarray(this.#records + this.#start(row), this.#records + this.#end(row));
  }

  /** Takes a row out; what the image says of it stays, as it may come back. */
  drop(row: number): void {
    if (this.#gone[row] !== 0) return;
    this.#gone[row] = 1;
    this.#live -= 1;
  }

  /** Takes rows out and overwrites what they say, that they say it, and what they speak of. Those that are not here are passed over. */
  forget(ids: Iterable<string>): void {
    const rows = new Set<number>();
    for (const id of ids) {
      const row = this.#search(id);
      if (row < 0) continue;
      this.drop(row);
      this.record(row).fill(0);
      rows.add(row);
    }
    if (rows.size === 0) return;
    this.#forgetLines(this.#at.sayings, this.sayings, SAYING_BYTES, rows);
    this.#forgetLines(this.#at.attributes, this.attributes, ATTRIBUTE_BYTES, rows);
  }

  /** Overwrites all of it. It must not be used afterwards. */
  wipe(): void {
    this.#bytes.fill(0);
    this.#gone.fill(1);
    this.#live = 0;
  }

  /** The row versions that say what has this fingerprint. */
  saying(fingerprint: Uint8Array): { row: string; version: number }[] {
    const found: { row: string; version: number }[] = [];
    const { sayings: at } = this.#at;
    for (const line of findHash(this.#bytes, at, this.sayings, SAYING_BYTES, fingerprint)) {
      const row = this.#view.getUint32(line + HASH_BYTES);
      if (row !== NOBODY) found.push({ row: this.id(row), version: this.#view.getUint32(line + HASH_BYTES + 4) });
    }
    return found;
  }

  /** The rows that speak of what has this hash. */
  speakingOf(hash: Uint8Array): string[] {
    const found: string[] = [];
    for (const line of findHash(this.#bytes, this.#at.attributes, this.attributes, ATTRIBUTE_BYTES, hash)) {
      const row = this.#view.getUint32(line + HASH_BYTES);
      if (row !== NOBODY) found.push(this.id(row));
    }
    return found;
  }

  /** A saying by number: its fingerprint, its row's number or `NOBODY`, its version. */
  sayingAt(i: number): { hash: Uint8Array; row: number; version: number } {
    const line = this.#at.sayings + i * SAYING_BYTES;
    const hash = this.#bytes.subarray(line, line + HASH_BYTES);
    return { hash, row: this.#view.getUint32(line + HASH_BYTES), version: this.#view.getUint32(line + HASH_BYTES + 4) };
  }

  /** An attribute by number: its hash and its row's number or `NOBODY`. */
  attributeAt(i: number): { hash: Uint8Array; row: number } {
    const line = this.#at.attributes + i * ATTRIBUTE_BYTES;
    return { hash: this.#bytes.subarray(line, line + HASH_BYTES), row: this.#view.getUint32(line + HASH_BYTES) };
  }

  /** Rows that derive from others, with what they derive from. */
  *derived(): IterableIterator<readonly [string, readonly string[]]> {
    for (let row = 0; row < this.count; row++) {
      if (this.#gone[row] !== 0 || (recordFlags(this.#reader(row)) & RECORD_HAS.derivedFrom) === 0) continue;
      const id = this.id(row);
      yield [id, this.read(row, id).header.derivedFrom];
    }
  }

  /** The rows that did not open when the image was made. */
  damaged(): string[] {
    const from = this.#at.damaged;
    return Array.from({ length: this.#damaged }, (_, i) =>
      encodeId('memory', this.#bytes.subarray(from + i * ID_BYTES, from + (i + 1) * ID_BYTES)),
    );
  }

  #check(): void {
    let end = 0;
    for (let row = 0; row < this.count; row++) {
      const next = this.#end(row);
      if (next <= end || (row > 0 && this.#compare(row - 1, ...this.#words(row)) >= 0)) unsound();
      end = next;
    }
    if (this.#records + end !== this.#bytes.length) unsound();
  }

  #reader(row: number): ByteReader {
    return new ByteReader(this.#bytes, this.#records + this.#start(row), this.#records + this.#end(row));
  }

  #start(row: number): number {
    return row === 0 ? 0 : this.#end(row - 1);
  }

  #end(row: number): number {
    return this.#view.getUint32(this.#at.ends + 4 * row);
  }

  #search(id: string): number {
    if (!isId('memory', id)) return -1;
    const from = ID_PREFIX.memory.length;
    const word = (i: number): number => Number.parseInt(id.slice(from + 8 * i, from + 8 * i + 8), 16);
    const words = [word(0), word(1), word(2), word(3)] as const;
    let [low, high] = [0, this.count - 1];
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const compared = this.#compare(middle, ...words);
      if (compared === 0) return middle;
      if (compared < 0) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  #words(row: number): [number, number, number, number] {
    const at = 4 * IMAGE_HEAD + row * ID_BYTES;
    const view = this.#view;
    return [view.getUint32(at), view.getUint32(at + 4), view.getUint32(at + 8), view.getUint32(at + 12)];
  }

  #compare(row: number, a: number, b: number, c: number, d: number): number {
    const at = 4 * IMAGE_HEAD + row * ID_BYTES;
    const view = this.#view;
    return view.getUint32(at) - a || view.getUint32(at + 4) - b || view.getUint32(at + 8) - c || view.getUint32(at + 12) - d;
  }

  /** A line that is forgotten takes the hash of the one before it, so that they stay in order. */
  #forgetLines(from: number, count: number, size: number, rows: ReadonlySet<number>): void {
    for (let i = 0; i < count; i++) {
      const line = from + i * size;
      if (!rows.has(this.#view.getUint32(line + HASH_BYTES))) continue;
      if (i === 0) this.#bytes.fill(0, line, line + HASH_BYTES);
      else this.#bytes.copyWithin(line, line - size, line - size + HASH_BYTES);
      this.#view.setUint32(line + HASH_BYTES, NOBODY);
    }
  }
}

function namesOf(bytes: Uint8Array): string[] {
  return bytes.length === 0 ? [] : fromUtf8(bytes).split('\0');
}

function unsound(): never {
  throw new MemSyncError('encoding_invalid', 'An image of rows is not as the format says.');
}
