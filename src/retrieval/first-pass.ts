import type { Corpus } from './corpus.ts';
import type { Extent } from './extent.ts';
import { contribution, rarityOf } from './score.ts';
import type { Postings, Segment } from './segment.ts';

/** A word that is asked for, and how much it counts beside the others. */
export interface AskedTerm {
  readonly term: string;
  /** As it stood in the query. */
  readonly word: string;
  readonly weight: number;
}

/** A word of the query that the extent holds. */
export interface FoundTerm extends AskedTerm {
  readonly rarity: number;
  readonly lists: readonly { readonly segment: Segment; readonly postings: Postings }[];
}

/** Scores in the making, all zero between searches; shared by all indexes, since a search does not stop half way. */
let passageScores = new Float64Array(1024);
let documentScores = new Float64Array(1024);
let touched = new Uint32Array(1024);

/** What the first pass found. Scores are read until `done`, which must be called. */
export interface FirstPass {
  /** The documents that hold a word, each once, in no particular order. */
  readonly documents: Uint32Array;
  /** A document's score: its best passage's; 0 for none. */
  readonly scoreOf: (document: number) => number;
  readonly done: () => void;
}

/** Those of the words that the extent holds, in the order asked, with their rarity in it. */
export function findTerms(corpus: Corpus, extent: Extent, asked: readonly AskedTerm[]): FoundTerm[] {
  const segments = corpus.segments;
  return asked.flatMap((term) => {
    const lists = segments.flatMap((segment) => {
      const postings = segment.find(term.term);
      return postings === null ? [] : [{ segment, postings }];
    });
    const holding = lists.reduce((sum, { segment, postings }) => sum + count(segment, postings, extent.mask), 0);
    return holding === 0 ? [] : [{ ...term, lists, rarity: rarityOf(holding, extent.passages) }];
  });
}

function count({ firstPassage }: Segment, { entries, from, to }: Postings, mask: Uint8Array | null): number {
  if (mask === null) return to - from;
  let holding = 0;
  for (let i = from; i < to; i++) holding += mask[firstPassage + ((entries[i] ?? 0) >>> 8)] ?? 0;
  return holding;
}

/** Scores every document within the extent that holds one of the words. Sums run in the order asked, whatever segments there are. */
export function firstPass(corpus: Corpus, extent: Extent, terms: readonly FoundTerm[]): FirstPass {
  const { documents } = corpus;
  if (passageScores.length < documents.passages) {
    passageScores = new Float64Array(2 * documents.passages);
    documentScores = new Float64Array(2 * documents.passages);
    touched = new Uint32Array(2 * documents.passages);
  }
  const scores = passageScores;
  const best = documentScores;
  const seen = touched;
  const { mask } = extent;
  const adds = new Float64Array(256);
  let count = 0;
  for (const { lists, rarity, weight } of terms) {
    for (let quarters = 1; quarters < 256; quarters++) adds[quarters] = weight * contribution(rarity, quarters);
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
      }
    }
  }
  const found = new Uint32Array(count);
  let length = 0;
  const { documentOf } = documents;
  for (let i = 0; i < count; i++) {
    const passage = seen[i] as number;
    const document = documentOf[passage] as number;
    const score = scores[passage] as number;
    const before = best[document] as number;
    if (before === 0) found[length++] = document;
    if (score > before) best[document] = score;
    scores[passage] = 0;
  }
  const numbers = found.subarray(0, length);
  return {
    documents: numbers,
    scoreOf: (document) => best[document] ?? 0,
    done: () => {
      for (const document of numbers) best[document] = 0;
    },
  };
}
