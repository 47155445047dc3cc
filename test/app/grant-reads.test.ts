import { afterEach, beforeEach, expect, it } from 'vitest';
import { readGrantReads } from '../../src/app/grant-reads.ts';
import { issueReceipt } from '../../src/app/issue-receipt.ts';
import { pruneExpired } from '../../src/app/prune-expired.ts';
import { remember } from '../../src/app/remember.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import { parseToken } from '../../src/crypto/token.ts';
import type { TestOwner } from '../support/owner.ts';
import { DAY, World } from '../support/world.ts';

let world: World;
let owner: TestOwner;
let app: string;
let other: string;
let device: string;

beforeEach(async () => {
  world = await World.open();
  owner = await world.owner();
  app = await owner.grant();
  other = await owner.grant();
  device = await owner.device();
});
afterEach(() => world.close());

const say = async (...texts: string[]): Promise<string[]> =>
  (await remember(world.services, other, { memories: texts.map((text) => ({ text })) }, null)).memories.map(({ id }) => id);

async function asked(query: string, receipt: boolean, token = app): Promise<{ retrieval: string; receipt: string | null }> {
  world.clock.advance(1000);
  const { id } = await retrieve(world.services, token, { query });
  if (!receipt) return { retrieval: id, receipt: null };
  const about = { retrievalId: id, model: { label: 'm' }, output: { text: 'x' } };
  return { retrieval: id, receipt: (await issueReceipt(world.services, token, about, null)).id };
}

const reads = (query: Parameters<typeof readGrantReads>[4] = {}, token = app) =>
  readGrantReads(world.services, device, owner.vault, parseToken(token).grantId, query);

it('shows what a grant has read, in which retrievals and receipts, newest first and page by page', async () => {
  const [cello = '', cats = ''] = await say('Plays the cello', 'Has two cats');
  const first = await asked('cello', true);
  const second = await asked('cats', false);
  const third = await asked('nothing of the kind', false);
  const fourth = await asked('cats and cello', true);
  await asked('cats', true, other);
  const page = await reads();
  expect(page.reads.map(({ retrieval, receipt, rows }) => ({ retrieval, receipt, rows: rows.toSorted() }))).toEqual([
    { ...fourth, rows: [cello, cats].toSorted() },
    { ...second, rows: [cats] },
    { ...first, rows: [cello] },
  ]);
  expect(third.receipt).toBeNull();
  expect(page).toMatchObject({ totals: { rows: 2, retrievals: 3, receipts: 2 }, cursor: null });
  expect(page.notCovered).toMatch(/listed/);
  const paged = [];
  let cursor: string | null = null;
  do {
    const next = await reads(cursor === null ? { limit: 1 } : { limit: 1, cursor });
    paged.push(...next.reads);
    ({ cursor } = next);
  } while (cursor !== null);
  expect(paged).toEqual(page.reads);
  await owner.post('revoked', { grant: parseToken(app).grantId });
  expect((await reads()).reads).toEqual(page.reads);
});

it('goes on with receipts once retrievals are forgotten, each time once', async () => {
  const [cello = ''] = await say('Plays the cello');
  const receipts = [];
  for (let i = 0; i < 3; i++) receipts.push(await asked('cello', true));
  await asked('cello', false);
  world.clock.advance(91 * DAY);
  const late = await asked('cello', true);
  await pruneExpired(world.services);
  for (const limit of [1, 2, 3, 50]) {
    const seen = [];
    let cursor: string | null = null;
    do {
      const next = await reads(cursor === null ? { limit } : { limit, cursor });
      expect(next.reads.length).toBeLessThanOrEqual(limit);
      seen.push(...next.reads.map(({ retrieval, receipt, rows }) => ({ retrieval, receipt, rows })));
      ({ cursor } = next);
    } while (cursor !== null);
    expect(seen, String(limit)).toEqual([late, ...receipts.toReversed()].map((one) => ({ ...one, rows: [cello] })));
  }
  expect((await reads()).totals).toEqual({ rows: 1, retrievals: 4, receipts: 4 });
});

it('is for the owner’s devices, about grants of that vault', async () => {
  await expect(readGrantReads(world.services, app, owner.vault, parseToken(app).grantId, {})).rejects.toMatchObject({
    code: 'capability_missing',
  });
  const stranger = await (await world.owner()).grant();
  await expect(reads({}, stranger)).rejects.toMatchObject({ code: 'not_found' });
});
