import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { demoteStale } from '../src/app/demote-stale.ts';
import { remember } from '../src/app/remember.ts';
import type { Services } from '../src/app/services.ts';
import { stopServices } from '../src/app/start.ts';
import { ManualClock } from '../src/core/clock.ts';
import type { Figure, Section } from './figure.ts';
import { median, type Span } from './pace.ts';
import { inFolder, startIn, tokenIn, withServices } from './place.ts';
import { textOf } from './texts.ts';

const DUE = 1000;
const BATCH = 250;
const HOUR = 3_600_000;
const START = Date.parse('2026-01-05T09:00:00.000Z');
/** Where in the store the rows lie that fall due at once: written one after another, or evenly spread over all that was ever written. */
const LAYOUTS = ['written together', 'scattered'] as const;

/** The job `demote-stale` with 1,000 rows due, in a smaller and a larger store. */
export function measureDemote(span: Span, quick: boolean): Promise<Section> {
  const sizes = quick ? [10_000, 50_000] : [10_000, 200_000];
  const rounds = Math.min(span.rounds, 3);
  return inFolder(async (folder) => {
    const times = await run(folder, sizes, rounds);
    const figures = LAYOUTS.flatMap((layout, i) => {
      const [small = [], large = []] = times.map((all) => all.slice(i * rounds, (i + 1) * rounds));
      return figuresOf(layout, sizes, median(small), median(large));
    });
    return {
      title: 'Demoting',
      unit: 'demotions',
      text:
        `The job \`demote-stale\` with ${DUE.toLocaleString('en')} rows due, in a smaller and a larger store. The vault is closed: no key is in memory. ` +
        'Each demotion is an event in the ledger; all are on the disk when the run ends. Rows that fall due at once were mostly written at about the ' +
        'same time; the harder case, in which they are scattered evenly over the whole store, is measured, too. The ratio is what a run in the larger ' +
        'store costs, held against one in the smaller.',
      figures,
    };
  });
}

function figuresOf(layout: string, sizes: readonly number[], small: number, large: number): Figure[] {
  const [few = '', many = ''] = sizes.map((size) => `${DUE.toLocaleString('en')} of ${size.toLocaleString('en')}, ${layout}`);
  const perSecond = (DUE / small) * 1000;
  return [
    { what: few, perSecond, p50: small },
    { what: many, perSecond: (DUE / large) * 1000, p50: large, floor: { what: few, perSecond, ratio: large / small } },
  ];
}

/** How long each run took in each store, in milliseconds: so many of each layout, one after the other. The stores take turns. */
async function run(folder: string, sizes: readonly number[], rounds: number): Promise<number[][]> {
  const stores: { services: Services; clock: ManualClock }[] = [];
  for (const size of sizes) {
    const place = join(folder, String(size));
    mkdirSync(place);
    const clock = new ManualClock(START);
    await withServices(place, (services) => fill(services, clock, size, rounds), { clock });
    clock.set(START + HOUR);
    stores.push({ services: await startIn(place, { clock }), clock });
  }
  const times = sizes.map((): number[] => []);
  for (let turn = 0; turn < LAYOUTS.length * rounds; turn += 1) {
    for (const [i, { services, clock }] of stores.entries()) {
      clock.advance(HOUR);
      const at = performance.now();
      const { demoted } = await demoteStale(services);
      times[i]?.push(performance.now() - at);
      if (demoted !== DUE || services.vaults.open.size > 0) throw new Error(`${demoted} rows were demoted, not ${DUE} of a closed vault`);
    }
  }
  for (const { services } of stores) await stopServices(services);
  return times;
}

/** A vault in which another 1,000 rows run out each hour: first those written together, hour by hour, then the scattered. */
async function fill(services: Services, clock: ManualClock, size: number, rounds: number): Promise<void> {
  const token = await tokenIn(services);
  for (let first = 0; first < size; first += BATCH) {
    const memories = Array.from({ length: BATCH }, (_, i) => {
      const hour = hourOf(first + i, size, rounds);
      return { text: textOf(first + i, 40), ...(hour === null ? {} : { validUntil: START + (hour + 2) * HOUR }) };
    });
    await remember(services, token, { memories }, null);
    clock.advance(100);
  }
}

/** In which hour, from 0, a row runs out; null for those that hold for months. */
function hourOf(number: number, size: number, rounds: number): number | null {
  const together = DUE * rounds;
  if (number < together) return Math.floor(number / DUE);
  const stride = Math.floor((size - together) / together);
  const place = (number - together) / stride;
  return Number.isInteger(place) && place < together ? rounds + (place % rounds) : null;
}
