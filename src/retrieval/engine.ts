import { best } from './best.ts';
import { Corpus } from './corpus.ts';
import { explain } from './explain.ts';
import type { Extent } from './extent.ts';
import type { Hit, IndexedRow, SearchOptions } from './face.ts';
import { traitsOf } from './traits.ts';
import { findTerms, firstPass, type FoundTerm } from './first-pass.ts';
import { passagesOfRow } from './passages.ts';
import { type Question, readQuestion } from './question.ts';
import { rounded } from './score.ts';
import { type Asked, type Parts, scoreInFull, totalOf } from './second-pass.ts';
import { ThreadsWithin } from './threads.ts';
import { rowTokens } from './tokens.ts';

export type * from './face.ts';

/** Name and version of the ranking, for retrievals and receipts. It changes whenever any result could. */
const ENGINE = 'lexical/2';

/** New rows are merged with the others when there are so many postings of them. */
const FRESH_POSTINGS = 16_384;

/** So many rows are ranked in full at first, and more only where too few of them are admitted. */
const CANDIDATES = 400;
/** The turns within so many of the likeliest are ranked with them, whether they hold a word or not. */
const LIKELIEST = 100;
const REACH = 3;

/** A row with the score that it is ranked by. */
interface Ranked {
  readonly document: number;
  readonly score: number;
  readonly parts: Parts;
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
    const corpus = this.#corpus;
    const extent = corpus.extents.of(options.scope, options.at ?? null);
    const speakers = speakersOf(corpus, extent);
    const question = readQuestion(query, options.now, speakers.terms);
    const terms = findTerms(corpus, extent, question.terms);
    if (terms.length === 0 || options.limit < 1) return [];
    const pass = firstPass(corpus, extent, terms);
    try {
      const { documents } = corpus;
      const threads = new ThreadsWithin(corpus.threads, documents, extent, pass.scores);
      const whole = terms.reduce((sum, { akin, value }) => (akin ? sum : sum + value), 0);
      return this.#hits({ documents, threads, pass, question, whole, speakers: askedSpeakers(speakers, question) }, terms, options);
    } finally {
      pass.done();
    }
  }

  #hits(asked: Asked, terms: readonly FoundTerm[], options: SearchOptions): readonly Hit[] {
    const { limit } = options;
    const { documents: found } = asked.pass;
    const known = new Map<number, boolean>();
    const isAdmitted = ({ document }: Ranked): boolean => {
      const said = known.get(document) ?? options.admits(this.#corpus.documents.ids.idOf(document));
      known.set(document, said);
      return said;
    };
    for (let count = Math.max(CANDIDATES, limit); ; count *= 4) {
      const hits: Ranked[] = [];
      for (const one of this.#ranked(asked, count)) if (isAdmitted(one) && hits.push(one) === limit) break;
      if (hits.length < limit && count < found.length) continue;
      return hits.map(({ document, score, parts }, at) => ({
        id: this.#corpus.documents.ids.idOf(document),
        rank: at + 1,
        score,
        why: explain(this.#corpus, document, terms, parts),
      }));
    }
  }

  /** The most likely documents, and those next to the likeliest, in full, best first. */
  #ranked(asked: Asked, count: number): Ranked[] {
    const { ids } = this.#corpus.documents;
    const { scores } = asked.pass;
    const likely = best(asked.pass.documents, count, { scoreOf: (number) => scores[number] ?? 0, compare: (a, b) => ids.compare(a, b) });
    const candidates = new Set(likely);
    for (const number of likely.subarray(0, LIKELIEST)) {
      const around = asked.threads.around(number);
      if (around === null) continue;
      for (const near of around.thread.order.slice(Math.max(0, around.at - REACH), around.at + REACH + 1)) candidates.add(near);
    }
    const ranked = Array.from(candidates, (document): Ranked => {
      const parts = scoreInFull(asked, document);
      return { document, score: rounded(totalOf(parts)), parts };
    });
    return ranked.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score || ids.compare(a.document, b.document));
  }
}

interface Speakers {
  /** What they are called by, as terms. */
  readonly terms: ReadonlySet<string>;
  readonly named: readonly { readonly speaker: number; readonly terms: readonly string[] }[];
  readonly count: number;
}

/** Those who said something within the extent. */
function speakersOf({ documents }: Corpus, extent: Extent): Speakers {
  const named = extent.speakers.map((speaker) => ({
    speaker,
    terms: rowTokens(documents.speakers.textOf(speaker)).map(({ term }) => term),
  }));
  return { named, terms: new Set(named.flatMap(({ terms }) => terms)), count: documents.speakers.size };
}

/** By speaker: 1 where the query names them. */
function askedSpeakers({ named, count }: Speakers, question: Question): Uint8Array {
  const own = new Set(question.terms.filter(({ akin }) => !akin).map(({ term }) => term));
  const asked = new Uint8Array(count);
  for (const { speaker, terms } of named) if (terms.some((term) => own.has(term))) asked[speaker] = 1;
  return asked;
}
