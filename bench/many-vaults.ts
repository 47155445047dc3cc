import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { retrieve } from '../src/app/retrieve.ts';
import { stopServices } from '../src/app/start.ts';
import { startIn } from './place.ts';
import { dice, questionsInTurn } from './retrieval/talk.ts';

/**
 * `node --expose-gc bench/many-vaults.ts <folder> <vaults.json> <budget> <opens>`: retrieves from vaults picked at random, the memory of the open ones
 * bounded, in bytes. Prints how long each retrieval took that had to open its vault, in milliseconds; after each tenth of them what the process holds,
 * garbage collected, and what the open vaults say they take; and what of the process was in memory at most.
 */

const [, , folder = '', list = '', budget = '', opens = ''] = process.argv;
const vaults = z.array(z.object({ vault: z.string(), token: z.string() })).parse(JSON.parse(readFileSync(list, 'utf8')));
const services = await startIn(folder, { memoryBudget: Number(budget) });
const ask = questionsInTurn(1000);
const roll = dice(1);
const times: number[] = [];
const held: number[] = [];
const counted: number[] = [];
let peak = 0;

for (let done = 1; done <= Number(opens); done += 1) {
  const one = vaults[Math.floor(roll() * vaults.length)];
  if (one === undefined) break;
  const isOpen = services.vaults.open.has(one.vault);
  const started = performance.now();
  await retrieve(services, one.token, { query: ask() });
  if (!isOpen) times.push(performance.now() - started);
  peak = Math.max(peak, process.memoryUsage.rss());
  if (done % Math.ceil(Number(opens) / 10) === 0) {
    held.push(taken());
    counted.push([...services.vaults.open.values()].reduce((sum, { bytes }) => sum + bytes, 0));
  }
}
console.log(JSON.stringify({ times, held, counted, peak }));
await stopServices(services);

function taken(): number {
  for (let i = 0; i < 3; i += 1) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
