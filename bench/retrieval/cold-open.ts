import { retrieve } from '../../src/app/retrieve.ts';
import { stopServices } from '../../src/app/start.ts';
import { median } from '../pace.ts';
import { inFolder, startIn, withServices } from '../place.ts';
import type { Standing } from '../standing.ts';
import { filledVault } from './filled-vault.ts';
import { questionsInTurn } from './talk.ts';

const SIZES = [1000, 10_000];
const ROUNDS = 7;

/**
 * How long the first retrieval takes of a service that has just started: from the checkpoint and the snapshot that were kept when it stopped, and by one
 * that keeps none and so folds the ledger, opens every row and builds its index anew. In turn, in a process that is warm.
 */
export async function measureColdOpen(quick: boolean): Promise<Standing[]> {
  const standings: Standing[] = [];
  for (const rows of SIZES) standings.push(...(await inFolder((folder) => openTimes(folder, rows, quick ? 3 : ROUNDS))));
  return standings;
}

async function openTimes(folder: string, rows: number, rounds: number): Promise<Standing[]> {
  const { token } = await withServices(folder, (services) => filledVault(services, rows));
  const ask = questionsInTurn(rows);
  const kept: number[] = [];
  const rebuilt: number[] = [];
  let bytes = 0;
  for (let round = -1; round < rounds; round += 1) {
    for (const [keeps, times] of [[true, kept] as const, [false, rebuilt] as const]) {
      const services = await startIn(folder, { keeps });
      const started = performance.now();
      await retrieve(services, token, { query: ask() });
      const ms = performance.now() - started;
      // The first round warms.
      if (round >= 0) times.push(ms);
      if (keeps) bytes = Math.max(...[...services.vaults.open.values()].map((vault) => vault.bytes));
      await stopServices(services);
    }
  }
  const [here, beside] = [median(kept), median(rebuilt)];
  const what = `cold open, ${rows.toLocaleString('en')} rows`;
  const standing: Standing = {
    what,
    unit: 'milliseconds',
    here,
    beside: { what: 'rebuilt from rows', value: beside },
    ratio: here / beside,
  };
  if (rows < Math.max(...SIZES)) return [standing];
  return [
    { ...standing, must: { of: 'ratio', better: 'less', floor: 1 / 5, aim: 1 / 20 } },
    { what: `memory of an open vault, ${rows.toLocaleString('en')} rows, a row (its own count)`, unit: 'bytes', here: bytes / rows },
  ];
}
