import { z } from 'zod';
import { createVault } from '../../src/app/create-vault.ts';
import { listReceipts } from '../../src/app/list-receipts.ts';
import { openRecord } from '../../src/app/sealed-record.ts';
import type { Services } from '../../src/app/services.ts';
import { median } from '../pace.ts';
import { freshVault, inFolder, withServices } from '../place.ts';
import type { Standing } from '../standing.ts';
import { Answers } from './answers.ts';
import { fill, type Filled } from './fill.ts';

type Query = Parameters<typeof listReceipts>[2];

interface Asked {
  readonly what: string;
  readonly token: string;
  readonly query: Query;
  /** How many receipts the page must have; for conditions that never meet, none. */
  readonly receipts: number;
}

/** How long a page of receipts takes among so many, through the use case, its records opened. */
export function measureFinding(count: number, quick: boolean): Promise<Standing[]> {
  return inFolder((folder) =>
    withServices(folder, async (services) => {
      const made = freshVault(services.clock.now());
      await createVault(services, made.request);
      const answers = await Answers.open(services, made.appToken);
      const { id } = await answers.receipt((await answers.retrieval()).id);
      // The device has to have been there once for the vault to be open to it.
      const { receipts } = await listReceipts(services, made.deviceToken, {});
      const app = (await services.store.receipt(made.vault, id))?.grant ?? '';
      if (receipts.length !== 1) throw new Error('the vault has other receipts');
      const filled = await fill(services, made.vault, id, app, count);
      const standings: Standing[] = [];
      for (const asked of questions(filled, made.deviceToken, made.appToken, count)) {
        standings.push(...(await timesOf(services, made.vault, asked, quick ? 50 : 300)));
      }
      return standings;
    }),
  );
}

function questions(filled: Filled, device: string, app: string, count: number): Asked[] {
  const { common, rare, elsewhere, thread, middle, from, to } = filled;
  const page = 50;
  const both = (what: string, token: string, query: Query, receipts = page, deep = receipts): Asked[] => [
    { what: `${what}, first page`, token, query: { ...query, limit: page }, receipts },
    { what: `${what}, from the middle`, token, query: { ...query, limit: page, cursor: middle }, receipts: deep },
  ];
  const few = Math.min(page, Math.floor(count / 2000));
  return [
    ...both('all', device, {}),
    ...both('by a row that is in all of them', device, { memory: common }),
    ...both('by a row in one of a thousand', device, { memory: rare }, few),
    ...both('by thread', device, { thread }),
    ...both('an app’s own', app, {}),
    ...both('an app’s own by a row that is in all', app, { memory: common }),
    ...both('a thread’s by row', device, { thread, memory: common }),
    ...both('paid and not explained', device, { paidUnexplained: true }, page, page),
    { what: 'of a time', token: device, query: { from, to, limit: page }, receipts: page },
    { what: 'an app’s own by a row that it never had', token: app, query: { memory: elsewhere, limit: page }, receipts: 0 },
  ];
}

async function timesOf(services: Services, vaultId: string, { what, token, query, receipts }: Asked, tries: number): Promise<Standing[]> {
  const times: number[] = [];
  const bare: number[] = [];
  const vault = services.vaults.open.get(vaultId);
  if (vault === undefined) throw new Error('the vault was closed');
  for (let i = 0; i < tries; i += 1) {
    const began = performance.now();
    const page = await listReceipts(services, token, query);
    times.push(performance.now() - began);
    if (page.receipts.length < receipts) throw new Error(`${what}: ${page.receipts.length} receipts`);
    const stored = await Promise.all(page.receipts.map(({ id }) => services.store.receipt(vaultId, id)));
    const opened = performance.now();
    for (const one of stored) if (one !== null) openRecord(vault.vaultKeys(), ['receipt', one.id], one.sealed, z.unknown());
    bare.push(performance.now() - opened);
  }
  const [here, floor] = [median(times), median(bare)];
  const last = times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN;
  return [
    {
      what: `found: ${what}, p50`,
      unit: 'milliseconds',
      here,
      ...(receipts === 0 ? {} : { beside: { what: 'opening its records', value: floor }, ratio: here / floor }),
    },
    { what: `found: ${what}, p99`, unit: 'milliseconds', here: last, must: { of: 'here', better: 'less', floor: 100, aim: 25 } },
  ];
}
