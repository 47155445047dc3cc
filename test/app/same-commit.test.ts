import { afterEach, beforeEach, expect, it } from 'vitest';
import { contest } from '../../src/app/contest.ts';
import { edit } from '../../src/app/edit.ts';
import { remember } from '../../src/app/remember.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import { inOneCommit } from '../support/one-commit.ts';
import { DAY, START, World } from '../support/world.ts';
import type { TestOwner } from '../support/owner.ts';

let world: World;
let owner: TestOwner;
let app: string;
let row: string;

beforeEach(async () => {
  world = await World.open();
  owner = await world.owner();
  app = await owner.grant({ capabilities: ['remember', 'edit', 'retrieve', 'list', 'contest', 'confirm'], expiresAt: START + DAY });
  row = await say('Plays chess');
});

afterEach(async () => {
  await world.close();
});

async function say(text: string): Promise<string> {
  const { memories } = await remember(world.services, app, { memories: [{ text }] }, null);
  return memories[0]?.id ?? '';
}

const revoke = () => owner.post('revoked', { grant: owner.grants[0]?.id });

/** Both in one commit, in this order. */
async function together(first: () => Promise<unknown>, second: () => Promise<unknown>): Promise<PromiseSettledResult<unknown>[]> {
  const before = world.services.writer.counts.commits;
  const outcomes = await inOneCommit(world.services, [first, second]);
  expect(world.services.writer.counts.commits - before).toBe(1);
  return outcomes;
}

it.each([
  ['remember', () => remember(world.services, app, { memories: [{ text: 'Plays the piano' }] }, null)],
  ['edit', () => edit(world.services, app, row, { text: 'Plays chess badly' }, null)],
  ['contest', () => contest(world.services, app, row, {}, null)],
])('what was written before a revocation in the same commit is answered as written: %s', async (_, act) => {
  const [written, cut] = await together(act, revoke);
  expect(cut?.status).toBe('fulfilled');
  expect(written).toMatchObject({ status: 'fulfilled' });
});

it.each([
  ['remember', () => say('Plays the piano')],
  ['edit', () => edit(world.services, app, row, { text: 'Plays chess badly' }, null)],
  ['contest', () => contest(world.services, app, row, {}, null)],
  ['retrieve', () => retrieve(world.services, app, { query: 'chess' })],
])('a revoked grant does nothing more in the commit that revokes it: %s', async (_, act) => {
  const [cut, late] = await together(revoke, act);
  expect(cut?.status).toBe('fulfilled');
  expect(late).toMatchObject({ status: 'rejected', reason: { code: 'grant_revoked' } });
});

it('a grant that runs out after it was let in, and before its part is built, writes nothing', async () => {
  world.clock.set(START + DAY - 1);
  const late = say('Plays the piano');
  // Queued behind it, and so prepared after it: time goes by meanwhile.
  for (let i = 0; i < 20; i++) await Promise.resolve();
  const other = world.services.writer.submit({
    prepare: async () => {
      world.clock.advance(1);
      return { tail: (await world.services.vaults.acquire(owner.vault)).state };
    },
    build: () => undefined,
  });
  await expect(late).rejects.toMatchObject({ code: 'grant_expired' });
  await other;
});
