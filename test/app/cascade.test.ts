import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Memory, NewMemory } from '../../schemas/memory.ts';
import { demoteStale } from '../../src/app/demote-stale.ts';
import { edit } from '../../src/app/edit.ts';
import { history } from '../../src/app/history.ts';
import { show } from '../../src/app/list.ts';
import { remember } from '../../src/app/remember.ts';
import { type JobEvent, parseStoredEvent } from '../../src/memory/event.ts';
import { DAY, World } from '../support/world.ts';
import type { TestOwner } from '../support/owner.ts';

let world: World;
let owner: TestOwner;
let app: string;
let other: string;

beforeEach(async () => {
  world = await World.open();
  owner = await world.owner();
  app = await owner.grant();
  other = await owner.grant();
});

afterEach(async () => {
  await world.close();
});

async function say(text: string, more: Partial<NewMemory> = {}, token = app): Promise<Memory> {
  const { memories } = await remember(world.services, token, { memories: [{ text, claimed: { kind: 'user_stated' }, ...more }] }, null);
  return memories[0] as Memory;
}

/** A line of rows, each of which derives from the one before. */
async function line(length: number): Promise<Memory[]> {
  const rows = [await say('The user eats no nuts')];
  for (let i = 1; i < length; i++) rows.push(await say(`Conclusion number ${i}`, { derivedFrom: [rows[i - 1]?.id ?? ''] }));
  return rows;
}

async function falls(): Promise<Extract<JobEvent, { kind: 'demoted' }>[]> {
  const events = await world.services.store.events(owner.vault, 0, 10_000);
  return events.flatMap(({ stored }) => {
    const parsed = parseStoredEvent(stored);
    return parsed.by === 'job' && parsed.event.kind === 'demoted' ? [parsed.event] : [];
  });
}

const told = async () => (await falls()).map(({ job, row, from, to, reason, source }) => [job, row, from, to, reason, source]);
const tiers = async (rows: readonly Memory[]) => Promise.all(rows.map(async ({ id }) => (await show(world.services, app, id)).tier));

it('a doubt takes along all that derives from the row, however deep, and the ledger says why', async () => {
  const rows = await line(40);
  const [root, ...derived] = rows;
  if (root === undefined) throw new Error('a row');
  expect((await edit(world.services, other, root.id, { text: 'Eats nuts daily' }, null)).outcome).toBe('contested');
  expect(new Set(await tiers(rows))).toEqual(new Set(['background']));
  expect(await told()).toEqual(derived.map(({ id }) => ['lineage', id, 'active', 'background', 'source_contested', root.id]));
});

it('so do a retraction and a replacement; a row that stands by itself no longer falls', async () => {
  const [first, second, third] = await line(3);
  if (first === undefined || second === undefined || third === undefined) throw new Error('rows');
  await owner.confirm(third);
  await owner.retract(first);
  // Third was confirmed before its source's source was retracted: what comes after counts against it.
  expect(await tiers([first, second, third])).toEqual(['dormant', 'dormant', 'dormant']);
  expect(await told()).toEqual([
    ['lineage', second.id, 'active', 'dormant', 'source_retracted', first.id],
    ['lineage', third.id, 'active', 'dormant', 'source_retracted', first.id],
  ]);
  await owner.confirm(third);
  const newer = await say('Lives in Porto');
  const child = await say('Likes the Douro', { derivedFrom: [newer.id] });
  world.clock.advance(1000);
  await say('Lives in Lisbon', { supersedes: [newer.id] });
  expect((await told()).slice(2)).toEqual([['lineage', child.id, 'active', 'dormant', 'source_superseded', newer.id]]);
  expect(await tiers([third])).toEqual(['active']);
});

it('the history of a row tells with which source it fell', async () => {
  const [root, derived] = await line(2);
  if (root === undefined || derived === undefined) throw new Error('rows');
  await owner.retract(root);
  const { events } = await history(world.services, app, derived.id);
  expect(events.at(-1)).toMatchObject({
    kind: 'demoted',
    by: 'job:lineage',
    detail: `active to dormant, with ${root.id} (retracted)`,
  });
});

it('what falls is seen to at the next opening where nobody held a key at the time', async () => {
  const [root, derived] = await line(2);
  if (root === undefined || derived === undefined) throw new Error('rows');
  await world.restart();
  await owner.retract(root);
  expect(await told()).toEqual([]);
  expect(await tiers([derived])).toEqual(['dormant']);
  await world.services.store.commit({ vaults: [], log: null });
  await expect.poll(told).toEqual([['lineage', derived.id, 'active', 'dormant', 'source_retracted', root.id]]);
  await world.restart();
  expect(await tiers([derived])).toEqual(['dormant']);
  await say('Something that waits for its turn');
  expect(await told()).toHaveLength(1);
});

it('a reinstated source lets what derives from it stand again, as it is by itself', async () => {
  const [root, derived] = await line(2);
  if (root === undefined || derived === undefined) throw new Error('rows');
  await owner.retract(root);
  await owner.post('reinstated', { rows: [{ row: root.id, version: 1, commitment: root.commitment }] });
  expect(await tiers([root, derived])).toEqual(['active', 'active']);
  world.clock.advance(130 * DAY);
  await demoteStale(world.services);
  expect(await tiers([root, derived])).toEqual(['background', 'background']);
});

it('rows that were retracted together stand again together, the one with its source', async () => {
  const rows = await line(3);
  await owner.retract(...rows.slice(0, 2));
  expect(await told()).toEqual([['lineage', rows[2]?.id, 'active', 'dormant', 'source_retracted', rows[1]?.id]]);
  const named = rows.slice(0, 2).map(({ id, version, commitment }) => ({ row: id, version, commitment }));
  await owner.post('reinstated', { rows: named });
  expect(await tiers(rows)).toEqual(['active', 'active', 'active']);
});

it('rows that one batch replaces take along what derives from them once, not once for each', async () => {
  const rows = await line(3);
  world.clock.advance(1000);
  const next = await say('The user eats nuts again', { supersedes: rows.slice(0, 2).map(({ id }) => id) });
  expect(await told()).toEqual([['lineage', rows[2]?.id, 'active', 'dormant', 'source_superseded', rows[1]?.id]]);
  expect(await tiers([...rows, next])).toEqual(['dormant', 'dormant', 'dormant', 'active']);
  const named = rows.slice(0, 2).map(({ id, version, commitment }) => ({ row: id, version, commitment }));
  await owner.post('reinstated', { rows: named });
  expect(await tiers(rows)).toEqual(['active', 'active', 'active']);
});

it('a source that ages takes along what derives from it, and the demotion names it', async () => {
  const old = await say('Sails at weekends', { observedAt: world.clock.now() - 100 * DAY });
  const derived = await say('Owns a boat', { derivedFrom: [old.id], category: 'career' });
  world.clock.advance(25 * DAY);
  await demoteStale(world.services);
  const by = (await falls()).find(({ row }) => row === derived.id);
  expect(by).toMatchObject({ from: 'active', to: 'background', reason: 'source_demoted', source: old.id });
});
