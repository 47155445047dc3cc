import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { inFolder, withServices } from '../place.ts';
import type { Standing } from '../standing.ts';
import { filledVault } from './filled-vault.ts';

const SCRIPT = fileURLToPath(new URL('../many-vaults.ts', import.meta.url));
const Said = z.object({ times: z.array(z.number()), held: z.array(z.number()), counted: z.array(z.number()), peak: z.number() });
const MIB = 1024 * 1024;
const ROWS = 1000;

/**
 * How many vaults there are, how much memory those that are open may take, and how often one is picked. `MEMSYNC_BENCH_VAULTS=10000` makes it ten
 * thousand in 512 MiB, which takes the better part of an hour and 30 GB.
 */
function scaleOf(quick: boolean): { vaults: number; budget: number; picks: number } {
  const asked = process.env['MEMSYNC_BENCH_VAULTS'];
  const vaults = asked === undefined ? (quick ? 100 : 500) : Number(asked);
  // The memory that ten thousand of them are to get by with, or a fifth of what all of them would take.
  return { vaults, budget: Math.min(512 * MIB, (vaults * MIB) / 5), picks: Math.max(1000, 2 * vaults) };
}

/** Vaults of 1,000 rows, far more than there is memory for, opened in random order by a process of its own. */
export function measureManyVaults(quick: boolean): Promise<Standing[]> {
  const { vaults, budget, picks } = scaleOf(quick);
  return inFolder(async (folder) => {
    const made = await withServices(
      folder,
      async (services) => {
        const list: unknown[] = [];
        for (let i = 0; i < vaults; i += 1) list.push(await filledVault(services, ROWS, i * ROWS));
        return list;
      },
      { memoryBudget: 64 * MIB },
    );
    const list = join(folder, 'vaults.json');
    writeFileSync(list, JSON.stringify(made));
    const args = ['--expose-gc', SCRIPT, folder, list, String(budget), String(picks)];
    const said = Said.parse(JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 64 * MIB })));
    return standingsOf(
      said,
      `${vaults.toLocaleString('en')} vaults of ${ROWS.toLocaleString('en')} rows in ${Math.round(budget / MIB)} MiB`,
    );
  });
}

function standingsOf({ times, held, counted, peak }: z.infer<typeof Said>, what: string): Standing[] {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  const [third = Number.NaN] = held.slice(2);
  const last = held.at(-1) ?? Number.NaN;
  return [
    {
      what: `${what}: an open, p99 of ${times.length.toLocaleString('en')}`,
      unit: 'milliseconds',
      here: at(0.99),
      beside: { what: 'p50', value: at(0.5) },
    },
    {
      what: `${what}: memory held at the end`,
      unit: 'bytes',
      here: last,
      beside: { what: 'after three tenths', value: third },
      ratio: last / third,
    },
    {
      what: `${what}: memory of the process at most (RSS)`,
      unit: 'bytes',
      here: peak,
      beside: { what: 'open vaults at most, by their own count', value: Math.max(...counted) },
    },
  ];
}
