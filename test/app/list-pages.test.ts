import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ListQuery, Memory } from '../../schemas/memory.ts';
import { edit } from '../../src/app/edit.ts';
import { list } from '../../src/app/list.ts';
import { remember } from '../../src/app/remember.ts';
import type { TestOwner } from '../support/owner.ts';
import { DAY, World } from '../support/world.ts';

let world: World;
let owner: TestOwner;
let app: string;

beforeEach(async () => {
  world = await World.open();
  owner = await world.owner();
  await owner.addCollection('work');
  app = await owner.grant({ collections: ['default', 'work'], capabilities: ['remember', 'edit', 'list'] });
});

afterEach(() => world.close());

async function say(count: number): Promise<Memory[]> {
  const rows: Memory[] = [];
  for (let i = 0; i < count; i++) {
    world.clock.advance(1000);
    const more = { collection: i % 3 === 0 ? 'work' : 'default', category: i % 4 === 0 ? ('health' as const) : ('travel' as const) };
    const { memories } = await remember(world.services, app, { memories: [{ text: `Fact ${i} of ${count}`, ...more }] }, null);
    rows.push(...memories);
  }
  return rows;
}

/** All pages, one after the other. */
async function pages(query: ListQuery): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = null; ;) {
    const reply = await list(world.services, app, { ...query, ...(cursor === null ? {} : { cursor }) });
    expect(reply.memories.length).toBeLessThanOrEqual(query.limit ?? 50);
    ids.push(...reply.memories.map(({ id }) => id));
    if (reply.cursor === null) return ids;
    cursor = reply.cursor;
  }
}

it('pages hold each row once, the newest first, whether it lies in an image or has come since', async () => {
  const before = await say(14);
  const vault = await world.services.vaults.acquire(owner.vault);
  const collections = ['default', 'work'].map((name) => owner.key(name).name.collection);
  world.services.snapshots.keepSoon(vault, collections);
  await world.restart();
  const since = await say(5);
  const [changed, gone] = [before[4], before[7]];
  if (changed === undefined || gone === undefined) throw new Error('fourteen rows');
  await edit(world.services, app, changed.id, { text: 'Fact that has changed' }, null);
  await owner.post('erased', { scope: 'rows', rows: [gone.id] });
  const open = await world.services.vaults.acquire(owner.vault);
  const rows = [...before, ...since].filter(({ id }) => id !== gone.id);
  const ids = rows.map(({ id }) => id).toSorted();
  expect([(await list(world.services, app, {})).memories.length, open.rows.size]).toEqual([ids.length, ids.length]);
  for (const collection of collections) expect(open.rows.image(collection)?.live).toBeGreaterThan(3);
  expect(open.rows.changed(collections[0] ?? '').length).toBeGreaterThan(1);
  for (const limit of [1, 3, 9, 18, 200]) expect(await pages({ limit })).toEqual(ids.toReversed());
  for (const category of ['health', 'travel'] as const) {
    const some = rows.filter((row) => row.category === category).map(({ id }) => id);
    expect(await pages({ limit: 2, category })).toEqual(some.toSorted().toReversed());
  }
});

it('a list is whole also where its vault goes from memory while it is made', async () => {
  await say(4);
  const query: ListQuery = { due: world.clock.now() + 4000 * DAY };
  const { memories } = await list(world.services, app, query);
  expect(memories).toHaveLength(4);
  for (let turns = 0; turns < 60; turns++) {
    const pending = list(world.services, app, query);
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    world.services.vaults.forget(owner.vault);
    expect((await pending).memories, `after ${turns} turns`).toEqual(memories);
  }
});
