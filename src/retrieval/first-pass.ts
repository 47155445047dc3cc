import { beginningOf, mayStandFor } from './beginnings.ts';
import type { Corpus } from './corpus.ts';
import type { Extent } from './extent.ts';
import type { AskedTerm } from './question.ts';
import { contribution, rarityOf } from './score.ts';
import type { Postings, Segment } from './segment.ts';
import { WEIGHT } from './weighing.ts';

/** A term that the extent holds. */
export interface FoundTerm extends AskedTerm {
  /** What one occurrence of it counts, as if it were the only one: its weight times its rarity. */
  readonly value: number;
  readonly lists: readonly { readonly segment: Segment; readonly postings: Postings }[];
}

/** So many words of a query can be looked for beside a row: those that count most. */
const CONCEPTS = 32;
/** For so many words of a query, at most, that nothing holds, others are looked for that begin like them. */
const UNHELD = 8;

/** Scores in the making, all zero between searches; shared by all indexes, since a search does not stop half way. */
let passageScores = new Float64Array(1024);
let documentScores = new Float64Array(1024);
let conceptBits = new Uint32Array(1024);
let passageBits = new Uint32Array(1024);
let touched = new Uint32Array(1024);

/** What the first pass found. Its columns are read until `done`, which must be called. */
export interface FirstPass {
  /** The documents that hold a term, each once, in no particular order. */
  readonly documents: Uint32Array;
  /** By document: the score of its best passage; 0 for none. */
  readonly scores: Float64Array;
  /** By document: which of `concepts` it holds, a bit each. */
  readonly bits: Uint32Array;
  /** What the query's words count, those that count most first; each is a bit, from the lowest. */
  readonly concepts: readonly { readonly value: number }[];
  readonly done: () => void;
}

/**
 * Those of the terms that the extent holds, in the order asked, then, for words of the query that it does not hold, those that begin like them.
 * What is akin to a word of the query counts as if it were no rarer than that.
 */
export function findTerms(corpus: Corpus, extent: Extent, asked: readonly AskedTerm[]): FoundTerm[] {
  const { segments } = corpus;
  const rarities = new Map<number, number>();
  const find = (term: AskedTerm): FoundTerm | null => {
    const lists = segments.flatMap((segment) => {
      const postings = segment.find(term.term);
      return postings === null ? [] : [{ segment, postings }];
    });
    const holding = lists.reduce((sum, { segment, postings }) => sum + count(segment, postings, extent.mask), 0);
    if (holding === 0) return null;
    const own = rarityOf(holding, extent.passages);
    if (!term.akin) rarities.set(term.concept, own);
    return { ...term, lists, value: term.weight * Math.min(own, rarities.get(term.concept) ?? own) };
  };
  const found = asked.map(find).filter((term) => term !== null);
  const known = new Set(asked.map(({ term }) => term));
  const unheld = asked.filter(({ akin, concept }) => !akin && !rarities.has(concept)).slice(0, UNHELD);
  for (const term of unheld) {
    for (const word of beginningLike(term.term, segments)) {
      if (known.has(word)) continue;
      known.add(word);
      const like = find({ ...term, term: word, weight: term.weight * WEIGHT.beginning, akin: true });
      if (like !== null) found.push(like);
    }
  }
  return found;
}

/** The words that may stand for one that nothing has, sorted. */
function beginningLike(term: string, segments: readonly Segment[]): readonly string[] {
  const beginning = beginningOf(term);
  if (beginning === null) return [];
  const words = new Set(segments.flatMap((segment) => [...segment.startingWith(beginning)]));
  return [...words].filter((word) => mayStandFor(term, word)).sort((a, b) => (a < b ? -1 : 1));
}

/** What the words asked for would count together of which the extent holds neither themselves nor any akin to them: each as if one passage held it. */
export function lackingValue(asked: readonly AskedTerm[], found: readonly FoundTerm[], extent: Extent): number {
  const known = new Set(found.map(({ concept }) => concept));
  const rarity = rarityOf(1, Math.max(1, extent.passages));
  return asked.reduce((sum, { akin, concept, weight }) => (akin || known.has(concept) ? sum : sum + weight * rarity), 0);
}

function count({ firstPassage }: Segment, { entries, from, to }: Postings, mask: Uint8Array | null): number {
  if (mask === null) return to - from;
  let holding = 0;
  for (let i = from; i < to; i++) holding += mask[firstPassage + ((entries[i] as number) >>> 8)] as number;
  return holding;
}

/** Scores every document within the extent that holds one of the terms. Sums run in the order asked, whatever segments there are. */
export function firstPass(corpus: Corpus, extent: Extent, terms: readonly FoundTerm[]): FirstPass {
  const { documents } = corpus;
  makeRoom(documents.passages);
  const { concepts, bitOf } = conceptsOf(terms);
  const scores = passageScores;
  const best = documentScores;
  const bits = conceptBits;
  const held = passageBits;
  const seen = touched;
  const { documentOf } = documents;
  const { mask } = extent;
  const adds = new Float64Array(256);
  let count = 0;
  for (const { lists, value, concept } of terms) {
    for (let quarters = 1; quarters < 256; quarters++) adds[quarters] = contribution(value, quarters);
    const bit = bitOf.get(concept) ?? 0;
    for (const { segment, postings } of lists) {
      const { firstPassage } = segment;
      const { entries, to } = postings;
      for (let i = postings.from; i < to; i++) {
        const entry = entries[i] as number;
        const passage = firstPassage + (entry >>> 8);
        if (mask !== null && mask[passage] !== 1) continue;
        const before = scores[passage] as number;
        if (before === 0) seen[count++] = passage;
        scores[passage] = before + (adds[entry & 255] as number);
        held[passage] = (held[passage] as number) | bit;
      }
    }
  }
  const found = new Uint32Array(count);
  let length = 0;
  for (let i = 0; i < count; i++) {
    const passage = seen[i] as number;
    const document = documentOf[passage] as number;
    const score = scores[passage] as number;
    const before = best[document] as number;
    if (before === 0) found[length++] = document;
    if (score > before) best[document] = score;
    bits[document] = (bits[document] as number) | (held[passage] as number);
    scores[passage] = 0;
    held[passage] = 0;
  }
  const numbers = found.subarray(0, length);
  const done = (): void => {
    for (const document of numbers) {
      best[document] = 0;
      bits[document] = 0;
    }
  };
  return { documents: numbers, scores: best, bits, concepts, done };
}

/** The words that count most, each with the most that it or what is akin to it counts; ties in the order of the query. */
function conceptsOf(terms: readonly FoundTerm[]): { concepts: FirstPass['concepts']; bitOf: ReadonlyMap<number, number> } {
  const values = new Map<number, number>();
  for (const { concept, value } of terms) values.set(concept, Math.max(values.get(concept) ?? 0, value));
  const chosen = [...values].sort(([a, left], [b, right]) => right - left || a - b).slice(0, CONCEPTS);
  return { concepts: chosen.map(([, value]) => ({ value })), bitOf: new Map(chosen.map(([concept], i) => [concept, (1 << i) >>> 0])) };
}

function makeRoom(passages: number): void {
  if (passageScores.length >= passages) return;
  passageScores = new Float64Array(2 * passages);
  documentScores = new Float64Array(2 * passages);
  conceptBits = new Uint32Array(2 * passages);
  passageBits = new Uint32Array(2 * passages);
  touched = new Uint32Array(2 * passages);
}
