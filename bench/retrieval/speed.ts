import type { MemoryIndex } from '../../src/retrieval/engine.ts';
import { middle, repeats, type Span, takeTurns } from '../pace.ts';
import type { Standing } from '../standing.ts';
import { filledIndex } from './filled.ts';
import { Fts5 } from './fts5.ts';
import { EVERYTHING } from './rankers.ts';
import { questionsInTurn, turnOf } from './talk.ts';

/** Rows, and where the ratio of the p50 to that of FTS5 must stand. */
const SIZES: readonly (readonly [number, { readonly floor: number; readonly aim: number } | null])[] = [
  [1000, null],
  [10_000, { floor: 1.2, aim: 0.5 }],
  [100_000, { floor: 0.25, aim: 0.1 }],
];

/** How long the index takes for the ten best rows, against FTS5 in memory on the same rows and questions, one after the other in turn. */
export async function measureSpeed(span: Span): Promise<Standing[]> {
  const standings: Standing[] = [];
  for (const [rows, must] of SIZES) {
    const index = filledIndex(rows);
    const fts5 = new Fts5(Array.from({ length: rows }, (_, at) => turnOf(at)));
    const [ours = [], theirs = []] = await takeTurns(span, repeats(searching(index, rows)), repeats(asking(fts5, rows)));
    fts5.close();
    const [here, beside] = [middle(ours), middle(theirs)];
    const line = (of: 'p50' | 'p99'): Standing => ({
      what: `in process, ${rows.toLocaleString('en')} rows, ${of}`,
      unit: 'milliseconds',
      here: here[of],
      beside: { what: 'FTS5', value: beside[of] },
      ratio: here[of] / beside[of],
    });
    standings.push(must === null ? line('p50') : { ...line('p50'), must: { of: 'ratio', better: 'less', ...must } }, line('p99'));
  }
  return standings;
}

/** Asks the index one question after another. */
function searching(index: MemoryIndex, rows: number): () => unknown {
  const ask = questionsInTurn(rows);
  const now = turnOf(rows).observedAt;
  return () => index.search(ask(), { limit: 10, now, scope: EVERYTHING, admits: () => true });
}

function asking(fts5: Fts5, rows: number): () => unknown {
  const ask = questionsInTurn(rows);
  return () => fts5.search(ask(), 10);
}
