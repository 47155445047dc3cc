import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '../../schemas/limits.ts';
import type { Memory, NewMemory } from '../../schemas/memory.ts';
import { contest } from '../../src/app/contest.ts';
import { history } from '../../src/app/history.ts';
import { list, show } from '../../src/app/list.ts';
import { remember } from '../../src/app/remember.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import { DAY, World } from '../support/world.ts';
import type { TestOwner } from '../support/owner.ts';

const CAPABILITIES = ['remember', 'edit', 'retrieve', 'list', 'receipt', 'contest', 'confirm'] as const;

let world: World;
let owner: TestOwner;
let app: string;
let rival: string;

beforeEach(async () => {
  world = await World.open();
  owner = await world.owner();
  app = await owner.grant({ capabilities: [...CAPABILITIES] });
  rival = await owner.grant({ capabilities: [...CAPABILITIES] });
});

afterEach(async () => {
  await world.close();
});

async function say(text: string, more: Partial<NewMemory> = {}, token = app): Promise<Memory> {
  world.clock.advance(1000);
  const { memories } = await remember(world.services, token, { memories: [{ text, claimed: { kind: 'user_stated' }, ...more }] }, null);
  return memories[0] as Memory;
}

const read = (id: string, token = app): Promise<Memory> => show(world.services, token, id);
const city = (text: string, token = app, more: Partial<NewMemory> = {}) =>
  say(text, { subject: 'user', attribute: 'home city', ...more }, token);
const named = ({ id: row, version, commitment }: Memory) => ({ row, version, commitment });

describe('one value in the place of another', () => {
  it('of the same attribute: the app’s own row gives way to its later one; both are kept, and the chain shows', async () => {
    const porto = await city('Lives in Porto');
    const lisbon = await city('Lives in Lisbon', app, { subject: 'User', attribute: 'Home  City' });
    expect(await read(porto.id)).toMatchObject({ standing: 'superseded', supersededBy: lisbon.id, validUntil: lisbon.basisAt });
    expect(await read(lisbon.id)).toMatchObject({ standing: 'live', supersedes: [porto.id] });
    const { rows, withheld } = await retrieve(world.services, app, {
      query: 'Where does the user live: Porto or Lisbon?',
      includeDormant: true,
    });
    expect(rows.map(({ id }) => id)).toEqual([lisbon.id]);
    expect(withheld.superseded).toBe(1);
    expect((await list(world.services, app, { standing: 'superseded' })).memories.map(({ id }) => id)).toEqual([porto.id]);
    expect((await history(world.services, app, porto.id)).events.map(({ kind }) => kind)).toEqual(['remembered', 'superseded']);
    await world.restart();
    expect((await read(lisbon.id)).supersedes).toEqual([porto.id]);
  });

  it('an older value that arrives late takes its place behind the one that stands', async () => {
    const lisbon = await city('Lives in Lisbon');
    const porto = await city('Lived in Porto', app, { observedAt: world.clock.now() - 300 * DAY });
    expect(await read(porto.id)).toMatchObject({ standing: 'superseded', supersededBy: lisbon.id });
    expect((await read(lisbon.id)).standing).toBe('live');
  });

  it('within one batch the last of one attribute stands, unless an earlier one is the more recent', async () => {
    world.clock.advance(1000);
    const item = (text: string, more: Partial<NewMemory> = {}) => ({ text, subject: 'user', attribute: 'home city', ...more });
    const { memories } = await remember(
      world.services,
      app,
      { memories: [item('Lives in Porto'), item('Lives in Lisbon'), item('Lived in Faro', { observedAt: world.clock.now() - DAY })] },
      null,
    );
    expect(memories.map(({ standing }) => standing)).toEqual(['superseded', 'live', 'superseded']);
    expect(memories.map(({ supersededBy }) => supersededBy)).toEqual([memories[1]?.id, null, memories[1]?.id]);
  });

  it('as old as the one that stands is a doubt: neither is known to be the later', async () => {
    const observedAt = world.clock.now() - 30 * DAY;
    const porto = await city('Lived in Porto', app, { observedAt });
    const lisbon = await city('Lived in Lisbon', app, { observedAt });
    expect(await read(porto.id)).toMatchObject({ standing: 'contested', supersededBy: null });
    expect((await read(lisbon.id)).standing).toBe('live');
    const [faro, braga] = [await say('Was in Faro', { observedAt }), await say('Was in Braga', { observedAt })];
    const named = await say('Was in Évora', { observedAt, supersedes: [faro.id] }, app);
    expect([(await read(faro.id)).standing, (await read(braga.id)).standing, named.standing]).toEqual(['contested', 'live', 'live']);
  });

  it('in one batch, behind a row that stands already, leaves the next of the batch to that one', async () => {
    const lisbon = await city('Lives in Lisbon');
    world.clock.advance(1000);
    const item = (text: string, days: number) => ({
      text,
      subject: 'user',
      attribute: 'home city',
      observedAt: world.clock.now() - days * DAY,
    });
    const { memories } = await remember(world.services, app, { memories: [item('Lived in Porto', 9), item('Lived in Faro', 8)] }, null);
    expect(memories.map(({ supersededBy }) => supersededBy)).toEqual([lisbon.id, lisbon.id]);
    expect((await read(lisbon.id)).supersedes.toSorted()).toEqual(memories.map(({ id }) => id).toSorted());
  });

  it('also of a row that its owner has brought back', async () => {
    const porto = await city('Lives in Porto');
    const lisbon = await city('Lives in Lisbon');
    await owner.post('superseded', { pairs: [{ replaced: named(lisbon), by: named(await say('Moves about')) }] });
    await city('Lives in Faro');
    await owner.post('reinstated', { rows: [named(porto)] });
    const braga = await city('Lives in Braga');
    expect(await read(porto.id)).toMatchObject({ standing: 'superseded', supersededBy: braga.id });
    expect((await read(lisbon.id)).supersededBy).not.toBe(braga.id);
  });

  it('of another app’s row, or of one that the owner has confirmed, is a doubt and no more', async () => {
    const porto = await city('Lives in Porto');
    const lisbon = await city('Lives in Lisbon', rival);
    expect(await read(porto.id)).toMatchObject({ standing: 'contested', supersededBy: null });
    expect((await read(lisbon.id)).standing).toBe('live');
    await owner.confirm(porto);
    await city('Lives in Faro');
    expect(await read(porto.id)).toMatchObject({ standing: 'contested', supersededBy: null });
    const { events } = await history(world.services, app, porto.id);
    expect(events.at(-1)).toMatchObject({ kind: 'contested', detail: expect.stringContaining('same attribute') });
  });

  it('raises no doubt about a row that is more recent than what it says', async () => {
    const porto = await city('Lives in Porto');
    await city('Lived in Lisbon', rival, { observedAt: world.clock.now() - 100 * DAY });
    expect((await read(porto.id)).standing).toBe('live');
  });

  it('keeps apart subjects, attributes and collections', async () => {
    await owner.addCollection('work');
    const both = await owner.grant({ collections: ['default', 'work'] });
    const porto = await city('Lives in Porto', both);
    await city('Anna lives in Faro', both, { subject: 'Anna' });
    await city('Works in Lisbon', both, { attribute: 'work city' });
    await city('Office in Braga', both, { collection: 'work' });
    expect((await read(porto.id, both)).standing).toBe('live');
  });

  it('with the budget spent remembers the row, and leaves the other alone', async () => {
    const porto = await city('Lives in Porto');
    for (let i = 0; i < LIMITS.contestsOpen; i++) {
      const row = await say(`Fact number ${i} about the garden`);
      await contest(world.services, rival, row.id, {}, null);
    }
    const lisbon = await city('Lives in Lisbon', rival);
    expect([(await read(porto.id)).standing, (await read(lisbon.id)).standing]).toEqual(['live', 'live']);
  });

  it('by the owner’s hand, whoever wrote it; and back again', async () => {
    const porto = await say('Lives in Porto');
    const lisbon = await say('Lives in Lisbon', {}, rival);
    await owner.confirm(porto);
    await owner.post('superseded', { pairs: [{ replaced: named(porto), by: named(lisbon) }] });
    expect(await read(porto.id)).toMatchObject({ standing: 'superseded', supersededBy: lisbon.id, tier: 'dormant' });
    expect((await read(lisbon.id)).supersedes).toEqual([porto.id]);
    const wrong = owner.post('superseded', { pairs: [{ replaced: named(porto), by: named(lisbon) }] });
    await expect(wrong).rejects.toMatchObject({ code: 'row_not_live' });
    await owner.post('reinstated', { rows: [named(porto)] });
    expect(await read(porto.id)).toMatchObject({ standing: 'live', supersededBy: null, validUntil: null });
    expect((await read(lisbon.id)).supersedes).toEqual([]);
  });
});

it('a reinstated row is unvalidated, and not one millisecond fresher than before its retraction', async () => {
  const row = await say('Lives in Porto');
  const before = await read(row.id);
  await owner.confirm(row);
  await owner.retract(row);
  await owner.post('reinstated', { rows: [named(row)] });
  expect(await read(row.id)).toEqual({ ...before, ageSeconds: before.ageSeconds, unvalidatedForSeconds: before.unvalidatedForSeconds });
  await expect(owner.post('reinstated', { rows: [named(row)] })).rejects.toMatchObject({ code: 'row_not_live' });
});
