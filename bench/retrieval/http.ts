import { retrieve } from '../../src/app/retrieve.ts';
import { retrieveBesideBare } from '../over-http.ts';
import { median, middle, repeats, type Span, takeTurns } from '../pace.ts';
import { inFolder, withServices } from '../place.ts';
import type { Standing } from '../standing.ts';
import { filledVault } from './filled-vault.ts';
import { questionsInTurn, questionsOf } from './talk.ts';

/**
 * Retrievals a second over HTTP from a vault of 10,000 rows, against what a bare Express route and the index alone would come to one after the other:
 * everything else that a retrieval does is what is missing from 1.
 */
export function measureHttp(span: Span, quick: boolean): Promise<Standing[]> {
  const rows = quick ? 2000 : 10_000;
  return inFolder(async (folder) => {
    const inside = await withServices(folder, async (services) => {
      const { token } = await filledVault(services, rows);
      const ask = questionsInTurn(rows);
      const reply = JSON.stringify(await retrieve(services, token, { query: ask() }));
      const [vault] = services.vaults.open.values();
      const scope = { collections: new Set(vault?.keys.collections()), categories: null };
      const now = services.clock.now();
      const [alone = []] = await takeTurns(
        span,
        repeats(() => vault?.index.search(ask(), { limit: 10, now, scope, admits: () => true })),
      );
      return { token, reply, engine: middle(alone).perSecond };
    });
    const results = await retrieveBesideBare(folder, { ...inside, queries: questionsOf(rows) }, span);
    return results.map(({ connections, ours, bare }): Standing => {
      return {
        what: `over HTTP, ${rows.toLocaleString('en')} rows, ${connections} connections`,
        unit: 'a second',
        here: middle(ours).perSecond,
        beside: { what: 'bare Express, then the index', value: oneThenOther(middle(bare).perSecond, inside.engine) },
        ratio: median(ours.map(({ perSecond }, round) => perSecond / oneThenOther(bare[round]?.perSecond ?? Number.NaN, inside.engine))),
        must: { of: 'ratio', better: 'more', floor: 0.5, aim: 0.7 },
      };
    });
  });
}

/** What comes of two things done one after the other, each so often a second. */
function oneThenOther(first: number, second: number): number {
  return 1 / (1 / first + 1 / second);
}
