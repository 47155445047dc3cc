import { remember } from '../src/app/remember.ts';
import { retrieve } from '../src/app/retrieve.ts';
import type { Services } from '../src/app/services.ts';
import { type Figure, figureOf, type Section } from './figure.ts';
import { CONNECTIONS, retrieveBesideBare } from './over-http.ts';
import { loops, middle, ratio, repeats, type Span, takeTurns } from './pace.ts';
import { inFolder, tokenIn, withServices } from './place.ts';
import { queryOf, textOf } from './texts.ts';

const BATCH = 250;
const QUERIES = Array.from({ length: 200 }, (_, i) => queryOf(i));

/** Retrievals a second: the index alone, the use case, and over HTTP. */
export function measureRetrieve(span: Span, quick: boolean): Promise<Section> {
  const rows = quick ? 1000 : 10_000;
  return inFolder(async (folder) => {
    const inside = await withServices(folder, (services) => inProcess(services, span, rows));
    const outside = await overHttp(folder, inside, span);
    return {
      title: 'Retrieving',
      unit: 'retrievals',
      text:
        `Ten rows for a question of eight words or so, out of a vault of ${rows.toLocaleString('en')} rows of 200 characters. The index alone ranks; ` +
        'the use case also checks the token, lays out the context block, and has the record that a receipt will need sealed and on the disk before it ' +
        'answers. Over HTTP the service runs in a process of its own; the floor is a bare Express route there that parses the same body and answers ' +
        `with a JSON of the same size (${Buffer.byteLength(inside.reply).toLocaleString('en')} bytes).`,
      figures: [...inside.figures, ...outside],
    };
  });
}

async function inProcess(services: Services, span: Span, rows: number): Promise<{ token: string; reply: string; figures: Figure[] }> {
  const token = await tokenIn(services);
  for (let from = 0; from < rows; from += BATCH) {
    const memories = Array.from({ length: BATCH }, (_, i) => ({ text: textOf(from + i) }));
    await remember(services, token, { memories }, null);
  }
  let next = 0;
  const once = () => retrieve(services, token, { query: QUERIES[next++ % QUERIES.length] ?? '' });
  const reply = JSON.stringify(await once());

  const [vault] = services.vaults.open.values();
  const scope = { collections: new Set(vault?.keys.collections()), categories: null };
  const search = (): unknown =>
    vault?.index.search(QUERIES[next++ % QUERIES.length] ?? '', { limit: 10, now: 0, scope, admits: () => true });
  const figures: Figure[] = [];
  const [alone = []] = await takeTurns(span, repeats(search));
  figures.push(figureOf('the index alone', middle(alone)));
  for (const callers of CONNECTIONS) {
    const [inside = []] = await takeTurns(span, loops(callers, once));
    figures.push(figureOf(`the use case, ${callers} callers`, middle(inside)));
  }
  return { token, reply, figures };
}

async function overHttp(folder: string, { token, reply }: { token: string; reply: string }, span: Span): Promise<Figure[]> {
  const results = await retrieveBesideBare(folder, { token, reply, queries: QUERIES }, span);
  return results.map(({ connections, ours, bare }) => ({
    ...figureOf(`HTTP, ${connections} connections`, middle(ours)),
    floor: { what: 'a bare Express route', perSecond: middle(bare).perSecond, ratio: ratio(ours, bare) },
  }));
}
