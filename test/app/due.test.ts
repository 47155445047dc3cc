import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Memory, NewMemory } from '../../schemas/memory.ts';
import { list } from '../../src/app/list.ts';
import { issueReceipt } from '../../src/app/issue-receipt.ts';
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

describe('what falls due', () => {
  async function serve(query: string): Promise<void> {
    const { id } = await retrieve(world.services, app, { query, limit: 1 });
    await issueReceipt(world.services, app, { retrievalId: id, model: { label: 'm' }, output: { text: 'x' } }, null);
  }

  it('comes with what was served in most receipts since it was last confirmed first, or the soonest first', async () => {
    const chess = await say('Plays chess', { observedAt: world.clock.now() - 30 * DAY });
    const tea = await say('Likes tea');
    const porto = await say('Lives in Porto');
    for (const query of ['tea', 'Porto', 'Porto', 'Porto', 'chess']) await serve(query);
    world.clock.advance(DAY);
    await owner.confirm(porto);
    world.clock.advance(DAY);
    await serve('Porto');
    await serve('tea');
    const due = world.clock.now() + 200 * DAY;
    const ordered = async (order?: 'steering' | 'soonest', token = app) =>
      (await list(world.services, token, { due, ...(order === undefined ? {} : { order }) })).memories.map((row) => [
        row.id,
        row.servedInReceipts,
      ]);
    expect(await ordered()).toEqual([
      [tea.id, 2],
      [chess.id, 1],
      [porto.id, 1],
    ]);
    expect(await ordered('soonest')).toEqual([
      [chess.id, 1],
      [tea.id, 2],
      [porto.id, 1],
    ]);
    // An app counts its own receipts, a device of the owner's everybody's.
    expect((await ordered(undefined, rival)).map(([, served]) => served)).toEqual([0, 0, 0]);
    expect(await ordered(undefined, await owner.device())).toEqual(await ordered());
  });

  it('is paged through in either order without loss, and `order` goes with `due` alone', async () => {
    for (const word of ['one', 'two', 'three', 'four', 'five']) await say(`Knows the word ${word}`);
    await serve('three');
    for (const order of ['steering', 'soonest'] as const) {
      const query = { due: world.clock.now() + 200 * DAY, order };
      const whole = (await list(world.services, app, query)).memories.map(({ id }) => id);
      const paged: string[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const page = await list(world.services, app, { ...query, limit: 2, ...(cursor === '' ? {} : { cursor }) });
        paged.push(...page.memories.map(({ id }) => id));
        cursor = page.cursor;
      }
      expect(paged).toEqual(whole);
      expect(paged).toHaveLength(5);
    }
    await expect(list(world.services, app, { order: 'soonest' })).rejects.toMatchObject({ code: 'input_invalid' });
    // A place in one order is none in another.
    const due = world.clock.now() + 200 * DAY;
    const { cursor } = await list(world.services, app, { due, limit: 1 });
    for (const query of [{ due, order: 'soonest' as const }, {}])
      await expect(list(world.services, app, { ...query, cursor: cursor ?? '' })).rejects.toMatchObject({ code: 'input_invalid' });
  });
});
