import type { Documents } from './documents.ts';
import type { Extent } from './extent.ts';
import { grown32, grown64 } from './grown.ts';
import { dot, norm } from './quantise.ts';

/** Bytes of what tells one vector, with its row version, from another: a keyed hash's. */
const VECTOR_DIGEST_BYTES = 8;

/** About how much memory a row's entry takes beside its vector, in bytes. */
const ENTRY_BYTES = 180;

/** A row version that has a vector, and where. */
interface Held {
  readonly version: number;
  readonly slot: number;
}

/** Cosines of a query's vector and those of documents. */
export interface Cosines {
  /** By document; what is not within the extent, or has no vector, is left as it was. */
  readonly values: Float64Array;
  /** The documents within the extent that have a vector, in the order of their numbers. */
  readonly documents: Uint32Array;
}

/** Vectors of row versions, all of one length, in bytes one after the other. They are compared with a query's one by one. */
export class Vectors {
  #dimensions = 0;
  #values = new Int8Array(0);
  #norms = new Float64Array(0);
  /** Two words a slot. */
  #digests = new Uint32Array(0);
  #slots = 0;
  readonly #free: number[] = [];
  readonly #held = new Map<string, readonly Held[]>();
  /** By document: its slot + 1, or 0; as far as it has been worked out. */
  #slotOf = new Uint32Array(0);
  #known = 0;
  #documents: Documents | null = null;

  /** How many components each has; 0 while there are none. */
  get dimensions(): number {
    return this.#dimensions;
  }

  /** How many row versions have one. */
  get size(): number {
    return this.#slots - this.#free.length;
  }

  /** About how much memory they take, in bytes. */
  get bytes(): number {
    const arrays = this.#values.byteLength + this.#norms.byteLength + this.#digests.byteLength + this.#slotOf.byteLength;
    return arrays + ENTRY_BYTES * this.#held.size;
  }

  has(id: string, version: number): boolean {
    return this.#slot(id, version) >= 0;
  }

  /** A copy of one; undefined where there is none. */
  get(id: string, version: number): Int8Array<ArrayBuffer> | undefined {
    const slot = this.#slot(id, version);
    return slot < 0 ? undefined : this.#values.slice(slot * this.#dimensions, (slot + 1) * this.#dimensions);
  }

  /**
   * Takes the vector of a row version in, in the place of the one that it had. `digest` are the bytes that tell it from any other.
   * @throws {RangeError} where it is empty, or of another length than those that are here
   */
  put(id: string, version: number, vector: Int8Array, digest: Uint8Array): void {
    if (this.size === 0) this.#dimensions = vector.length;
    if (vector.length === 0 || vector.length !== this.#dimensions) throw new RangeError('a vector of another length');
    let slot = this.#slot(id, version);
    if (slot < 0) {
      slot = this.#free.pop() ?? this.#slots++;
      this.#makeRoom(slot + 1);
      this.#held.set(id, [...(this.#held.get(id) ?? []), { version, slot }]);
      this.#point(id, version, slot);
    }
    this.#values.set(vector, slot * this.#dimensions);
    this.#norms[slot] = norm(vector);
    const words = new DataView(digest.buffer, digest.byteOffset, VECTOR_DIGEST_BYTES);
    this.#digests[2 * slot] = words.getUint32(0);
    this.#digests[2 * slot + 1] = words.getUint32(4);
  }

  /** Takes out those of a row, of all its versions, and overwrites them. */
  remove(id: string): void {
    for (const { slot } of this.#held.get(id) ?? []) {
      this.#values.fill(0, slot * this.#dimensions, (slot + 1) * this.#dimensions);
      this.#norms[slot] = 0;
      this.#free.push(slot);
      // Whichever document had it: another one may come to lie there.
      this.#known = 0;
    }
    this.#held.delete(id);
  }

  /** Takes all of them out, and overwrites them. */
  clear(): void {
    this.#values.fill(0);
    this.#values = new Int8Array(0);
    this.#norms = new Float64Array(0);
    this.#digests = new Uint32Array(0);
    this.#slots = 0;
    this.#free.length = 0;
    this.#held.clear();
    this.#known = 0;
  }

  /** How near each document within an extent is to a query's vector, from −1 to 1, into `values`; the rows `unmet` count as having none. Null where lengths differ. */
  cosines(documents: Documents, extent: Extent, query: Int8Array, values: Float64Array, unmet?: ReadonlySet<string>): Cosines | null {
    if (query.length !== this.#dimensions || this.size === 0) return null;
    const slotOf = this.#slotsOf(documents);
    const length = norm(query);
    const numbers = new Uint32Array(documents.count);
    let count = 0;
    for (let number = 0; number < documents.count; number++) {
      const slot = (slotOf[number] as number) - 1;
      if (slot < 0 || !extent.holds(number) || isIn(unmet, documents, number)) continue;
      const lengths = length * (this.#norms[slot] as number);
      values[number] = lengths === 0 ? 0 : dot(query, this.#values, slot * this.#dimensions) / lengths;
      numbers[count++] = number;
    }
    return { values, documents: numbers.subarray(0, count) };
  }

  /** Every row version that has one, with a copy of it. */
  *entries(): Iterable<{ readonly row: string; readonly version: number; readonly vector: Int8Array<ArrayBuffer> }> {
    for (const [row, held] of this.#held) {
      for (const { version, slot } of held) {
        yield { row, version, vector: this.#values.slice(slot * this.#dimensions, (slot + 1) * this.#dimensions) };
      }
    }
  }

  /** What rows say now that has no vector, in the order in which it came. */
  *lacking(documents: Documents): Iterable<{ readonly id: string; readonly version: number }> {
    const slotOf = this.#slotsOf(documents);
    for (let number = 0; number < documents.count; number++) {
      if (slotOf[number] !== 0 || !documents.isLive(number, null)) continue;
      yield { id: documents.ids.idOf(number), version: documents.version[number] ?? 0 };
    }
  }

  /** What tells the vectors within an extent from any others, in 16 hexadecimal digits; zeros for none. The order in which they came has no part in it. */
  digest(documents: Documents, extent: Extent, unmet?: ReadonlySet<string>): string {
    const slotOf = this.#slotsOf(documents);
    let [high, low] = [0, 0];
    for (let number = 0; number < documents.count; number++) {
      const slot = (slotOf[number] as number) - 1;
      if (slot < 0 || !extent.holds(number) || isIn(unmet, documents, number)) continue;
      high ^= this.#digests[2 * slot] as number;
      low ^= this.#digests[2 * slot + 1] as number;
    }
    return [high, low].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
  }

  #slot(id: string, version: number): number {
    return this.#held.get(id)?.find((one) => one.version === version)?.slot ?? -1;
  }

  /** Where each document's vector lies: worked out for those alone that have come since it was last asked for. */
  #slotsOf(documents: Documents): Uint32Array {
    if (documents !== this.#documents) this.#known = 0;
    this.#documents = documents;
    this.#slotOf = grown32(this.#slotOf, documents.count);
    for (; this.#known < documents.count; this.#known++) {
      const number = this.#known;
      const held = this.#held.size === 0 || documents.isDead(number) ? undefined : this.#held.get(documents.ids.idOf(number));
      const slot = held?.find(({ version }) => version === documents.version[number])?.slot ?? -1;
      this.#slotOf[number] = slot + 1;
    }
    return this.#slotOf;
  }

  /** Lets a document that is there already know of its vector. */
  #point(id: string, version: number, slot: number): void {
    const documents = this.#documents;
    if (documents === null || this.#known === 0) return;
    const number = documents.latest(id);
    if (number >= 0 && number < this.#known && documents.version[number] === version) this.#slotOf[number] = slot + 1;
    else if (number < this.#known) this.#known = 0;
  }

  #makeRoom(slots: number): void {
    this.#norms = grown64(this.#norms, slots);
    this.#digests = grown32(this.#digests, 2 * slots);
    const length = slots * this.#dimensions;
    if (length <= this.#values.length) return;
    const values = new Int8Array(Math.max(length, Math.ceil(this.#values.length * 1.5)));
    values.set(this.#values);
    this.#values.fill(0);
    this.#values = values;
  }
}

function isIn(rows: ReadonlySet<string> | undefined, documents: Documents, number: number): boolean {
  return rows !== undefined && rows.size > 0 && rows.has(documents.ids.idOf(number));
}
