const QUOTE = 0x22;
const CR = 0x0d;
const LF = 0x0a;

type State =
  /** At the beginning of a field. */
  | 'start'
  /** In a field without quotes. */
  | 'plain'
  /** Between quotes. */
  | 'quoted'
  /** After a quote between quotes: it closes them, or another one follows. */
  | 'closed'
  /** After a carriage return that follows closing quotes. */
  | 'return';

/** Finds where the rows of a CSV file (RFC 4180) end, in bytes: all that it looks for is ASCII, which UTF-8 leaves alone. */
export class CsvScanner {
  readonly #delimiter: number;
  #state: State = 'start';
  /** Line ends between quotes in the row so far. */
  newlines = 0;

  constructor(delimiter: string) {
    this.#delimiter = delimiter.charCodeAt(0);
  }

  /** Whether a quote is open. */
  get open(): boolean {
    return this.#state === 'quoted';
  }

  /** The index in `chunk`, from `from` on, of the LF that ends the row; −1 when it goes on after the chunk, null when its quotes are not in order. */
  endOfRow(chunk: Uint8Array, from: number): number | null {
    for (let i = from; i < chunk.length; i++) {
      const byte = chunk[i];
      switch (this.#state) {
        case 'quoted':
          if (byte === QUOTE) this.#state = 'closed';
          else if (byte === LF) this.newlines += 1;
          break;
        case 'closed':
          if (byte === LF) return i;
          if (byte === QUOTE) this.#state = 'quoted';
          else if (byte === this.#delimiter) this.#state = 'start';
          else if (byte === CR) this.#state = 'return';
          else return null;
          break;
        case 'return':
          return byte === LF ? i : null;
        case 'start':
        case 'plain':
          if (byte === LF) return i;
          if (byte === QUOTE) {
            if (this.#state === 'plain') return null;
            this.#state = 'quoted';
          } else this.#state = byte === this.#delimiter ? 'start' : 'plain';
          break;
      }
    }
    return -1;
  }

  nextRow(): void {
    this.#state = 'start';
    this.newlines = 0;
  }
}
