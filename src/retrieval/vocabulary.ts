import { numberIn, Numbers, packed, Postings, weightIn } from './postings.ts';

interface Term {
  readonly term: string;
  readonly postings: Postings;
}

/** Which passages hold which terms. A term that no passage holds any more is forgotten, so an erased row leaves no word behind. */
export class Vocabulary {
  readonly #numbers = new Map<string, number>();
  readonly #terms: (Term | undefined)[] = [];
  readonly #allocator = new Numbers();

  /** How many terms are known. */
  get size(): number {
    return this.#numbers.size;
  }

  /** The number of a term, if any passage holds it. Numbers are reused; one is good until the next `add` or `remove`. */
  numberOf(term: string): number | undefined {
    return this.#numbers.get(term);
  }

  postings(number: number): Postings | undefined {
    return this.#terms[number]?.postings;
  }

  /** Enters a passage's terms and their weights in quarters; what comes back (term numbers packed with weights) takes them out again. */
  add(passage: number, weights: ReadonlyMap<string, number>): Uint32Array {
    const entries = new Uint32Array(weights.size);
    let at = 0;
    for (const [term, weight] of weights) {
      const number = this.#enter(term);
      const entry = packed(number, weight);
      entries[at++] = entry;
      this.#terms[number]?.postings.add(passage, weightIn(entry));
    }
    return entries;
  }

  remove(passage: number, entries: Uint32Array): void {
    for (const entry of entries) {
      const number = numberIn(entry);
      const held = this.#terms[number];
      if (held === undefined) continue;
      held.postings.remove(passage, weightIn(entry));
      if (held.postings.length > 0) continue;
      this.#numbers.delete(held.term);
      this.#terms[number] = undefined;
      this.#allocator.giveBack(number);
    }
  }

  #enter(term: string): number {
    const known = this.#numbers.get(term);
    if (known !== undefined) return known;
    const number = this.#allocator.take();
    this.#numbers.set(term, number);
    this.#terms[number] = { term, postings: new Postings() };
    return number;
  }
}
