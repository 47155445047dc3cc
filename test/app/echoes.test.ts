import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Memory, NewMemory } from '../../schemas/memory.ts';
import { edit } from '../../src/app/edit.ts';
import { show } from '../../src/app/list.ts';
import { remember } from '../../src/app/remember.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import { formatInstant } from '../../src/core/instant.ts';
import { DAY, World } from '../support/world.ts';
import type { TestOwner } from '../support/owner.ts';

let world: World;
let owner: TestOwner;
let app: string;

beforeEach(async () => {
  world = await World.open();
  owner = await world.owner();
  app = await owner.grant();
});

afterEach(async () => {
  await world.close();
});

async function say(text: string, more: Partial<NewMemory> = {}, token = app): Promise<Memory> {
  const { memories } = await remember(world.services, token, { memories: [{ text, claimed: { kind: 'user_stated' }, ...more }] }, null);
  return memories[0] as Memory;
}

/** A row that is nearly half a year old, shown to a thread now. */
async function shown(thread: string | undefined = 'chat-1', token = app): Promise<Memory> {
  const row = await say('I am allergic to hazelnuts', { observedAt: world.clock.now() - 170 * DAY });
  const reply = await retrieve(world.services, token, {
    query: 'hazelnuts',
    ...(thread === undefined ? {} : { thread }),
    includeDormant: true,
  });
  expect(reply.rows.map(({ id }) => id)).toContain(row.id);
  world.clock.advance(60_000);
  return row;
}

const ECHO = 'The user has a hazelnut allergy';
const inThread = (thread: string, kind: 'user_stated' | 'model_inferred' = 'user_stated') => ({ claimed: { kind, thread } });

it('what a thread was shown and says again in other words takes the row as its source: no younger, no better, falling with it', async () => {
  const row = await shown();
  const echo = await say(ECHO, inThread('chat-1'));
  expect(echo).toMatchObject({ derivedFrom: [row.id], basisAt: row.basisAt, basisReason: 'source', tier: row.tier });
  await owner.retract(row);
  expect((await show(world.services, app, echo.id)).tier).toBe('dormant');
});

it('is known for an echo after a restart, and by another app of the same thread', async () => {
  const row = await shown();
  await world.restart();
  const other = await owner.grant();
  expect(await say(ECHO, inThread('chat-1'), other)).toMatchObject({ derivedFrom: [row.id], basisAt: row.basisAt });
});

it('is none in another thread, nor is something new in the same one', async () => {
  await shown();
  const now = formatInstant(world.clock.now());
  expect(await say(ECHO, inThread('chat-2'))).toMatchObject({ derivedFrom: [], basisAt: now, tier: 'active' });
  expect(await say('I am allergic to penicillin', inThread('chat-1'))).toMatchObject({ derivedFrom: [], basisAt: now });
});

it('leaving the thread out does not hide it, while what the app was shown is fresh', async () => {
  const row = await shown(undefined);
  expect(await say(ECHO)).toMatchObject({ derivedFrom: [row.id], basisAt: row.basisAt });
  world.clock.advance(11 * 60_000);
  expect((await say('Hazelnuts make the user ill', {})).derivedFrom).toEqual([]);
});

it('an edit into an echo takes the source as well, and never itself', async () => {
  const row = await shown();
  const note = await say('Something about food', inThread('chat-1'));
  await edit(world.services, app, note.id, { text: ECHO, claimed: { kind: 'user_stated', thread: 'chat-1' } }, null);
  expect(await show(world.services, app, note.id)).toMatchObject({ derivedFrom: [row.id], basisAt: row.basisAt });
  await edit(world.services, app, row.id, { text: 'I’m badly allergic to hazelnuts', claimed: { thread: 'chat-1' } }, null);
  expect((await show(world.services, app, row.id)).derivedFrom).toEqual([]);
});

it('of a row that the app may not see passes on its age and its limits, and not its name', async () => {
  await owner.addCollection('work');
  const wide = await owner.grant({ collections: ['default', 'work'] });
  const narrow = await owner.grant({ collections: ['work'] });
  const row = await shown('chat-1', wide);
  const echo = await say(ECHO, { ...inThread('chat-1'), collection: 'work' }, narrow);
  expect(echo.derivedFrom).toEqual([]);
  expect(echo.basisAt).toBe(row.basisAt);
});
