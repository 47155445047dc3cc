import { Corpus } from './corpus.ts';
import { explain } from './explain.ts';
import type { Extent } from './extent.ts';
import type { Hit, IndexedRow, SearchOptions } from './face.ts';
import { traitsOf } from './traits.ts';
import { findTerms, firstPass, type FoundTerm, lackingValue } from './first-pass.ts';
import { nearest } from './nearest.ts';
import { passagesOfRow } from './passages.ts';
import { pick, pickInOrder } from './pick.ts';
import { type Question, readQuestion } from './question.ts';
import { rounded } from './score.ts';
import { type Asked, noParts, scoreInFull } from './second-pass.ts';
import { ThreadsWithin } from './threads.ts';
import { Vectors } from './vectors.ts';

export type * from './face.ts';

/** Name and version of the ranking, for retrievals and receipts. It changes whenever any result could. */
const ENGINE = 'lexical/2';

/** New rows are merged with the others when there are so many postings of them. */
const FRESH_POSTINGS = 16_384;

/** So many rows are ranked in full at first, and more only where too few of them are admitted. */
const CANDIDATES = 400;
/** The turns within so many of the likeliest are ranked with them, whether they hold a word or not. */
const LIKELIEST = 100;
/** A query's vector brings one candidate for so many that words bring. */
const WORDS_TO_VECTORS = 4;
const REACH = 3;

/**
 * The search index over one vault's opened rows (DESIGN, "Retrieval"). It holds words and ids, not texts. The same rows give the same
 * hits, scores and reasons to the byte, in whatever order they were put, replaced, removed, encoded and loaded.
 */
export class MemoryIndex {
  readonly engine: string = ENGINE;
  /** Vectors of the rows' versions, where somebody puts any. They come and go with the rows, and are no part of what is encoded. */
  readonly vectors = new Vectors();
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
    return this.#corpus.bytes + this.vectors.bytes;
  }

  /** Takes a row version in. @throws {RangeError} for what is no row id. */
  put(row: IndexedRow): void {
    const passages = passagesOfRow(row);
    this.#corpus.put(
      {
        id: row.id,
        version: row.version,
        from: row.from,
        since: row.since,
        collection: row.collection,
        category: row.category,
        thread: row.thread,
        speaker: row.speaker,
        time: row.observedAt ?? row.recordedAt,
        traits: traitsOf(row),
        passages: passages.length,
      },
      passages,
    );
  }

  /** Takes a row out, with all its versions: no search finds it. Nothing happens when it is not there. Its words go at the next `purge`. */
  remove(id: string): void {
    this.#corpus.remove(id);
    this.vectors.remove(id);
  }

  /**
   * Leaves nothing behind of what was removed: takes as long as encoding everything. True where there was any; what was loaded is then of no use
   * any more, and may be overwritten.
   */
  purge(): boolean {
    return this.#corpus.purge();
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
    const corpus = this.#corpus;
    const extent = corpus.extents.of(options.scope, options.at ?? null);
    const { called } = corpus.documents;
    const question = readQuestion(query, options.now, { has: (term) => called.by(term).some((speaker) => extent.speaks(speaker)) });
    const terms = findTerms(corpus, extent, question.terms);
    const vector = options.vector ?? null;
    const near = vector === null ? null : nearest(this.vectors, corpus.documents, extent, vector, options.unmet);
    if ((terms.length === 0 && near === null) || options.limit < 1) return [];
    const pass = firstPass(corpus, extent, terms);
    try {
      const { documents } = corpus;
      const threads = new ThreadsWithin(corpus.threads, documents, extent, pass.scores);
      const known = terms.reduce((sum, { akin, value }) => (akin ? sum : sum + value), 0);
      // Words that no row holds count for meaning alone, unless they are all that there is.
      const meant = near === null ? 0 : known + lackingValue(question.terms, terms, extent) || 1;
      const whole = terms.length === 0 ? meant : known;
      return this.#hits(
        {
          documents,
          threads,
          pass,
          near,
          meant,
          question,
          whole,
          speakers: askedSpeakers(corpus, extent, question),
          totals: roomFor(documents.count),
        },
        terms,
        options,
      );
    } finally {
      pass.done();
    }
  }

  /** The row versions of now that have no vector, in the order in which they came. The index must not change before they are all read. */
  withoutVector(): Iterable<{ readonly id: string; readonly version: number }> {
    return this.vectors.lacking(this.#corpus.documents);
  }

  /** What tells the vectors that a search would go by from any others, in 16 hexadecimal digits; zeros for none. */
  vectorsDigest({ scope, at, unmet }: Pick<SearchOptions, 'scope' | 'at' | 'unmet'>): string {
    const { documents, extents } = this.#corpus;
    return this.vectors.digest(documents, extents.of(scope, at ?? null), unmet);
  }

  #hits(asked: Asked, terms: readonly FoundTerm[], options: SearchOptions): readonly Hit[] {
    const { ids } = this.#corpus.documents;
    const { limit } = options;
    const found = Math.max(asked.pass.documents.length, WORDS_TO_VECTORS * (asked.near?.documents.length ?? 0));
    const admitted = new Map<number, boolean>();
    const isAdmitted = (document: number): boolean => {
      const said = admitted.get(document) ?? options.admits(ids.idOf(document));
      admitted.set(document, said);
      return said;
    };
    for (let count = Math.max(CANDIDATES, limit); ; count *= 4) {
      const ranked = this.#ranked(asked, count);
      const hits: number[] = [];
      for (const document of inOrder(ranked, 2 * limit, (a, b) => ids.compare(a, b))) {
        if (isAdmitted(document) && hits.push(document) === limit) break;
      }
      if (hits.length < limit && count < found) continue;
      return hits.map((document, at): Hit => {
        const parts = noParts();
        scoreInFull(asked, document, parts);
        return {
          id: ids.idOf(document),
          rank: at + 1,
          score: ranked.scores[document] ?? 0,
          why: explain(this.#corpus, document, terms, parts),
        };
      });
    }
  }

  /** The most likely documents, and those next to the likeliest, each with its score in full. */
  #ranked(asked: Asked, count: number): Ranked {
    const { ids } = this.#corpus.documents;
    const choice = { scores: asked.pass.scores, compare: (a: number, b: number) => ids.compare(a, b) };
    const likely = pick(asked.pass.documents, count, choice);
    const candidates = new Candidates(this.#corpus.documents.count);
    for (const number of likely) candidates.add(number);
    if (asked.near !== null) {
      const { documents, shares: scores } = asked.near;
      for (const number of pick(documents, Math.ceil(count / WORDS_TO_VECTORS), { ...choice, scores })) candidates.add(number);
    }
    for (const number of pick(likely, LIKELIEST, choice)) {
      const around = asked.threads.around(number);
      if (around === null) continue;
      const { order } = around.thread;
      const last = Math.min(around.at + REACH, order.length - 1);
      for (let at = Math.max(0, around.at - REACH); at <= last; at++) candidates.add(order[at] ?? number);
    }
    const scores = asked.totals;
    const parts = noParts();
    const all = candidates.all;
    const numbers = new Uint32Array(all.length);
    let length = 0;
    for (const document of all) {
      const score = rounded(scoreInFull(asked, document, parts));
      scores[document] = score;
      if (score > 0) numbers[length++] = document;
    }
    return { numbers: numbers.subarray(0, length), scores };
  }
}

/** In which search each document was last a candidate. Shared by all indexes. */
let lastIn = new Uint32Array(0);
let searches = 0;

/** Documents, each once. */
class Candidates {
  readonly all: number[] = [];
  readonly #search: number;

  constructor(documents: number) {
    if (lastIn.length < documents || searches === 0xffff_ffff) {
      lastIn = new Uint32Array(2 * documents);
      searches = 0;
    }
    this.#search = ++searches;
  }

  add(document: number): void {
    if (lastIn[document] === this.#search) return;
    lastIn[document] = this.#search;
    this.all.push(document);
  }
}

/** Documents with their scores in full. */
interface Ranked {
  readonly numbers: Uint32Array;
  /** By document. */
  readonly scores: Float64Array;
}

/** Them, best first: sorted only as far as somebody asks. */
function* inOrder({ numbers, scores }: Ranked, atFirst: number, compare: (a: number, b: number) => number): Iterable<number> {
  const first = pickInOrder(numbers, atFirst, { scores, compare });
  yield* first;
  if (first.length < numbers.length) yield* pickInOrder(numbers, numbers.length, { scores, compare }).subarray(first.length);
}

/** Scores in full by document; what is read of it has been written in the same search. Shared by all indexes. */
let totals = new Float64Array(0);

function roomFor(documents: number): Float64Array {
  if (totals.length < documents) totals = new Float64Array(2 * documents);
  return totals;
}

/** By speaker: 1 where the query names them, of those who said something within the extent. */
function askedSpeakers({ documents }: Corpus, extent: Extent, question: Question): Uint8Array {
  const asked = new Uint8Array(documents.speakers.size);
  for (const { term, akin } of question.terms) {
    if (akin) continue;
    for (const speaker of documents.called.by(term)) if (extent.speaks(speaker)) asked[speaker] = 1;
  }
  return asked;
}
