import { type Columns, Documents, type Document, NONE } from './documents.ts';
import { Extents } from './extent.ts';
import { decodeImage, encodeImage } from './image.ts';
import { merged } from './merge.ts';
import { FreshSegment, type SealedSegment, type Segment } from './segment.ts';
import { Threads } from './threads.ts';

/** New documents are sealed together with segments up to so many times as large. */
const MUCH_LARGER = 4;

/** The documents of an index with their words: sealed segments, and one that new documents go into. */
export class Corpus {
  readonly #engine: string;
  readonly #sealAt: number;
  #documents = new Documents();
  #threads = new Threads(this.#documents);
  #extents = new Extents(this.#documents);
  #sealed: SealedSegment[] = [];
  #fresh = new FreshSegment(0, 0);
  #rows = 0;
  /** Whether something was removed since the last purge. */
  #removed = false;

  /** `engine` is written into images; those of another one are not taken over. New documents are sealed at `sealAt` postings of them. */
  constructor(engine: string, sealAt: number) {
    this.#engine = engine;
    this.#sealAt = sealAt;
  }

  get documents(): Documents {
    return this.#documents;
  }

  get threads(): Threads {
    return this.#threads;
  }

  get extents(): Extents {
    return this.#extents;
  }

  get segments(): readonly Segment[] {
    return this.#fresh.documents === 0 ? this.#sealed : [...this.#sealed, this.#fresh];
  }

  /** How many rows there are; versions that have been replaced do not count. */
  get rows(): number {
    return this.#rows;
  }

  /** About how much memory it takes, in bytes. */
  get bytes(): number {
    return this.#documents.bytes + this.#threads.bytes + this.segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Takes a row version in. A later version ends the one before it; the same one, or an earlier, takes the place of all that was there. */
  put(document: Document, passages: readonly ReadonlyMap<string, number>[]): void {
    const before = this.#documents.latest(document.id);
    if (before >= 0 && (this.#documents.version[before] ?? 0) < document.version) {
      this.#documents.end(before, document.from);
      this.#extents.ended(before);
    } else if (before >= 0) this.remove(document.id);
    if (before < 0 || this.#documents.latest(document.id) < 0) this.#rows += 1;
    this.#fresh.add(passages);
    const number = this.#documents.append(document);
    this.#threads.add(number);
    this.#extents.added(number);
    if (this.#fresh.size >= this.#sealAt) this.#seal();
  }

  /** Takes a row out, with all its versions: no search finds it any more. Its words go at the next `purge`. */
  remove(id: string): void {
    if (!this.#documents.remove(id)) return;
    this.#rows -= 1;
    this.#removed = true;
    this.#extents.changed();
  }

  /** Makes everything anew without what has been removed: nothing of that is left in what this holds. False where nothing was. */
  purge(): boolean {
    if (!this.#removed) return false;
    this.#take(this.#only(() => true));
    this.#removed = false;
    return true;
  }

  /** One collection's part as bytes, for `load`. */
  encode(collection: string): Uint8Array {
    const part = this.#only((cell) => (JSON.parse(cell) as [string, string])[0] === collection);
    const documents = part.#documents;
    return encodeImage({
      engine: this.#engine,
      columns: part.#columns(),
      threads: documents.threads.all,
      speakers: documents.speakers.all,
      cells: documents.cells.all,
      segment: merged(
        part.segments,
        { firstDocument: 0, firstPassage: 0, documents: documents.count, passages: documents.passages },
        (one) => one,
      ),
    });
  }

  /** Adds what `encode` made, none of whose rows may be here; its arrays stay where they are. False, and nothing added, where it is no image of this engine. */
  load(bytes: Uint8Array): boolean {
    const image = decodeImage(bytes);
    if (image === null || image.engine !== this.#engine) return false;
    if (this.#fresh.documents > 0) this.#seal();
    const firstDocument = this.#documents.count;
    const firstPassage = this.#documents.passages;
    this.#documents.appendAll(image.columns, image);
    this.#sealed.push(image.segment.movedTo(firstDocument, firstPassage));
    for (let number = firstDocument; number < this.#documents.count; number++) {
      this.#threads.add(number);
      if (this.#documents.isLive(number, null)) this.#rows += 1;
    }
    this.#fresh = new FreshSegment(this.#documents.count, this.#documents.passages);
    this.#extents.changed();
    return true;
  }

  /** Seals the new documents, together with the latest segments that are not much larger. */
  #seal(): void {
    const together: Segment[] = [this.#fresh];
    for (;;) {
      const last = this.#sealed.at(-1);
      if (last === undefined || last.size > MUCH_LARGER * together.reduce((sum, { size }) => sum + size, 0)) break;
      together.unshift(last);
      this.#sealed.pop();
    }
    const { firstDocument, firstPassage } = together[0] ?? this.#fresh;
    const place = {
      firstDocument,
      firstPassage,
      documents: this.#documents.count - firstDocument,
      passages: this.#documents.passages - firstPassage,
    };
    this.#sealed.push(merged(together, place, (passage) => passage - firstPassage));
    this.#fresh = new FreshSegment(this.#documents.count, this.#documents.passages);
  }

  /** A corpus of some of what is here, and of nothing that was removed, in one segment. */
  #only(keeps: (cell: string) => boolean): Corpus {
    const documents = this.#documents;
    const cells = documents.cells.all.map(keeps);
    const numbers: number[] = [];
    const renumbered = new Int32Array(documents.passages).fill(-1);
    let passages = 0;
    for (let number = 0; number < documents.count; number++) {
      if (documents.isDead(number) || cells[documents.cell[number] ?? NONE] !== true) continue;
      numbers.push(number);
      for (let passage = documents.firstPassage[number] ?? 0; passage < (documents.firstPassage[number + 1] ?? 0); passage++)
        renumbered[passage] = passages++;
    }
    const part = new Corpus(this.#engine, this.#sealAt);
    const chosen = documents.columns(Uint32Array.from(numbers));
    part.#documents.appendAll(...withOnlyNames(chosen, documents));
    const place = { firstDocument: 0, firstPassage: 0, documents: numbers.length, passages };
    part.#sealed = [merged(this.segments, place, (passage) => renumbered[passage] ?? -1)];
    part.#fresh = new FreshSegment(numbers.length, passages);
    for (let number = 0; number < numbers.length; number++) part.#threads.add(number);
    part.#rows = this.#rows;
    return part;
  }

  #columns(): Columns {
    return this.#documents.columns(Uint32Array.from({ length: this.#documents.count }, (_, number) => number));
  }

  #take(other: Corpus): void {
    this.#documents = other.#documents;
    this.#threads = other.#threads;
    this.#extents = other.#extents;
    this.#sealed = other.#sealed;
    this.#fresh = other.#fresh;
  }
}

/** Columns with numbers into those names alone that they mention, and these names. */
function withOnlyNames(
  columns: Columns,
  from: Documents,
): [Columns, { threads: readonly string[]; speakers: readonly string[]; cells: readonly string[] }] {
  const threads = mentioned(columns.thread, from.threads.all);
  const speakers = mentioned(columns.speaker, from.speakers.all);
  const cells = mentioned(columns.cell, from.cells.all);
  return [
    { ...columns, thread: threads.numbers, speaker: speakers.numbers, cell: cells.numbers },
    { threads: threads.names, speakers: speakers.names, cells: cells.names },
  ];
}

function mentioned(column: Uint32Array, names: readonly string[]): { numbers: Uint32Array; names: string[] } {
  const known = new Map<number, number>();
  const kept: string[] = [];
  const numbers = column.map((number) => {
    if (number === NONE) return NONE;
    const there = known.get(number) ?? kept.push(names[number] ?? '') - 1;
    known.set(number, there);
    return there;
  });
  return { numbers, names: kept };
}
