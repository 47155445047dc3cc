import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { demoteStale } from '../src/app/demote-stale.ts';
import { remember } from '../src/app/remember.ts';
import type { Services } from '../src/app/services.ts';
import { stopServices } from '../src/app/start.ts';
import { ManualClock } from '../src/core/clock.ts';
import type { Section } from './figure.ts';
import { median, type Span } from './pace.ts';
import { inFolder, startIn, tokenIn, withServices } from './place.ts';
import { textOf } from './texts.ts';

const DUE = 1000;
const BATCH = 250;
const HOUR = 3_600_000;
const START = Date.parse('2026-01-05T09:00:00.000Z');

/** The job `demote-stale` with 1,000 rows due, in a smaller and a larger store. */
export function measureDemote(span: Span, quick: boolean): Promise<Section> {
  const sizes = quick ? [10_000, 50_000] : [10_000, 200_000];
  return inFolder(async (folder) => {
    const times = await run(folder, sizes, Math.min(span.rounds, 5));
    const [small = 0, large = 0] = times.map(median);
    const [few = '', many = ''] = sizes.map((size) => size.toLocaleString('en'));
    return {
      title: 'Demoting',
      unit: 'demotions',
      text:
        `The job \`demote-stale\` with ${DUE.toLocaleString('en')} rows due, in stores of ${few} and ${many} rows. The vault is closed: no key is in ` +
        'memory. Each demotion is an event in the ledger; all are on the disk when the run ends. The ratio is what a run in the larger store costs, ' +
        'held against one in the smaller.',
      figures: [
        { what: `${DUE} due of ${few}`, perSecond: (DUE / small) * 1000, p50: small },
        {
          what: `${DUE} due of ${many}`,
          perSecond: (DUE / large) * 1000,
          p50: large,
          floor: { what: `${DUE} due of ${few}`, perSecond: (DUE / small) * 1000, ratio: large / small },
        },
      ],
    };
  });
}

/** How long each run took in each store, in milliseconds. The stores take turns. */
async function run(folder: string, sizes: readonly number[], rounds: number): Promise<number[][]> {
  const clock = new ManualClock(START);
  const stores: Services[] = [];
  for (const size of sizes) {
    const place = join(folder, String(size));
    mkdirSync(place);
    await withServices(place, (services) => fill(services, size, rounds), clock);
    stores.push(await startIn(place, clock));
  }
  const times = sizes.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    clock.advance(HOUR);
    for (const [i, services] of stores.entries()) {
      const at = performance.now();
      const { demoted } = await demoteStale(services);
      times[i]?.push(performance.now() - at);
      if (demoted !== DUE || services.vaults.open.size > 0) throw new Error(`${demoted} rows were demoted, not ${DUE} of a closed vault`);
    }
  }
  for (const services of stores) await stopServices(services);
  return times;
}

/** A vault in which another 1,000 rows run out each hour, for so many hours; the others hold for months. */
async function fill(services: Services, size: number, rounds: number): Promise<void> {
  const token = await tokenIn(services);
  const expiring = DUE * rounds;
  const batches = Array.from({ length: size / BATCH }, (_, batch) => batch * BATCH);
  const write = async (): Promise<void> => {
    for (let from = batches.shift(); from !== undefined; from = batches.shift()) {
      const first = from;
      const memories = Array.from({ length: BATCH }, (_, i) => {
        const number = first + i;
        const hours = Math.floor(number / DUE) + 1;
        return { text: textOf(number, 40), ...(number < expiring ? { validUntil: START + hours * HOUR } : {}) };
      });
      await remember(services, token, { memories }, null);
    }
  };
  await Promise.all([write(), write(), write(), write()]);
}
