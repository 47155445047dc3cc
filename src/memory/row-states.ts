import { ID_PREFIX, isId } from '../core/ids.ts';
import { MemSyncError } from '../core/errors.ts';
import { ByteReader, ByteWriter } from '../core/packing.ts';
import { decodeRow, encodeRow, encodeRowId, type RowNames, wasEdited } from './row-codec.ts';
import type { RowMap, RowState, VaultState } from './state.ts';

const ID_BYTES = 16;

/** Packed rows: their ids as they came, which of them comes first by id, where each one's record ends, and the records. */
class PackedRows {
  readonly count: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #names: RowNames;
  readonly #order: number;
  readonly #ends: number;
  readonly #records: number;

  /** @throws {MemSyncError} `encoding_invalid` unless ids are in order, each once, and the records fill what is left. */
  constructor(bytes: Uint8Array, names: RowNames) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#names = names;
    this.count = bytes.length < 4 ? unsound() : this.#view.getUint32(0);
    this.#order = 4 + this.count * ID_BYTES;
    this.#ends = this.#order + this.count * 4;
    this.#records = this.#ends + this.count * 4;
    if (this.#records > bytes.length) unsound();
    this.#check();
  }

  #check(): void {
    let end = 0;
    for (let i = 0; i < this.count; i++) {
      const next = this.#end(i);
      if (next <= end || this.#at(i) >= this.count) unsound();
      if (i > 0 && this.#compare(this.#at(i - 1), ...this.#words(this.#at(i))) >= 0) unsound();
      end = next;
    }
    if (this.#records + end !== this.#bytes.length) unsound();
  }

  /** Which row has this id, or −1. */
  find(id: string): number {
    if (!isId('memory', id)) return -1;
    const word = (i: number): number => Number.parseInt(id.slice(ID_PREFIX.memory.length + 8 * i, ID_PREFIX.memory.length + 8 * i + 8), 16);
    const words = [word(0), word(1), word(2), word(3)] as const;
    let [low, high] = [0, this.count - 1];
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const row = this.#at(middle);
      const compared = this.#compare(row, ...words);
      if (compared === 0) return row;
      if (compared < 0) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  id(row: number): string {
    return ID_PREFIX.memory + new ByteReader(this.#bytes, 4 + row * ID_BYTES).hex(ID_BYTES);
  }

  record(row: number): Uint8Array {
    return this.#bytes.subarray(this.#records + this.#start(row), this.#records + this.#end(row));
  }

  /** Whether there is more than one version of a row. */
  wasEdited(row: number): boolean {
    return wasEdited(this.#bytes, this.#records + this.#start(row));
  }

  /** @throws {MemSyncError} `encoding_invalid` */
  decode(row: number, id: string): RowState {
    const reader = new ByteReader(this.#bytes, this.#records + this.#start(row), this.#records + this.#end(row));
    const state = decodeRow(reader, id, this.#names);
    reader.end();
    return state;
  }

  #at(position: number): number {
    return this.#view.getUint32(this.#order + 4 * position);
  }

  #start(row: number): number {
    return row === 0 ? 0 : this.#end(row - 1);
  }

  #end(row: number): number {
    return this.#view.getUint32(this.#ends + 4 * row);
  }

  #words(row: number): [number, number, number, number] {
    const at = 4 + row * ID_BYTES;
    const view = this.#view;
    return [view.getUint32(at), view.getUint32(at + 4), view.getUint32(at + 8), view.getUint32(at + 12)];
  }

  #compare(row: number, a: number, b: number, c: number, d: number): number {
    const at = 4 + row * ID_BYTES;
    const view = this.#view;
    return view.getUint32(at) - a || view.getUint32(at + 4) - b || view.getUint32(at + 8) - c || view.getUint32(at + 12) - d;
  }
}

/**
 * A vault's rows over packed ones: a row is unpacked when it is asked for, and kept from then on, as it may be changed. Asking for all of them
 * unpacks all of them. In the order in which the ledger brought them, as in the map that a fold from the genesis makes.
 */
export class RowStates implements RowMap {
  readonly #packed: PackedRows;
  /** Those that have been unpacked, and those that have come since. */
  readonly #kept = new Map<string, RowState>();
  readonly #added: RowState[] = [];

  /** @throws {MemSyncError} `encoding_invalid`; later, where a record does not read */
  constructor(bytes: Uint8Array, names: RowNames) {
    this.#packed = new PackedRows(bytes, names);
  }

  get size(): number {
    return this.#packed.count + this.#added.length;
  }

  /** How many are unpacked or new: those alone are objects in memory. */
  get unpacked(): number {
    return this.#kept.size;
  }

  has(id: string): boolean {
    return this.#kept.has(id) || this.#packed.find(id) >= 0;
  }

  get(id: string): RowState | undefined {
    const kept = this.#kept.get(id);
    if (kept !== undefined) return kept;
    const row = this.#packed.find(id);
    return row < 0 ? undefined : this.#unpack(row, id);
  }

  /** Adds a row; one that is there already is changed, never replaced. */
  set(id: string, row: RowState): this {
    if (this.has(id)) throw new RangeError('a row is added once');
    this.#kept.set(id, row);
    this.#added.push(row);
    return this;
  }

  *keys(): IterableIterator<string> {
    for (let row = 0; row < this.#packed.count; row++) yield this.#packed.id(row);
    for (const { id } of this.#added) yield id;
  }

  *values(): IterableIterator<RowState> {
    for (let row = 0; row < this.#packed.count; row++) yield this.#of(row);
    yield* this.#added;
  }

  *entries(): IterableIterator<[string, RowState]> {
    for (const row of this.values()) yield [row.id, row];
  }

  [Symbol.iterator](): IterableIterator<[string, RowState]> {
    return this.entries();
  }

  /** For each row its id and its record: as it lies packed where nobody has asked for it, or else null and the row. */
  *records(): IterableIterator<[string, Uint8Array | null, RowState | null]> {
    for (let row = 0; row < this.#packed.count; row++) {
      const id = this.#packed.id(row);
      const kept = this.#kept.get(id) ?? null;
      yield [id, kept === null ? this.#packed.record(row) : null, kept];
    }
    for (const row of this.#added) yield [row.id, null, row];
  }

  /** As `editedRows`. */
  edited(): RowState[] {
    for (let row = 0; row < this.#packed.count; row++) if (this.#packed.wasEdited(row)) this.#of(row);
    return [...this.#kept.values()].filter(({ versions }) => versions.length > 1);
  }

  #of(row: number): RowState {
    const id = this.#packed.id(row);
    return this.#kept.get(id) ?? this.#unpack(row, id);
  }

  #unpack(row: number, id: string): RowState {
    const state = this.#packed.decode(row, id);
    this.#kept.set(id, state);
    return state;
  }
}

/** Rows of which there is more than one version, in no particular order; of packed ones, those alone are unpacked. */
export function editedRows(rows: RowMap): RowState[] {
  return rows instanceof RowStates ? rows.edited() : [...rows.values()].filter(({ versions }) => versions.length > 1);
}

/** A vault's rows, packed: u32 count, ids, their order by id, where each record ends, records. */
export function packRows(state: VaultState, names: RowNames): Uint8Array {
  const ids = new ByteWriter(state.rows.size * ID_BYTES);
  const records = new ByteWriter(state.rows.size * 128);
  const ends: number[] = [];
  const known: string[] = [];
  for (const [id, record, row] of recordsOf(state.rows)) {
    encodeRowId(ids, id);
    if (record !== null) records.raw(record);
    if (row !== null) encodeRow(records, row, names);
    known.push(id);
    ends.push(records.length);
  }
  const order = known.map((_, i) => i).toSorted((a, b) => ((known[a] ?? '') < (known[b] ?? '') ? -1 : 1));
  const packed = new ByteWriter(4 + ids.length + 8 * known.length + records.length);
  packed.u32(known.length);
  packed.raw(ids.finish());
  for (const row of order) packed.u32(row);
  for (const end of ends) packed.u32(end);
  packed.raw(records.finish());
  return packed.finish();
}

function* recordsOf(rows: RowMap): IterableIterator<[string, Uint8Array | null, RowState | null]> {
  if (rows instanceof RowStates) yield* rows.records();
  else for (const [id, row] of rows.entries()) yield [id, null, row];
}

function unsound(): never {
  throw new MemSyncError('encoding_invalid', 'Packed rows are not as the format says.');
}
