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

/**
 * What the words of the query add to a document's best passage, the first of its best where there are several. Of each word's postings, only those
 * of the document are read: rows and queries can be long, both at once.
 */
function wordParts(corpus: Corpus, document: number, terms: readonly FoundTerm[]): WordPart[] {
  const { firstPassage } = corpus.documents;
  const first = firstPassage[document] ?? 0;
  const scores = new Float64Array((firstPassage[document + 1] ?? 0) - first);
  const held = terms.flatMap(({ word, lists, value }) =>
    lists.flatMap(({ segment, postings }) => {
      const { entries } = postings;
      const from = placeOf(first - segment.firstPassage, postings);
      const last = first + scores.length - 1 - segment.firstPassage;
      let to = from;
      for (; to < postings.to && (entries[to] ?? 0) >>> 8 <= last; to++) {
        const passage = segment.firstPassage + ((entries[to] ?? 0) >>> 8) - first;
        scores[passage] = (scores[passage] ?? 0) + contribution(value, (entries[to] ?? 0) & 255);
      }
      return to === from ? [] : [{ word, value, segment, postings: { entries, from, to } }];
    }),
  );
  const best = scores.reduce((most, score, passage) => (score > (scores[most] ?? 0) ? passage : most), 0);
  return held.flatMap(({ word, value, segment, postings }) => {
    const passage = first + best - segment.firstPassage;
    const at = placeOf(passage, postings);
    const entry = at < postings.to ? (postings.entries[at] ?? 0) : 0;
    return at < postings.to && entry >>> 8 === passage ? [{ word, part: contribution(value, entry & 255) }] : [];
  });
}

/** Where the entries of a passage begin, counted from its segment's first, or those after it where it has none. */
function placeOf(passage: number, { entries, from, to }: Postings): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle] ?? 0) >>> 8 < passage) low = middle + 1;
    else high = middle;
  }
  return low;
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
