import { Cells, type Extent } from './cells.ts';
import type { Hit, IndexedRow, SearchOptions, Why } from './face.ts';
import { numberIn, Numbers, type Postings, weightIn } from './postings.ts';
import { contribution, FIELD_WEIGHT, passagesOf, rarityOf, roleFactor, rounded } from './score.ts';
import { queryTokens, rowTokens } from './tokens.ts';
import { Top } from './top.ts';
import { Vocabulary } from './vocabulary.ts';

export type * from './face.ts';

interface Passage {
  readonly number: number;
  /** Term numbers packed with weights. */
  readonly entries: Uint32Array;
}

interface Row {
  readonly id: string;
  readonly number: number;
  readonly cell: number;
  readonly factor: number;
  readonly passages: readonly Passage[];
}

/** A word of the query that the scope holds. */
interface Asked {
  readonly word: string;
  readonly rarity: number;
  readonly postings: Postings;
}

/**
 * The search index over one vault's opened rows (DESIGN, "Retrieval"). It holds words and ids, not texts, and lives in memory only. The
 * same rows give the same hits, scores and reasons to the byte, in whatever order they were put, replaced and removed.
 */
export class MemoryIndex {
  /** Name and version of the ranking, for retrievals and receipts. It changes whenever any result could. */
  readonly engine: string = 'lexical/1';

  readonly #byId = new Map<string, Row>();
  readonly #rows: (Row | undefined)[] = [];
  readonly #rowNumbers = new Numbers();
  readonly #passageNumbers = new Numbers();
  readonly #vocabulary = new Vocabulary();
  readonly #cells = new Cells();
  // By passage number: its row, that row's cell; and by either, scores in the making, all zero between searches.
  #rowOf = new Uint32Array(64);
  #cellOf = new Uint32Array(64);
  #passageScores = new Float64Array(64);
  #rowScores = new Float64Array(64);

  /** How many rows are indexed. */
  get size(): number {
    return this.#byId.size;
  }

  /** Takes a row in, in place of any that has its id. */
  put(row: IndexedRow): void {
    this.remove(row.id);
    const number = this.#rowNumbers.take();
    const cell = this.#cells.numberOf(row.collection, row.category);
    const about = [
      { words: row.subject === null ? [] : rowTokens(row.subject), weight: FIELD_WEIGHT.subject },
      { words: row.attribute === null ? [] : rowTokens(row.attribute), weight: FIELD_WEIGHT.attribute },
      { words: row.speaker === null ? [] : rowTokens(row.speaker), weight: FIELD_WEIGHT.speaker },
    ];
    const passages = passagesOf(rowTokens(row.text)).map((words): Passage => {
      const weights = new Map<string, number>();
      for (const field of [{ words, weight: FIELD_WEIGHT.text }, ...about]) {
        for (const { term } of field.words) weights.set(term, (weights.get(term) ?? 0) + field.weight);
      }
      const passage = this.#passageNumbers.take();
      this.#makeRoom(Math.max(passage, number));
      this.#rowOf[passage] = number;
      this.#cellOf[passage] = cell;
      this.#cells.count(cell, 1);
      return { number: passage, entries: this.#vocabulary.add(passage, weights) };
    });
    const held: Row = { id: row.id, number, cell, factor: roleFactor(row.role), passages };
    this.#rows[number] = held;
    this.#byId.set(row.id, held);
  }

  /** Takes a row out, with every word that it alone held. Nothing happens when it is not there. */
  remove(id: string): void {
    const row = this.#byId.get(id);
    if (row === undefined) return;
    for (const { number, entries } of row.passages) {
      this.#vocabulary.remove(number, entries);
      this.#passageNumbers.giveBack(number);
      this.#cells.count(row.cell, -1);
    }
    this.#byId.delete(id);
    this.#rows[row.number] = undefined;
    this.#rowNumbers.giveBack(row.number);
  }

  /** The rows within the scope that share a word with the query, best first; none where none does. A very long query is read in part. */
  search(query: string, options: SearchOptions): readonly Hit[] {
    const extent = this.#cells.extent(options.scope);
    const asked = this.#ask(query, extent);
    const rows = this.#score(asked, extent);
    const top = new Top<{ readonly id: string; readonly score: number; readonly row: Row }>(options.limit);
    try {
      for (const number of rows) {
        const row = this.#rows[number];
        if (row === undefined) continue;
        const score = rounded((this.#rowScores[number] ?? 0) * row.factor);
        if (score < top.floor) continue;
        const candidate = { id: row.id, score, row };
        if (top.takes(candidate) && options.admits(row.id)) top.offer(candidate);
      }
    } finally {
      for (const number of rows) this.#rowScores[number] = 0;
    }
    return top.ranked().map(({ id, score, row }, at): Hit => ({ id, rank: at + 1, score, why: explain(row, asked) }));
  }

  /** The query's words by term number, in the order of the query, each once. */
  #ask(query: string, { within, passages }: Extent): ReadonlyMap<number, Asked> {
    const asked = new Map<number, Asked>();
    if (passages === 0) return asked;
    for (const { term, word } of queryTokens(query)) {
      const number = this.#vocabulary.numberOf(term);
      if (number === undefined || asked.has(number)) continue;
      const postings = this.#vocabulary.postings(number);
      if (postings === undefined) continue;
      const { entries, length } = postings;
      let holding = 0;
      for (let i = 0; i < length; i++) holding += within[this.#cellOf[numberIn(entries[i] ?? 0)] ?? 0] ?? 0;
      if (holding > 0) asked.set(number, { word, postings, rarity: rarityOf(holding, passages) });
    }
    return asked;
  }

  /** Leaves each row's best passage's score in `#rowScores`; the numbers of the rows that have one come back. */
  #score(asked: ReadonlyMap<number, Asked>, { within }: Extent): readonly number[] {
    const scores = this.#passageScores;
    const touched: number[] = [];
    for (const { postings, rarity } of asked.values()) {
      const { entries, length } = postings;
      for (let i = 0; i < length; i++) {
        const entry = entries[i] ?? 0;
        const passage = numberIn(entry);
        if (within[this.#cellOf[passage] ?? 0] !== 1) continue;
        const before = scores[passage] ?? 0;
        if (before === 0) touched.push(passage);
        scores[passage] = before + contribution(rarity, weightIn(entry));
      }
    }
    const rows: number[] = [];
    for (const passage of touched) {
      const row = this.#rowOf[passage] ?? 0;
      const best = this.#rowScores[row] ?? 0;
      if (best === 0) rows.push(row);
      this.#rowScores[row] = Math.max(best, scores[passage] ?? 0);
      scores[passage] = 0;
    }
    return rows;
  }

  #makeRoom(number: number): void {
    if (number < this.#rowOf.length) return;
    const room = 2 * number;
    const grown = (old: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> => {
      const array = new Uint32Array(room);
      array.set(old);
      return array;
    };
    this.#rowOf = grown(this.#rowOf);
    this.#cellOf = grown(this.#cellOf);
    this.#passageScores = new Float64Array(room);
    this.#rowScores = new Float64Array(room);
  }
}

/** The shares in the row's best passage, the first of its best where there are several. */
function explain(row: Row, asked: ReadonlyMap<number, Asked>): Why {
  let best = 0;
  let parts: { word: string; part: number }[] = [];
  for (const { entries } of row.passages) {
    const weights = new Map(Array.from(entries, (entry) => [numberIn(entry), weightIn(entry)]));
    const found: typeof parts = [];
    let score = 0;
    for (const [number, { word, rarity }] of asked) {
      const weight = weights.get(number);
      if (weight === undefined) continue;
      const part = contribution(rarity, weight);
      found.push({ word, part });
      score += part;
    }
    if (score > best) {
      best = score;
      parts = found;
    }
  }
  const words = parts.map(({ word, part }) => ({ word, share: rounded(part / best, 4) }));
  return { words: words.sort((a, b) => b.share - a.share) };
}
