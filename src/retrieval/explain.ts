import type { Corpus } from './corpus.ts';
import type { Why } from './face.ts';
import type { FoundTerm } from './first-pass.ts';
import { contribution, rounded } from './score.ts';
import type { Postings } from './segment.ts';

/** What a word adds to a document's best passage. */
export interface WordPart {
  readonly word: string;
  readonly part: number;
}

/** What the words of the query add to a document's best passage, the first of its best where there are several. */
export function wordParts(corpus: Corpus, document: number, terms: readonly FoundTerm[]): WordPart[] {
  const { firstPassage } = corpus.documents;
  let most = 0;
  let parts: WordPart[] = [];
  for (let passage = firstPassage[document] ?? 0; passage < (firstPassage[document + 1] ?? 0); passage++) {
    let score = 0;
    const found: WordPart[] = [];
    for (const { word, lists, rarity, weight } of terms) {
      let part = 0;
      for (const { segment, postings } of lists) part += weight * contribution(rarity, weightOf(passage - segment.firstPassage, postings));
      if (part === 0) continue;
      found.push({ word, part });
      score += part;
    }
    if (score <= most) continue;
    most = score;
    parts = found;
  }
  return parts;
}

/** How heavily a passage holds a word, in quarters; 0 where it does not. */
function weightOf(passage: number, { entries, from, to }: Postings): number {
  let low = from;
  let high = to - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const entry = entries[middle] ?? 0;
    if (entry >>> 8 === passage) return entry & 255;
    if (entry >>> 8 < passage) low = middle + 1;
    else high = middle - 1;
  }
  return 0;
}

/** The shares of words in a document's score. */
export function explain(corpus: Corpus, document: number, terms: readonly FoundTerm[]): Why {
  const parts = wordParts(corpus, document, terms);
  const sum = parts.reduce((all, { part }) => all + part, 0);
  const words = parts.map(({ word, part }) => ({ word, share: rounded(part / sum, 4) }));
  return { words: words.sort((a, b) => b.share - a.share) };
}
