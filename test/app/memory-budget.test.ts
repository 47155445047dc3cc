import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { remember } from '../../src/app/remember.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import type { Services } from '../../src/app/services.ts';
import { startServices, stopServices } from '../../src/app/start.ts';
import { systemRandom } from '../../src/core/random.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import type { TestOwner } from '../support/owner.ts';
import { World } from '../support/world.ts';

const VAULTS = 24;
const ROWS = 120;

let world: World;
const vaults: { owner: TestOwner; app: string }[] = [];

/** Many vaults, of `ROWS` rows each, all closed. */
beforeEach(async () => {
  world = await World.open();
  vaults.splice(0);
  for (let i = 0; i < VAULTS; i++) {
    const owner = await world.owner();
    const app = await owner.grant();
    const memories = Array.from({ length: ROWS }, (_, row) => ({ text: `Fact ${row} of vault ${i}, about lanterns and oolong` }));
    for (let at = 0; at < ROWS; at += 100) await remember(world.services, app, { memories: memories.slice(at, at + 100) }, null);
    vaults.push({ owner, app });
  }
});
afterEach(() => world.close());

async function withBudget(bytes: number, act: (services: Services) => Promise<void>): Promise<void> {
  await world.stop();
  const { clock, marks, keys } = world;
  const store = openSqliteStore({ path: world.database });
  const limits = { idleMs: 900_000, memoryBudget: bytes };
  const services = await startServices({ store, clock, random: systemRandom, marks, ...keys, limits, build: 'test' });
  try {
    await act(services);
  } finally {
    await stopServices(services);
  }
}

const taken = ({ vaults: { open } }: Services): number => [...open.values()].reduce((sum, vault) => sum + vault.bytes, 0);

async function ask(services: Services, i: number): Promise<void> {
  world.clock.advance(1000);
  const { rows } = await retrieve(services, vaults[i]?.app ?? '', { query: `lanterns 7 vault ${i}`, limit: 3 });
  expect(rows).toHaveLength(3);
  expect(rows.every(({ text }) => text.includes(`of vault ${i},`))).toBe(true);
}

describe('the memory that open vaults take', () => {
  it('stays within what they may, in whatever order they are opened, and without anybody sweeping', async () => {
    let one = 0;
    await withBudget(2 ** 30, async (services) => {
      await ask(services, 0);
      one = taken(services);
    });
    expect(one).toBeGreaterThan(ROWS * 300);
    const budget = 5 * one;
    await withBudget(budget, async (services) => {
      const most = { vaults: 0, bytes: 0 };
      for (let round = 0; round < 3 * VAULTS; round++) {
        await ask(services, (round * 7 + (round % 5)) % VAULTS);
        most.vaults = Math.max(most.vaults, services.vaults.open.size);
        most.bytes = Math.max(most.bytes, taken(services));
      }
      // What the last one takes besides while it is being asked.
      expect(most.bytes).toBeLessThan(budget + one / 4);
      expect(most.vaults).toBeGreaterThan(2);
      expect(most.vaults).toBeLessThan(8);
    });
  });

  it('drops those used least recently, and never the one used last, whatever it takes', async () => {
    await withBudget(1, async (services) => {
      for (const i of [3, 4, 5, 4]) {
        await ask(services, i);
        expect([...services.vaults.open.keys()]).toEqual([vaults[i]?.owner.vault]);
      }
      world.clock.advance(60_000);
      expect(services.vaults.sweep()).toBe(0);
      await ask(services, 4);
    });
    await withBudget(2 ** 30, async (services) => {
      for (let i = 0; i < 6; i++) await ask(services, i);
      await ask(services, 0);
      expect(services.vaults.open.size).toBe(6);
    });
  });

  it('is not taken from whoever was at work a moment ago', async () => {
    await withBudget(1, async (services) => {
      const all = [0, 1, 2].map((i) => retrieve(services, vaults[i]?.app ?? '', { query: 'lanterns', limit: 3 }));
      for (const { rows } of await Promise.all(all)) expect(rows).toHaveLength(3);
      expect(services.vaults.open.size).toBe(3);
      world.clock.advance(1000);
      expect(services.vaults.sweep()).toBe(2);
    });
  });
});
