import { afterEach, beforeEach, expect, it } from 'vitest';
import { LIMITS } from '../../schemas/limits.ts';
import type { Memory } from '../../schemas/memory.ts';
import { edit } from '../../src/app/edit.ts';
import { demoteStale } from '../../src/app/demote-stale.ts';
import { list } from '../../src/app/list.ts';
import { remember } from '../../src/app/remember.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import type { TestOwner } from '../support/owner.ts';
import { DAY, World } from '../support/world.ts';

/** Rows of one line, each derived from the one before: enough for squares to tell. */
const LENGTH = 120;
/** How often a row may be looked at, over all that is done to the line at once. */
const EACH = 12;

let world: World;
let owner: TestOwner;
let app: string;
let line: Memory[];

beforeEach(async () => {
  world = await World.open();
  owner = await world.owner();
  app = await owner.grant();
  line = [];
  for (let i = 0; i < LENGTH; i++) line.push(await say(`Link ${i}`, line.at(-1)));
});

afterEach(async () => {
  await world.close();
});

async function say(text: string, source?: Memory): Promise<Memory> {
  const derivedFrom = source === undefined ? [] : [source.id];
  const { memories } = await remember(world.services, app, { memories: [{ text, claimed: { kind: 'user_stated' }, derivedFrom }] }, null);
  return memories[0] as Memory;
}

/** How many rows are looked at in memory while something is done. */
async function looks(act: () => Promise<unknown>): Promise<number> {
  const rows = world.services.vaults.open.get(owner.vault)?.rows;
  if (rows === undefined) throw new Error('the vault is open');
  const get = rows.get.bind(rows);
  let count = 0;
  rows.get = (id) => {
    count += 1;
    return get(id);
  };
  await act();
  rows.get = get;
  return count;
}

it('a list of a long line looks at each of its rows a few times', async () => {
  expect(await looks(() => list(world.services, app, { limit: 200, tier: 'active' }))).toBeLessThan(EACH * LENGTH);
});

it('a retrieval does', async () => {
  expect(await looks(() => retrieve(world.services, app, { query: 'link', limit: 100 }))).toBeLessThan(EACH * LENGTH);
});

it('so does a batch of rows that derive from its end', async () => {
  const memories = Array.from({ length: LENGTH }, (_, i) => ({ text: `Leaf ${i}`, derivedFrom: [line.at(-1)?.id ?? ''] }));
  expect(await looks(() => remember(world.services, app, { memories }, null))).toBeLessThan(EACH * LENGTH);
});

it('the fall of a whole line does, with its beginning', async () => {
  const [first] = line;
  if (first === undefined) throw new Error('the line has a beginning');
  expect(await looks(() => owner.retract(first))).toBeLessThan(EACH * LENGTH);
  const { memories } = await list(world.services, app, { tier: 'dormant', limit: 200 });
  expect(memories).toHaveLength(LENGTH);
});

it('so does the demotion of a whole line that has aged', async () => {
  world.clock.advance(400 * DAY);
  expect(await looks(() => demoteStale(world.services))).toBeLessThan(EACH * LENGTH);
});

it('no line grows longer than it may: not by a new row, nor by an edit that joins two, nor by an echo', async () => {
  const [first, last] = [line[0], line.at(-1)];
  if (first === undefined || last === undefined) throw new Error('the line has two ends');
  // As if it were as long as it may be; whatever is planted in memory is only looked up by name.
  const above = Array.from({ length: LIMITS.lineageDepth - LENGTH }, (_, i) => `above ${i}`);
  const descent = world.services.vaults.open.get(owner.vault)?.descent;
  above.forEach((id, i) => descent?.put(id, i === 0 ? [] : [above[i - 1] ?? '']));
  descent?.put(first.id, [above.at(-1) ?? '']);
  expect(descent?.depth(last.id)).toBe(LIMITS.lineageDepth - 1);

  const tip = await say('Plays the violoncello in an orchestra in Porto', last);
  const tooDeep = { code: 'lineage_too_deep' };
  await expect(say('And from that', tip)).rejects.toMatchObject(tooDeep);
  const [head, tail] = [await say('Begins another'), await say('Ends it')];
  await edit(world.services, app, tail.id, { derivedFrom: [head.id] }, null);
  await expect(edit(world.services, app, head.id, { derivedFrom: [last.id] }, null)).rejects.toMatchObject(tooDeep);
  await expect(edit(world.services, app, head.id, { derivedFrom: [tail.id] }, null)).rejects.toMatchObject({ code: 'lineage_cyclic' });

  await retrieve(world.services, app, { query: 'violoncello orchestra Porto' });
  world.clock.advance(1000);
  const echo = await say('In Porto, plays the violoncello in an orchestra');
  expect(echo).toMatchObject({ derivedFrom: [], basisReason: 'source' });
});
