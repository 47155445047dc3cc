import type { RowView } from '../../memory/lineage.ts';
import type { RowRecord } from '../../memory/row-record.ts';
import type { RowMap, RowState } from '../../memory/state.ts';
import type { RowImage } from './row-image.ts';

/** A row in memory, its commitment checked against the ledger. */
export interface OpenRow extends RowView {
  readonly text: string;
}

/** So many decoded rows are kept for those who ask again. */
const KEPT = 2048;
/** About how much memory a decoded row takes beside its text, in bytes. */
const ROW_BYTES = 1500;

/**
 * The opened rows of a vault by id. Those out of a snapshot lie in its bytes, collection by collection, and are decoded when they are asked for;
 * those that have come since are kept beside. A row out of a snapshot is there only while the ledger has the version that it says, with that
 * commitment.
 */
export class OpenRows implements Iterable<[string, OpenRow]> {
  readonly #states: Pick<RowMap, 'get'>;
  readonly #images = new Map<string, RowImage>();
  readonly #changed = new Map<string, OpenRow>();
  readonly #decoded = new Map<string, OpenRow>();
  #texts = 0;

  constructor(states: Pick<RowMap, 'get'>) {
    this.#states = states;
  }

  get size(): number {
    let size = this.#changed.size;
    for (const image of this.#images.values()) size += image.live;
    return size;
  }

  /** About how much memory they take, in bytes. */
  get bytes(): number {
    let bytes = (this.#changed.size + this.#decoded.size) * ROW_BYTES + 2 * this.#texts;
    for (const image of this.#images.values()) bytes += image.bytes;
    return bytes;
  }

  /** How many rows of a collection there are. */
  countOf(collection: string): number {
    let count = this.#images.get(collection)?.live ?? 0;
    for (const { header } of this.#changed.values()) if (header.collection === collection) count += 1;
    return count;
  }

  has(id: string): boolean {
    return this.get(id) !== undefined;
  }

  get(id: string): OpenRow | undefined {
    const known = this.#changed.get(id) ?? this.#decoded.get(id);
    if (known !== undefined) return known;
    const state = this.#images.size === 0 ? undefined : this.#states.get(id);
    const image = state === undefined ? undefined : this.#images.get(state.collection);
    if (state === undefined || image === undefined) return undefined;
    const row = this.#read(image, image.find(id), state);
    if (row !== undefined) this.#keep(id, row);
    return row;
  }

  set(id: string, row: OpenRow): this {
    this.#letGo(id);
    for (const image of this.#images.values()) dropFrom(image, id);
    this.#changed.set(id, row);
    this.#texts += row.text.length;
    return this;
  }

  /** Takes a row out; what a snapshot's bytes say of it stays there, in case that it comes back. */
  delete(id: string): boolean {
    const had = this.has(id);
    this.#letGo(id);
    for (const image of this.#images.values()) dropFrom(image, id);
    return had;
  }

  /** Takes rows out, and overwrites what a snapshot's bytes say of them. */
  forget(ids: readonly string[]): void {
    for (const id of ids) this.#letGo(id);
    for (const image of this.#images.values()) image.forget(ids);
  }

  /** Lets an image stand for its collection, none of whose rows are here. */
  adopt(image: RowImage): void {
    this.#images.get(image.collection)?.wipe();
    this.#images.set(image.collection, image);
    this.#decoded.clear();
  }

  /** Lets an image take the place of its collection's rows, which it was made of. */
  settle(image: RowImage): void {
    for (const { state } of this.changed(image.collection)) this.#letGo(state.id);
    this.adopt(image);
  }

  image(collection: string): RowImage | null {
    return this.#images.get(collection) ?? null;
  }

  get images(): Iterable<RowImage> {
    return this.#images.values();
  }

  /** The rows of a collection that are not in its image, in the order of their ids. */
  changed(collection: string): OpenRow[] {
    const rows = [...this.#changed.values()].filter(({ header }) => header.collection === collection);
    return rows.sort((a, b) => (a.state.id < b.state.id ? -1 : 1));
  }

  /** Takes all of a collection out, its image overwritten. Returns the rows' ids. */
  close(collection: string): string[] {
    const ids = this.changed(collection).map(({ state }) => state.id);
    for (const id of ids) this.#letGo(id);
    const image = this.#images.get(collection);
    const count = image?.count ?? 0;
    for (let row = 0; row < count; row++) if (image?.isLive(row) === true) ids.push(image.id(row));
    image?.wipe();
    this.#images.delete(collection);
    this.#decoded.clear();
    return ids;
  }

  /** Takes everything out, images overwritten. */
  clear(): void {
    for (const image of this.#images.values()) image.wipe();
    this.#images.clear();
    this.#changed.clear();
    this.#decoded.clear();
    this.#texts = 0;
  }

  *keys(): IterableIterator<string> {
    for (const [id] of this) yield id;
  }

  /** Each row, decoded for whoever asks and not kept. */
  *values(): IterableIterator<OpenRow> {
    for (const [, row] of this) yield row;
  }

  /** Each row whose id sorts before `before`, or each row, the newest id first; decoded as it is asked for, and not kept. */
  *newest(before: string | null): IterableIterator<OpenRow> {
    const changed = [...this.#changed.keys()].filter((id) => before === null || id < before).sort();
    const images = [...this.#images.values()].map((image) => ({ image, left: before === null ? image.count : image.before(before) }));
    for (;;) {
      let newest = { id: changed.at(-1) ?? '', of: null as (typeof images)[number] | null };
      for (const one of images) {
        while (one.left > 0 && !one.image.isLive(one.left - 1)) one.left -= 1;
        const id = one.left > 0 ? one.image.id(one.left - 1) : '';
        if (id > newest.id) newest = { id, of: one };
      }
      if (newest.id === '') return;
      if (newest.of === null) changed.pop();
      else newest.of.left -= 1;
      const row = this.#changed.get(newest.id) ?? this.#out(newest.of?.image ?? null, newest.of?.left ?? -1, newest.id);
      if (row !== undefined) yield row;
    }
  }

  *[Symbol.iterator](): IterableIterator<[string, OpenRow]> {
    for (const image of this.#images.values()) {
      for (let at = 0; at < image.count; at++) {
        const id = image.isLive(at) ? image.id(at) : '';
        const row = id === '' ? undefined : this.#out(image, at, id);
        if (row !== undefined) yield [id, row];
      }
    }
    yield* this.#changed;
  }

  /** A row out of an image, decoded for whoever asks and not kept. */
  #out(image: RowImage | null, at: number, id: string): OpenRow | undefined {
    const state = this.#states.get(id);
    if (state === undefined || image === null) return undefined;
    return this.#decoded.get(id) ?? this.#read(image, at, state);
  }

  #read(image: RowImage, at: number, state: RowState): OpenRow | undefined {
    const record = at < 0 ? null : image.read(at, state.id);
    return record === null || !isOfLedger(record, state)
      ? undefined
      : { state, header: record.header, text: record.text, basisAt: record.basisAt };
  }

  #keep(id: string, row: OpenRow): void {
    const oldest = this.#decoded.size >= KEPT ? this.#decoded.keys().next().value : undefined;
    if (oldest !== undefined) this.#decoded.delete(oldest);
    this.#decoded.set(id, row);
  }

  #letGo(id: string): void {
    this.#texts -= this.#changed.get(id)?.text.length ?? 0;
    this.#changed.delete(id);
    this.#decoded.delete(id);
  }
}

function isOfLedger({ header, commitment }: RowRecord, state: RowState): boolean {
  return state.versions[header.version - 1]?.commitment.startsWith(commitment) === true;
}

function dropFrom(image: RowImage, id: string): void {
  const row = image.find(id);
  if (row >= 0) image.drop(row);
}
