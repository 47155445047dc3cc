import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Memory } from '../../schemas/memory.ts';
import { edit } from '../../src/app/edit.ts';
import { issueReceipt } from '../../src/app/issue-receipt.ts';
import { history } from '../../src/app/history.ts';
import { list, show } from '../../src/app/list.ts';
import { listReceipts } from '../../src/app/list-receipts.ts';
import { readReceipt } from '../../src/app/receipts.ts';
import { remember } from '../../src/app/remember.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import { World } from '../support/world.ts';
import type { TestOwner } from '../support/owner.ts';

let world: World;
let owner: TestOwner;
let writer: string;
let other: string;
let row: Memory;

beforeEach(async () => {
  world = await World.open();
  owner = await world.owner();
  writer = await owner.grant();
  other = await owner.grant();
  row = await say(writer, 'Takes medicine for the heart');
});

afterEach(async () => {
  await world.close();
});

async function say(token: string, text: string, supersedes: string[] = []): Promise<Memory> {
  const { memories } = await remember(world.services, token, { memories: [{ text, claimed: { kind: 'user_stated' }, supersedes }] }, null);
  return memories[0] as Memory;
}

const unknown = { code: 'memory_unknown' };
const listed = async (token: string) => (await list(world.services, token, {})).memories.map(({ id }) => id);

it('what the owner has retracted is hidden from apps and reviewers, and from nobody before', async () => {
  const reviewer = await owner.grant({ role: 'reviewer', capabilities: ['list'] });
  for (const token of [other, reviewer]) expect(await listed(token)).toEqual([row.id]);
  await owner.retract(row);
  for (const token of [other, reviewer]) {
    expect(await listed(token)).toEqual([]);
    expect((await list(world.services, token, { standing: 'retracted' })).memories).toEqual([]);
    await expect(show(world.services, token, row.id)).rejects.toMatchObject(unknown);
    await expect(history(world.services, token, row.id)).rejects.toMatchObject(unknown);
  }
  await expect(edit(world.services, other, row.id, { text: 'x' }, null)).rejects.toMatchObject(unknown);
});

it('the app that wrote every version of it still sees that it is retracted, and so do the owner’s devices', async () => {
  await owner.retract(row);
  for (const token of [writer, await owner.device()]) {
    expect(await listed(token)).toEqual([row.id]);
    expect(await show(world.services, token, row.id)).toMatchObject({ standing: 'retracted', text: 'Takes medicine for the heart' });
  }
});

it('once the owner has written a version, the app sees it no more than others do', async () => {
  const header = world.services.vaults.open.get(owner.vault)?.rows.get(row.id)?.header;
  if (header === undefined) throw new Error('the row is open');
  const stamped = { ...header.origin.stamped, grantId: null, channel: 'owner' as const };
  await owner.edit(row, { ...header, version: 2, origin: { ...header.origin, stamped } }, 'Takes medicine for the heart and the lungs');
  await owner.retract(await show(world.services, writer, row.id));
  await expect(show(world.services, writer, row.id)).rejects.toMatchObject(unknown);
});

it('who says it again is answered that it is retracted: it does not come back so', async () => {
  await owner.retract(row);
  expect(await say(other, 'takes medicine for the heart')).toMatchObject({ id: row.id, sighting: true, standing: 'retracted' });
  await expect(show(world.services, other, row.id)).rejects.toMatchObject(unknown);
});

it('rows that were superseded are shown: they lead to what took their place', async () => {
  world.clock.advance(1000);
  const next = await say(writer, 'Takes no medicine', [row.id]);
  expect(await show(world.services, other, row.id)).toMatchObject({ standing: 'superseded', supersededBy: next.id });
});

it('an app still reads in its own receipts what it had been served', async () => {
  const { id } = await retrieve(world.services, other, { query: 'medicine' });
  const receipt = await issueReceipt(world.services, other, { retrievalId: id, model: { label: 'm' }, output: { text: 'x' } }, null);
  await owner.retract(row);
  expect((await readReceipt(world.services, other, receipt.id)).rows.map((served) => served.row)).toEqual([row.id]);
  expect((await listReceipts(world.services, other, { memory: row.id })).receipts).toHaveLength(1);
});
