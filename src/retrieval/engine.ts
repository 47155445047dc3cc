import { best } from './best.ts';
import { Corpus } from './corpus.ts';
import { explain } from './explain.ts';
import type { Hit, IndexedRow, SearchOptions } from './face.ts';
import { findTerms, type FirstPass, firstPass, type FoundTerm } from './first-pass.ts';
import { passagesOfRow } from './passages.ts';
import { roleFactor, rounded } from './score.ts';
import { queryTokens } from './tokens.ts';

export type * from './face.ts';

/** Name and version of the ranking, for retrievals and receipts. It changes whenever any result could. */
const ENGINE = 'lexical/2';

/** New rows are merged with the others when there are so many postings of them. */
const FRESH_POSTINGS = 16_384;

/** So many rows are ranked in full at first, and more only where too few of them are admitted. */
const CANDIDATES = 400;

/** A row with the score that it is ranked by. */
interface Ranked {
  readonly document: number;
  readonly id: string;
  readonly score: number;
}

/**
 * The search index over one vault's opened rows (DESIGN, "Retrieval"). It holds words and ids, not texts. The same rows give the same
 * hits, scores and reasons to the byte, in whatever order they were put, replaced, removed, encoded and loaded.
 */
export class MemoryIndex {
  readonly engine: string = ENGINE;
  readonly #corpus: Corpus;

  /** `sealAt`: how many postings of new rows are kept apart before they are merged with the others; it changes no result. */
  constructor({ sealAt = FRESH_POSTINGS }: { readonly sealAt?: number } = {}) {
    this.#corpus = new Corpus(ENGINE, sealAt);
  }

  /** How many rows are indexed. */
  get size(): number {
    return this.#corpus.rows;
  }

  /** About how much memory it takes, in bytes. */
  get bytes(): number {
    return this.#corpus.bytes;
  }

  /** Takes a row version in. @throws {RangeError} for what is no row id. */
  put(row: IndexedRow): void {
    const passages = passagesOfRow(row);
    this.#corpus.put(
      {
        id: row.id,
        version: row.version,
        from: row.from,
        collection: row.collection,
        category: row.category,
        thread: row.thread,
        speaker: row.speaker,
        time: row.observedAt ?? row.recordedAt,
        features: { words: 0, flags: row.role === 'assistant' ? 1 : 0, spans: [] },
        passages: passages.length,
      },
      passages,
    );
  }

  /** Takes a row out, with all its versions: no search finds it. Nothing happens when it is not there. Its words go at the next `purge`. */
  remove(id: string): void {
    this.#corpus.remove(id);
  }

  /** Leaves nothing behind of what was removed: takes as long as encoding everything. */
  purge(): void {
    this.#corpus.purge();
  }

  /** What is indexed of one collection, for `load` by the same engine. It holds words and ids in the clear. */
  encode(collection: string): Uint8Array {
    return this.#corpus.encode(collection);
  }

  /**
   * Adds what `encode` gave, none of whose rows may be here; the bytes are used where they lie and must not change. False, and nothing
   * added, where they are another engine's or no such thing; that they are whole and authentic is for the caller to know.
   */
  load(bytes: Uint8Array): boolean {
    return this.#corpus.load(bytes);
  }

  /** The rows within the scope that the query leads to, best first. A very long query is read in part. */
  search(query: string, options: SearchOptions): readonly Hit[] {
    const extent = this.#corpus.extents.of(options.scope, options.at ?? null);
    const terms = findTerms(this.#corpus, extent, termsOf(query));
    if (terms.length === 0 || options.limit < 1) return [];
    const pass = firstPass(this.#corpus, extent, terms);
    try {
      return this.#hits(pass, terms, options);
    } finally {
      pass.done();
    }
  }

  #hits(pass: FirstPass, terms: readonly FoundTerm[], { limit, admits }: SearchOptions): readonly Hit[] {
    const known = new Map<string, boolean>();
    const isAdmitted = (id: string): boolean => {
      const said = known.get(id) ?? admits(id);
      known.set(id, said);
      return said;
    };
    for (let count = Math.max(CANDIDATES, limit); ; count *= 4) {
      const ranked = this.#ranked(best(pass.documents, count, { scoreOf: pass.scoreOf, compare: this.#compare }), pass);
      const hits: Ranked[] = [];
      for (const one of ranked) if (isAdmitted(one.id) && hits.push(one) === limit) break;
      if (hits.length < limit && count < pass.documents.length) continue;
      return hits.map(({ document, id, score }, at) => ({ id, rank: at + 1, score, why: explain(this.#corpus, document, terms) }));
    }
  }

  #ranked(candidates: Uint32Array, pass: FirstPass): Ranked[] {
    const { documents } = this.#corpus;
    const ranked = Array.from(candidates, (document): Ranked => {
      const score = rounded(pass.scoreOf(document) * roleFactor(documents.flags[document] === 1 ? 'assistant' : null));
      return { document, id: documents.ids.idOf(document), score };
    });
    return ranked.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
  }

  readonly #compare = (a: number, b: number): number => this.#corpus.documents.ids.compare(a, b);
}

function termsOf(query: string): { term: string; word: string; weight: number }[] {
  const seen = new Set<string>();
  return queryTokens(query).flatMap(({ term, word }) => {
    if (seen.has(term)) return [];
    seen.add(term);
    return [{ term, word, weight: 1 }];
  });
}
