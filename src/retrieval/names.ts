/** Strings with a number each, from 0 in the order in which they came: threads, speakers, collections with categories. */
export class Names {
  readonly #texts: string[] = [];
  readonly #numbers = new Map<string, number>();
  #units = 0;

  get size(): number {
    return this.#texts.length;
  }

  /** About how much memory it takes, in bytes. */
  get bytes(): number {
    return 96 * this.#texts.length + 2 * this.#units;
  }

  /** The number of a string, new or known. */
  numberOf(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.#texts.push(text) - 1;
    this.#numbers.set(text, number);
    this.#units += text.length;
    return number;
  }

  textOf(number: number): string {
    return this.#texts[number] ?? '';
  }

  /** All of them, in the order of their numbers. */
  get all(): readonly string[] {
    return this.#texts;
  }
}
