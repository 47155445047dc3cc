import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '../../schemas/limits.ts';
import type { Memory, NewMemory } from '../../schemas/memory.ts';
import { appConfirm, contest } from '../../src/app/contest.ts';
import { edit } from '../../src/app/edit.ts';
import { history } from '../../src/app/history.ts';
import { list, show } from '../../src/app/list.ts';
import { remember } from '../../src/app/remember.ts';
import { formatInstant } from '../../src/core/instant.ts';
import { parseToken } from '../../src/crypto/token.ts';
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
/** The owner dismisses what has been raised up to now. */
async function dismiss(body: { grant: string | null; rows: readonly string[] }): Promise<void> {
  owner.head = (await list(world.services, app, {})).head;
  await owner.post('dismissed', body);
}

describe('an app’s doubt', () => {
  it('takes a row out of active, says why to who may read, and counts once', async () => {
    const row = await say('Lives in Porto');
    const { memory } = await contest(world.services, rival, row.id, { note: 'The user says they have moved' }, null);
    expect(memory).toMatchObject({ standing: 'contested', tier: 'background', contestedBy: [parseToken(rival).grantId] });
    await contest(world.services, rival, row.id, { note: 'Again' }, null);
    const { events } = await history(world.services, app, row.id);
    expect(events.filter(({ kind }) => kind === 'contested').map(({ detail }) => detail)).toEqual(['The user says they have moved']);
  });

  it('is listed with who raised it, when and why; the note for who may read the row, the cause for everybody', async () => {
    const [row, other] = [await say('Lives in Porto'), await say('Plays chess')];
    const at = formatInstant(world.clock.now());
    await contest(world.services, rival, row.id, { note: 'The user says they have moved' }, null);
    await edit(world.services, rival, other.id, { text: 'Plays go' }, null);
    await say('Never mind');
    const doubted = async (token: string) =>
      (await list(world.services, token, { standing: 'contested' })).memories.map(({ id, doubts }) => [id, doubts]);
    const grant = parseToken(rival).grantId;
    const expected = [
      [other.id, [{ grant, at, reason: 'edit', note: null }]],
      [row.id, [{ grant, at, reason: 'doubt', note: 'The user says they have moved' }]],
    ];
    expect(await doubted(app)).toEqual(expected);
    expect(await doubted(await owner.device())).toEqual(expected);
    expect((await list(world.services, app, {})).memories.every(({ doubts }) => doubts === undefined)).toBe(true);
    await world.restart();
    expect(await doubted(app)).toEqual(expected);
  });

  it('of a version that lies outside a reader’s scope is told without its note', async () => {
    const row = await say('Takes the pills', { category: 'health' });
    await contest(world.services, rival, row.id, { note: 'They were for the dog' }, null);
    await edit(world.services, app, row.id, { category: 'learning' }, null);
    const narrow = await owner.grant({ categories: ['learning'], capabilities: ['list'] });
    const [seen] = (await list(world.services, narrow, { standing: 'contested' })).memories;
    expect(seen?.doubts).toMatchObject([{ reason: 'doubt', note: null }]);
    expect((await list(world.services, app, { standing: 'contested' })).memories[0]?.doubts).toMatchObject([
      { note: 'They were for the dog' },
    ]);
  });

  it('and its dismissal stand in the history of the row, also where a grant’s doubts go all at once', async () => {
    const [row, other] = [await say('Lives in Porto'), await say('Plays chess')];
    await contest(world.services, rival, row.id, {}, null);
    await dismiss({ grant: parseToken(app).grantId, rows: [] });
    await dismiss({ grant: parseToken(rival).grantId, rows: [] });
    await dismiss({ grant: parseToken(rival).grantId, rows: [] });
    await contest(world.services, rival, row.id, {}, null);
    owner.head = (await list(world.services, app, {})).head;
    await owner.confirm(row);
    await dismiss({ grant: parseToken(rival).grantId, rows: [] });
    await dismiss({ grant: null, rows: [row.id] });
    const kinds = async (id: string) => (await history(world.services, app, id)).events.map(({ kind }) => kind);
    expect(await kinds(row.id)).toEqual(['remembered', 'contested', 'dismissed', 'contested', 'validated', 'dismissed']);
    expect(await kinds(other.id)).toEqual(['remembered']);
  });

  it('takes the capability, a row in scope, and one that is in use', async () => {
    const row = await say('Lives in Porto');
    const other = await owner.grant();
    await expect(contest(world.services, other, row.id, {}, null)).rejects.toMatchObject({ code: 'capability_missing' });
    await owner.addCollection('work');
    const elsewhere = await owner.grant({ collections: ['work'], capabilities: ['contest', 'list'] });
    await expect(contest(world.services, elsewhere, row.id, {}, null)).rejects.toMatchObject({ code: 'memory_unknown' });
    await owner.retract(row);
    await expect(contest(world.services, rival, row.id, {}, null)).rejects.toMatchObject({
      code: expect.stringMatching(/row_not_live|memory_unknown/),
    });
  });

  it('comes back only by a new event once the owner has dismissed it', async () => {
    const row = await say('Lives in Porto');
    await contest(world.services, rival, row.id, {}, 'key-1');
    await dismiss({ grant: parseToken(rival).grantId, rows: [] });
    expect(await read(row.id)).toMatchObject({ standing: 'live', tier: 'active', contestedBy: [] });
    await contest(world.services, rival, row.id, {}, 'key-1');
    expect((await read(row.id)).standing).toBe('live');
    await contest(world.services, rival, row.id, {}, null);
    expect((await read(row.id)).standing).toBe('contested');
  });

  it('has a budget: so many rows at a time, whichever way they are doubted, and not one more is touched', async () => {
    const rows: Memory[] = [];
    for (let i = 0; i < LIMITS.contestsOpen + 2; i++) rows.push(await say(`Fact number ${i} about the garden`));
    const [spare, last] = rows.splice(-2);
    if (spare === undefined || last === undefined) throw new Error('rows');
    for (const row of rows) await contest(world.services, rival, row.id, {}, null);
    const spent = { code: 'contest_budget_spent' };
    const head = async () => (await list(world.services, app, {})).head;
    const before = await head();
    await expect(contest(world.services, rival, spare.id, {}, null)).rejects.toMatchObject(spent);
    await expect(edit(world.services, rival, spare.id, { text: 'Something else' }, null)).rejects.toMatchObject(spent);
    await expect(say('Replaces it', { supersedes: [spare.id] }, rival)).rejects.toMatchObject(spent);
    expect(await head()).toEqual(before);
    // The owner's dismissal gives it room again, for what it may still raise today.
    await dismiss({ grant: parseToken(rival).grantId, rows: rows.map(({ id }) => id) });
    expect((await contest(world.services, rival, spare.id, {}, null)).memory.standing).toBe('contested');
    expect((await read(last.id)).standing).toBe('live');
  });

  it('has a budget by the day as well, which dismissals do not renew and the next day does', async () => {
    const row = await say('Lives in Porto');
    for (let i = 0; i < LIMITS.contestsPerDay; i++) {
      await contest(world.services, rival, row.id, {}, null);
      await dismiss({ grant: null, rows: [row.id] });
    }
    await expect(contest(world.services, rival, row.id, {}, null)).rejects.toMatchObject({ code: 'contest_budget_spent' });
    await world.restart();
    await expect(contest(world.services, rival, row.id, {}, null)).rejects.toMatchObject({ code: 'contest_budget_spent' });
    world.clock.advance(DAY);
    await contest(world.services, rival, row.id, {}, null);
  });
});

it('an app’s confirmation is an annotation: it moves no tier and no time (promise 4)', async () => {
  const row = await say('Lives in Porto', { observedAt: world.clock.now() - 200 * DAY });
  expect(row.tier).toBe('background');
  const { memory } = await appConfirm(world.services, app, row.id, null);
  expect(memory).toEqual({
    ...row,
    ageSeconds: memory.ageSeconds,
    unvalidatedForSeconds: memory.unvalidatedForSeconds,
    lastAppConfirmedAt: formatInstant(world.clock.now()),
  });
  await world.restart();
  expect((await read(row.id)).lastAppConfirmedAt).toBe(memory.lastAppConfirmedAt);
});
