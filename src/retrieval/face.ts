/** An opened row as the index takes it in; instants are integer milliseconds. `lexical/1` reads text, subject, attribute, speaker, role. */
export interface IndexedRow {
  /** `mem_…`; a row put under an id that is there already takes its place. */
  readonly id: string;
  readonly collection: string;
  readonly category: string;
  readonly text: string;
  readonly subject: string | null;
  readonly attribute: string | null;
  readonly speaker: string | null;
  readonly role: string | null;
  readonly thread: string | null;
  readonly observedAt: number | null;
  readonly recordedAt: number;
}

/** What the caller may see. A row outside it has no part in any score, rarity or count. */
export interface Scope {
  readonly collections: ReadonlySet<string>;
  /** Null for all of them. */
  readonly categories: ReadonlySet<string> | null;
}

export interface SearchOptions {
  /** The most hits to come back; none below 1. */
  readonly limit: number;
  readonly scope: Scope;
  /**
   * The caller's filter by standing and tier. A row that it refuses is not ranked, though its words still count towards how rare a
   * word is within the scope. Asked about likely hits only, in no particular order; it must not change the index.
   */
  admits(id: string): boolean;
}

/** One of the query's words that a row holds, in its folded form, with its share of the row's score: 0 to 1, four decimals. */
export interface WordShare {
  readonly word: string;
  readonly share: number;
}

/** Why a row was found. */
export interface Why {
  /** Largest share first; they add up to 1, but for rounding. */
  readonly words: readonly WordShare[];
}

export interface Hit {
  readonly id: string;
  /** From 1, by relevance alone: the higher score, then the lower id. */
  readonly rank: number;
  /** Not negative, six decimals. Comparable within one search only. */
  readonly score: number;
  readonly why: Why;
}
