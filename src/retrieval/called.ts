import type { Names } from './names.ts';
import { rowTokens } from './tokens.ts';

const NOBODY: readonly number[] = [];

/** Who is called by which terms: each speaker's name is read once, however many searches there are. */
export class Called {
  readonly #speakers: Names;
  readonly #by = new Map<string, number[]>();
  #read = 0;

  constructor(speakers: Names) {
    this.#speakers = speakers;
  }

  /** About how much memory it takes, in bytes. */
  get bytes(): number {
    return 160 * this.#by.size + 8 * this.#read;
  }

  /** The numbers of those who have a term in their name, ascending. */
  by(term: string): readonly number[] {
    for (; this.#read < this.#speakers.size; this.#read++) {
      for (const name of new Set(rowTokens(this.#speakers.textOf(this.#read)).map((token) => token.term))) {
        const known = this.#by.get(name);
        if (known === undefined) this.#by.set(name, [this.#read]);
        else known.push(this.#read);
      }
    }
    return this.#by.get(term) ?? NOBODY;
  }
}
