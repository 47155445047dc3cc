import type { Section } from '../figure.ts';
import type { Span } from '../pace.ts';
import { measureColdOpen } from './cold-open.ts';
import { measureHttp } from './http.ts';
import { measureManyVaults } from './many-vaults.ts';
import { measureMemory } from './memory.ts';
import { measureQuality } from './quality.ts';
import { measureSpeed } from './speed.ts';

const TEXT = [
  'Quality is measured in process on real conversations, where they are at hand, and on the plain facts in `bench/facts`: how much of what answers a',
  'question is among the first ten rows (R@10), and how far up (nDCG@10); FTS5 has the same rows, stemmed, and is asked for any of the words of the',
  'question but those of grammar. Speed and memory are measured on made-up talk (`bench/retrieval/talk.ts`), a cold open with the first retrieval of a',
  'service that has just started. Over HTTP a retrieval is held against a bare Express route that parses the same body and answers with a JSON of the',
  'same size, and the index alone, one after the other. Many vaults are opened at random, one retrieval each, where few of them fit into memory.',
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
    standings: [
      ...quality.standings,
      ...(await measureSpeed(span)),
      ...(await measureColdOpen(quick)),
      ...measureMemory(quick),
      ...(await measureHttp(span, quick)),
      ...(await measureManyVaults(quick)),
    ],
  };
}
