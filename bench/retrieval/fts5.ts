import Database from 'better-sqlite3';

/** A row as FTS5 is given it. Subject and attribute are searched like its text. */
export interface Fts5Row {
  readonly text: string;
  readonly subject?: string | null | undefined;
  readonly attribute?: string | null | undefined;
}

/** What SQLite's own full-text search makes of the same rows: the floor that a retrieval is held against. In memory, stemmed by Porter's rules. */
export class Fts5 {
  readonly #db = new Database(':memory:');
  readonly #find;

  constructor(rows: readonly Fts5Row[]) {
    this.#db.exec("create virtual table rows using fts5(text, subject, attribute, tokenize = 'porter unicode61')");
    const insert = this.#db.prepare('insert into rows(rowid, text, subject, attribute) values (?, ?, ?, ?)');
    this.#db.transaction(() => {
      for (const [at, { text, subject, attribute }] of rows.entries()) insert.run(at, text, subject ?? '', attribute ?? '');
    })();
    this.#find = this.#db.prepare<[string, number], number>('select rowid from rows where rows match ? order by rank limit ?').pluck();
  }

  /** Positions of the rows that hold some of the query's words, best first by BM25; English words of grammar are not asked for. */
  search(query: string, limit: number): number[] {
    const words = (query.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? []).filter((word) => !STOP_WORDS.has(word));
    if (words.length === 0) return [];
    return this.#find.all(words.map((word) => `"${word}"`).join(' OR '), limit);
  }

  close(): void {
    this.#db.close();
  }
}

const STOP_WORDS: ReadonlySet<string> = new Set(
  [
    'a an the this that these those and or but if then than so as of at by for with about into to from in on out off up down over under',
    'before after during between through i me my mine we us our you your yours he him his she her hers it its they them their who whom whose',
    'what which when where why how am is are was were be been being do does did doing done has have had having can could would should will',
    'shall may might must not no s t d ll re ve m there here any some just very too also',
  ].flatMap((line) => line.split(' ')),
);
