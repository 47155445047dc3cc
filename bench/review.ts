import type { Section } from './figure.ts';
import type { Span } from './pace.ts';
import { measureGate } from './review/gate.ts';
import { measureModels } from './review/models.ts';
import { measureQueue } from './review/queue.ts';

/** Gates and the review queue: how many gates are judged a second, and what a page of a long queue costs. */
export async function measureReview(span: Span, quick: boolean): Promise<Section> {
  const cases = quick ? 10_000 : 100_000;
  const gates = await measureGate(span);
  return {
    title: 'Review',
    unit: 'gates',
    text:
      `${gates.text} The queue has ${cases.toLocaleString('en')} cases of two desks on the disk, with dossiers of 4 KiB, and pages of 50, through the ` +
      'use case: the reviewer’s token checked, the page found, its cases named. Beside it bare better-sqlite3 reads the very same rows by their ' +
      'ids, on a handle of its own, in the same run. Conditions that seldom meet give a page that may be short; what it costs is bounded all the same. ' +
      'A model’s bytes are judged in a thread of their own; its blob ID costs the encoding for a thousand shards, whatever the size.',
    figures: gates.figures,
    standings: [...(await measureQueue(cases, quick)), ...(await measureModels(span))],
  };
}
