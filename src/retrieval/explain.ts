import type { Corpus } from './corpus.ts';
import { NONE } from './documents.ts';
import type { Signal, Why, WordShare } from './face.ts';
import type { FoundTerm } from './first-pass.ts';
import { contribution, rounded } from './score.ts';
import type { Parts } from './second-pass.ts';
import type { Postings } from './segment.ts';

/** What a word adds to a document's best passage. */
interface WordPart {
  /** Null for a date. */
  readonly word: string | null;
  readonly part: number;
}

/** What the words of the query add to a document's best passage, the first of its best where there are several. */
function wordParts(corpus: Corpus, document: number, terms: readonly FoundTerm[]): WordPart[] {
  const { firstPassage } = corpus.documents;
  let most = 0;
  let parts: WordPart[] = [];
  for (let passage = firstPassage[document] ?? 0; passage < (firstPassage[document + 1] ?? 0); passage++) {
    let score = 0;
    const found: WordPart[] = [];
    for (const { word, lists, value } of terms) {
      let part = 0;
      for (const { segment, postings } of lists) part += contribution(value, weightOf(passage - segment.firstPassage, postings));
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

/** What brought a document, largest share first; shares add up to 1, but for rounding. */
export function explain(corpus: Corpus, document: number, terms: readonly FoundTerm[], parts: Parts): Why {
  const sum = parts.own + parts.neighbours + parts.thread + parts.vector + parts.speaker + parts.date + parts.cues;
  const share = (part: number): number => rounded(part / sum, 4);
  const words = new Map<string, number>();
  const own = wordParts(corpus, document, terms);
  const passage = own.reduce((all, { part }) => all + part, 0);
  let date = parts.date;
  for (const { word, part } of own) {
    const scaled = (part * parts.own) / passage;
    if (word === null) date += scaled;
    else words.set(word, (words.get(word) ?? 0) + scaled);
  }
  const { documents } = corpus;
  const speaker = documents.speaker[document] ?? NONE;
  const others: readonly Signal[] = [
    { by: 'neighbours', share: share(parts.neighbours), detail: parts.neighbour < 0 ? null : documents.ids.idOf(parts.neighbour) },
    { by: 'thread', share: share(parts.thread), detail: null },
    { by: 'vector', share: share(parts.vector), detail: null },
    { by: 'speaker', share: share(parts.speaker), detail: speaker === NONE ? null : documents.speakers.textOf(speaker) },
    { by: 'date', share: share(date), detail: null },
    { by: 'cues', share: share(parts.cues), detail: null },
  ];
  return {
    words: Array.from(words, ([word, part]): WordShare => ({ word, share: share(part) })).sort((a, b) => b.share - a.share),
    others: others.filter((one) => one.share > 0).sort((a, b) => b.share - a.share),
  };
}
