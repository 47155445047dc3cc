import { afterEach, beforeEach, expect, it } from 'vitest';
import { demoteStaleJob } from '../../jobs/demote-stale.ts';
import { runJob } from '../../jobs/run.ts';
import { list, show } from '../../src/app/list.ts';
import { remember } from '../../src/app/remember.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import type { Services } from '../../src/app/services.ts';
import { MemSyncError } from '../../src/core/errors.ts';
import type { JobEvent } from '../../src/memory/event.ts';
import { parseStoredEvent } from '../../src/memory/event.ts';
import type { TestOwner } from '../support/owner.ts';
import { DAY, World } from '../support/world.ts';

let world: World;
let owner: TestOwner;
let app: string;
beforeEach(async () => {
  world = await World.open();
  owner = await world.owner();
  app = await owner.grant();
});
afterEach(() => world.close());

const demote = (services: Services = world.services) => runJob(services, demoteStaleJob, { worker: 'test' });
const say = async (...texts: string[]) =>
  (await remember(world.services, app, { memories: texts.map((text) => ({ text, claimed: { kind: 'user_stated' } })) }, null)).memories;

async function demotions(vault: string): Promise<Extract<JobEvent, { kind: 'demoted' }>[]> {
  const events = await world.services.store.events(vault, 0, 10_000);
  return events.flatMap(({ stored }) => {
    const parsed = parseStoredEvent(stored);
    return parsed.by === 'job' && parsed.event.kind === 'demoted' ? [parsed.event] : [];
  });
}

it('needs no key: the rows of a vault that nobody has opened since the start fall step by step', async () => {
  const [kept, old] = await say('Plays chess', 'Lives in Porto');
  if (kept === undefined || old === undefined) throw new Error('two rows');
  // Private facts that the user stated steer for 120 days, then lie in background for 240.
  world.clock.advance(119 * DAY);
  await owner.confirm(kept);
  world.clock.advance(DAY);
  await world.restart();
  expect(world.services.vaults.open.size).toBe(0);
  expect(await demote()).toMatchObject({ outcome: 'done', report: { demoted: 1, vaults: 1, failed: 0 } });
  world.clock.advance(119 * DAY);
  expect(await demote()).toMatchObject({ report: { demoted: 1 } });
  world.clock.advance(121 * DAY);
  expect(await demote()).toMatchObject({ report: { demoted: 1 } });
  expect(await demote()).toMatchObject({ report: { demoted: 0, vaults: 0 } });
  expect(world.services.vaults.open.size).toBe(0);
  const facts = (await demotions(owner.vault)).map(({ row, from, to, job, reason }) => [row, from, to, job, reason]);
  expect(facts).toEqual([
    [old.id, 'active', 'background', 'demote-stale', 'aged'],
    [kept.id, 'active', 'background', 'demote-stale', 'aged'],
    [old.id, 'background', 'dormant', 'demote-stale', 'aged'],
  ]);
  expect((await show(world.services, app, old.id)).tier).toBe('dormant');
});

it('changes nothing that a reader sees, early, late, twice, with the vault open or shut', async () => {
  await say('Plays chess', 'Lives in Porto', 'Likes tea');
  for (const [i, days] of [1, 119, 30, 100, 110, 400].entries()) {
    world.clock.advance(days * DAY);
    const before = await list(world.services, app, {});
    const { context } = await retrieve(world.services, app, { query: 'chess tea Porto', includeDormant: true });
    if (i % 2 === 0) await world.restart();
    await demote();
    await demote();
    const after = await list(world.services, app, {});
    expect(after.memories).toEqual(before.memories);
    expect((await retrieve(world.services, app, { query: 'chess tea Porto', includeDormant: true })).context).toBe(context);
  }
  expect(await demotions(owner.vault)).toHaveLength(6);
});

it('lets a fallen row rise by the owner’s word alone', async () => {
  const [row] = await say('Lives in Porto');
  if (row === undefined) throw new Error('a row');
  world.clock.advance(200 * DAY);
  await demote();
  await say('Lives in Porto');
  expect((await show(world.services, app, row.id)).tier).toBe('background');
  await owner.confirm(row);
  expect((await show(world.services, app, row.id)).tier).toBe('active');
  await demote();
  expect((await show(world.services, app, row.id)).tier).toBe('active');
  world.clock.advance(120 * DAY);
  expect(await demote()).toMatchObject({ report: { demoted: 1 } });
});

it('reads in proportion to what is due, over all vaults together, and not to what is stored', async () => {
  const others = await Promise.all(Array.from({ length: 20 }, () => world.owner()));
  const tokens = await Promise.all(others.map((one) => one.grant()));
  const observedAt = world.clock.now() - 25 * DAY;
  for (const token of tokens) {
    const memories = Array.from({ length: 5 }, (_, i) => ({ text: `Old ${i}`, observedAt }));
    await remember(world.services, token, { memories }, null);
  }
  const reads = async (stored: number): Promise<number> => {
    for (let i = 0; i < stored; i += 250) {
      await remember(world.services, app, { memories: Array.from({ length: 250 }, (_, j) => ({ text: `Row ${stored} ${i + j}` })) }, null);
    }
    await world.restart();
    const counted = counting(world.services);
    expect(await demote(counted.services)).toMatchObject({ report: { failed: 0 } });
    return counted.reads();
  };
  // Nothing is due: one look.
  expect(await reads(250)).toBeLessThanOrEqual(1);
  world.clock.advance(6 * DAY);
  // A hundred rows are due, in twenty vaults, beside thousands that are not.
  const dueReads = await reads(3000);
  expect(await demotions(others[0]?.vault ?? '')).toHaveLength(5);
  // Each is looked for, read again under its vault’s head, and looked for once more in vain; each vault’s head is read once.
  expect(dueReads).toBeLessThanOrEqual(100 * 2 + 20 + 5);
});

/** The same services, on the same store, which counts the records that it gives out. */
function counting(services: Services): { services: Services; reads: () => number } {
  let reads = 0;
  const store = new Proxy(services.store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]): Promise<unknown> => {
        const answer: unknown = await Reflect.apply(value, target, args);
        reads += Array.isArray(answer) ? answer.length : 1;
        if (name === 'commit' || name === 'claimTick' || name === 'finishRun') reads -= 1;
        return answer;
      };
    },
  });
  return { services: { ...services, store }, reads: () => reads };
}

it('goes on with the other vaults when one fails, however much is due in that', async () => {
  const observedAt = world.clock.now() - 2 * DAY;
  for (let page = 0; page < 5; page++) {
    const memories = Array.from({ length: 250 }, (_, i) => ({
      text: `Early ${page} ${i}`,
      claimed: { kind: 'user_stated' } as const,
      observedAt,
    }));
    await remember(world.services, app, { memories }, null);
  }
  const [other, third] = [await world.owner(), await world.owner()];
  const late = { memories: [{ text: 'Late', claimed: { kind: 'user_stated' } as const }] };
  for (const one of [other, third]) await remember(world.services, await one.grant(), late, null);
  await world.restart();
  world.clock.advance(200 * DAY);
  const failing = without(world.services, owner.vault);
  expect(await demote(failing)).toMatchObject({ outcome: 'done', report: { demoted: 2, vaults: 2, failed: 1 } });
  expect(await demote(failing)).toMatchObject({ outcome: 'done', report: { demoted: 0, vaults: 0, failed: 1 } });
  expect(await demote()).toMatchObject({ outcome: 'done', report: { demoted: 1250, vaults: 1, failed: 0 } });
});

/** The same services, on the same store, which does not find the head of one vault. */
function without(services: Services, vault: string): Services {
  const store = new Proxy(services.store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]): Promise<unknown> => {
        if (name === 'head' && args[0] === vault) throw new MemSyncError('store_failed', 'The head does not read.');
        return Reflect.apply(value, target, args);
      };
    },
  });
  return { ...services, store };
}
