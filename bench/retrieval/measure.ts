import type { Section } from '../figure.ts';
import type { Span } from '../pace.ts';
import { measureMemory } from './memory.ts';
import { measureQuality } from './quality.ts';
import { measureSpeed } from './speed.ts';

const TEXT = [
  'Quality is measured in process on real conversations, where they are at hand, and on the plain facts in `bench/facts`: how much of what answers a',
  'question is among the first ten rows (R@10), and how far up (nDCG@10); FTS5 has the same rows, stemmed, and is asked for any of the words of the',
  'question but those of grammar. Speed and memory are measured on made-up talk (`bench/retrieval/talk.ts`).',
].join(' ');

/** How well rows are found, how fast, and what it takes: each figure with what it is held against and where it must stand. */
export async function measureRetrieval(span: Span, quick: boolean): Promise<Section> {
  const quality = measureQuality();
  for (const name of quality.missing) console.error(`not measured: ${name}, which is not in ../shared/eval`);
  const missing = quality.missing.length > 0 ? ` Not at hand and so not measured: ${quality.missing.join(', ')}.` : '';
  return {
    title: 'Finding',
    unit: '',
    text: `${TEXT}${missing}`,
    figures: [],
    standings: [...quality.standings, ...(await measureSpeed(span)), ...measureMemory(quick)],
  };
}
