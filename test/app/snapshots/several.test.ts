import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Memory } from '../../../schemas/memory.ts';
import { list } from '../../../src/app/list.ts';
import { appendOwnerEvent } from '../../../src/app/owner-event.ts';
import { remember } from '../../../src/app/remember.ts';
import type { Services } from '../../../src/app/services.ts';
import { startServices, stopServices } from '../../../src/app/start.ts';
import { systemRandom } from '../../../src/core/random.ts';
import { openSqliteStore } from '../../../src/store/sqlite/store.ts';
import type { TestOwner } from '../../support/owner.ts';
import { partsKept } from '../../support/snapshots.ts';
import { World } from '../../support/world.ts';

let world: World;
let second: Services;
let owner: TestOwner;
let app: string;
let collection: string;

/** Two services on one file, as two processes would be. */
beforeEach(async () => {
  world = await World.open();
  second = await startServices({
    store: openSqliteStore({ path: world.database }),
    clock: world.clock,
    random: systemRandom,
    marks: world.marks,
    ...world.keys,
    limits: { idleMs: 900_000, memoryBudget: 2 ** 30 },
    build: 'test',
  });
  owner = await world.owner();
  app = await owner.grant();
  collection = owner.key('default').name.collection;
});
afterEach(async () => {
  await stopServices(second);
  await world.close();
});

async function say(services: Services, ...texts: readonly string[]): Promise<Memory[]> {
  return (await remember(services, app, { memories: texts.map((text) => ({ text })) }, null)).memories;
}
const texts = async (services: Services): Promise<string[]> =>
  (await list(services, app, { limit: 200 })).memories.map(({ text }) => text).toSorted();
const make = (services: Services): number => {
  const open = services.vaults.open.get(owner.vault);
  return open === undefined ? 0 : services.snapshots.keepSoon(open, [collection]);
};
const seqOf = async (services: Services): Promise<number | undefined> =>
  (await services.store.snapshots.read(owner.vault, collection))?.seq;

describe('snapshots by several processes', () => {
  it('made by one are opened by the other', async () => {
    await say(world.services, 'Plays the cello', 'Drinks oolong');
    expect(make(world.services)).toBe(1);
    await world.services.snapshots.settled();
    expect(await texts(second)).toEqual(['Drinks oolong', 'Plays the cello']);
    expect(second.vaults.open.get(owner.vault)?.snapshots.get(collection)?.isGood).toBe(true);
  });

  it('made by both at once are one; whoever was second takes its place the next time', async () => {
    await say(world.services, 'Plays the cello');
    await texts(second);
    for (const services of [world.services, second]) expect(make(services)).toBe(1);
    await Promise.all([world.services.snapshots.settled(), second.snapshots.settled()]);
    const first = await seqOf(world.services);
    await say(second, 'Drinks oolong');
    for (const services of [second, world.services]) {
      await say(services, `Said to ${services === second ? 'the second' : 'the first'}`);
      make(services);
      await services.snapshots.settled();
    }
    // The first did not see that the second had put another in the place of its own, and does so now.
    expect(await seqOf(world.services)).toBeGreaterThan(first ?? 0);
    const before = await seqOf(world.services);
    await say(world.services, 'Walks a lot');
    make(world.services);
    await world.services.snapshots.settled();
    expect(await seqOf(world.services)).toBeGreaterThan(before ?? 0);
    world.services.vaults.forget(owner.vault);
    expect(await texts(world.services)).toEqual(await texts(second));
  });

  it('of what another has erased meanwhile are not written', async () => {
    const [gone] = await say(world.services, 'Allergic to hazelnuts', 'Drinks oolong');
    const { envelope } = owner.next('erased', { scope: 'rows', rows: [gone?.id] });
    await appendOwnerEvent(second, owner.vault, { event: envelope });
    // What is in memory here does not know of it yet.
    expect(make(world.services)).toBe(1);
    await world.services.snapshots.settled();
    expect(partsKept(world)).toBe(0);
    expect(await texts(world.services)).toEqual(['Drinks oolong']);
    expect(make(world.services)).toBe(1);
    await world.services.snapshots.settled();
    expect(partsKept(world)).toBeGreaterThan(0);
  });
});
