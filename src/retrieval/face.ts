/** A version of an opened row as the index takes it in; instants are integer milliseconds. */
export interface IndexedRow {
  /** `mem_…` and 32 hexadecimal digits. */
  readonly id: string;
  /** A later version ends the one before it; the same one or an earlier takes the place of all that was there under this id. */
  readonly version: number;
  /** The ledger position since which the row says so. */
  readonly from: number;
  /** The ledger position of the row's first version: what orders rows that were said at once. */
  readonly since: number;
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
  /** The instant that "last week" is counted from, in milliseconds. */
  readonly now: number;
  /** The ledger position whose rows are searched: what each said then. Without it, what each says now. */
  readonly at?: number;
  /** The query's vector, as `quantise` makes it of the same model's as the rows'. Without one, or with one of another length, words alone decide. */
  readonly vector?: Int8Array | null;
  /** Rows whose vectors are left out of it, as if they had none. */
  readonly unmet?: ReadonlySet<string>;
  /**
   * The caller's filter by standing and tier. A row that it refuses is not ranked, though its words still count towards how rare a
   * word is within the scope. Asked in the order of ranks, once for each row, until there are hits enough; it must not change the index.
   */
  readonly admits: (id: string) => boolean;
}

/** One of the query's words that a row holds, itself or another for it, in its folded form, with its share of the row's score: 0 to 1, four decimals. */
export interface WordShare {
  readonly word: string;
  readonly share: number;
}

/** What else brought a row. */
export interface Signal {
  /** The turns around it; its conversation; its vector, near the query's; who said it; when; that it holds the kind of thing that is asked for. */
  readonly by: 'neighbours' | 'thread' | 'vector' | 'speaker' | 'date' | 'cues';
  readonly share: number;
  /** The row that gave most, or the speaker; null where there is no more to say. */
  readonly detail: string | null;
}

/** Why a row was found. All shares together add up to 1, but for rounding. */
export interface Why {
  /** Largest share first. */
  readonly words: readonly WordShare[];
  /** Largest share first. */
  readonly others: readonly Signal[];
}

export interface Hit {
  readonly id: string;
  /** From 1, by relevance alone: the higher score, then the lower id. */
  readonly rank: number;
  /** Not negative, six decimals. Comparable within one search only. */
  readonly score: number;
  readonly why: Why;
}
