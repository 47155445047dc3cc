import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Memory } from '../../../schemas/memory.ts';
import type { RetrievalReply } from '../../../schemas/retrieval.ts';
import { edit } from '../../../src/app/edit.ts';
import { readGrantReads } from '../../../src/app/grant-reads.ts';
import { issueReceipt } from '../../../src/app/issue-receipt.ts';
import { foldOn, readGenesis } from '../../../src/app/ledger-reader.ts';
import { PastVault } from '../../../src/app/past/past-vault.ts';
import { remember } from '../../../src/app/remember.ts';
import { retrieve } from '../../../src/app/retrieve.ts';
import { threadTag } from '../../../src/app/thread-tag.ts';
import { parseToken } from '../../../src/crypto/token.ts';
import type { TestOwner } from '../../support/owner.ts';
import { DAY, START, World } from '../../support/world.ts';

let world: World;
let owner: TestOwner;
let app: string;

beforeEach(async () => {
  world = await World.open();
  owner = await world.owner();
  app = await owner.grant();
});

afterEach(() => world.close());

async function say(text: string, more: object = {}): Promise<Memory> {
  const { memories } = await remember(world.services, app, { memories: [{ text, claimed: { kind: 'user_stated' }, ...more }] }, null);
  return memories[0] as Memory;
}

type AsOf = number | { seq: number };
const ask = (asOf: AsOf | undefined, more: object = {}, token = app): Promise<RetrievalReply> =>
  retrieve(world.services, token, { query: 'tea coffee', ...(asOf === undefined ? {} : { asOf }), ...more });
const texts = ({ rows }: RetrievalReply): string[] => rows.map(({ text }) => text);
const headSeq = async (): Promise<number> => (await world.services.store.head(owner.vault))?.seq ?? -1;

describe('a look at the past', () => {
  it('names the head, the policy and the time of then, and says what rows said then', async () => {
    const row = await say('Likes tea');
    const before = await ask(undefined);
    world.clock.advance(DAY);
    await edit(world.services, app, row.id, { text: 'Likes coffee' }, null);
    await owner.post('policy_set', { policy: { ...(await policy()), version: 7 } });
    expect(texts(await ask(undefined))).toEqual(['Likes coffee']);
    const then = await ask({ seq: before.head.seq });
    expect(then).toEqual({ ...before, id: then.id, expiresAt: then.expiresAt });
    expect(texts(await ask(START + DAY - 1))).toEqual(['Likes tea']);
    expect(texts(await ask(START + DAY))).toEqual(['Likes coffee']);
    expect((await ask(START + DAY - 1)).evaluatedAt).toBe(new Date(START + DAY - 1).toISOString());
  });

  it('takes tiers at the instant, also where nothing has happened since', async () => {
    await say('Likes tea');
    world.clock.advance(400 * DAY);
    expect((await ask(START + DAY)).rows[0]?.placement).toBe('active');
    expect((await ask(START + 300 * DAY)).rows[0]?.placement).toBe('background');
    expect((await ask({ seq: await headSeq() })).rows[0]?.placement).toBe('active');
  });

  it('is refused where the vault never stood', async () => {
    await say('Likes tea');
    const head = await headSeq();
    const unknown = { code: 'as_of_unknown' };
    await expect(ask({ seq: head + 1 })).rejects.toMatchObject(unknown);
    await expect(ask(START - 1)).rejects.toMatchObject(unknown);
    await expect(ask(world.clock.now() + 1)).rejects.toMatchObject(unknown);
    expect(texts(await ask({ seq: 0 }))).toEqual([]);
    expect(texts(await ask({ seq: head }))).toEqual(['Likes tea']);
    expect(texts(await ask(world.clock.now()))).toEqual(['Likes tea']);
  });

  it('has no receipt, which says what to do', async () => {
    await say('Likes tea');
    const { id } = await ask({ seq: await headSeq() });
    await expect(
      issueReceipt(world.services, app, { retrievalId: id, model: { label: 'm' }, output: { text: 'x' } }, null),
    ).rejects.toMatchObject({ code: 'retrieval_past', status: 409 });
  });

  it('is no serving: no thread remembers it, and the owner reads of it', async () => {
    const row = await say('Likes tea');
    const device = await owner.device();
    const { id } = await ask({ seq: await headSeq() }, { thread: 't' });
    const { vault } = await world.services.vaults.acquire(owner.vault).then((open) => ({ vault: open }));
    expect(await world.services.store.servedTo(owner.vault, threadTag(vault, 't'), 10)).toEqual([]);
    expect(vault.recent.to(parseToken(app).grantId, world.clock.now())).toEqual([]);
    const { reads } = await readGrantReads(world.services, device, owner.vault, parseToken(app).grantId, {});
    expect(reads).toMatchObject([{ retrieval: id, rows: [row.id] }]);
    await ask(undefined, { thread: 't' });
    expect(await world.services.store.servedTo(owner.vault, threadTag(vault, 't'), 10)).toEqual([row.id]);
    expect(vault.recent.to(parseToken(app).grantId, world.clock.now())).toEqual([row.id]);
  });

  it('gives the same answer to the same idempotency key', async () => {
    await say('Likes tea');
    const asOf = { seq: await headSeq() };
    const first = await retrieve(world.services, app, { query: 'tea', asOf }, 'k');
    expect(await retrieve(world.services, app, { query: 'tea', asOf }, 'k')).toEqual(first);
    await expect(retrieve(world.services, app, { query: 'tea' }, 'k')).rejects.toMatchObject({ code: 'idempotency_conflict' });
  });
});

describe('what may be seen of the past', () => {
  it('is limited by what the grant may see now, and by the collections and categories of then', async () => {
    const row = await say('Likes tea', { category: 'health' });
    const seq = await headSeq();
    await edit(world.services, app, row.id, { category: 'travel' }, null);
    await owner.addCollection('work');
    const careful = await owner.grant({ categories: ['health'], collections: ['default', 'work'] });
    expect(texts(await ask({ seq }, {}, careful))).toEqual(['Likes tea']);
    expect(texts(await ask(undefined, {}, careful))).toEqual([]);
    expect(texts(await ask({ seq: await headSeq() }, {}, careful))).toEqual([]);
    await expect(ask({ seq }, { collections: ['work'] }, careful)).rejects.toMatchObject({ code: 'collection_unknown' });
    expect(texts(await ask({ seq: await headSeq() }, { collections: ['work'] }, careful))).toEqual([]);
    await owner.post('revoked', { grant: parseToken(app).grantId });
    await expect(ask({ seq })).rejects.toMatchObject({ code: 'grant_revoked' });
  });

  it('has nothing for others of what the owner has retracted since, and names it to them nowhere', async () => {
    const said = { thread: 't', speaker: 'Ana' };
    const row = await say('Likes tea', { claimed: { kind: 'user_stated', ...said } });
    await say('Really', { claimed: { kind: 'user_stated', ...said } });
    const seq = await headSeq();
    const [other, device] = [await owner.grant(), await owner.device()];
    const named = ({ rows }: RetrievalReply): (string | null)[] => rows.flatMap(({ why }) => why.others.map(({ detail }) => detail));
    expect(texts(await ask({ seq }, {}, other))).toEqual(['Likes tea', 'Really']);
    expect(named(await ask({ seq }, {}, other))).toContain(row.id);
    await owner.retract(row);
    for (const asOf of [{ seq }, undefined]) {
      const left = await ask(asOf, {}, other);
      expect(texts(left)).toEqual(['Really']);
      expect(named(left)).not.toContain(row.id);
      expect(left.withheld).toMatchObject({ retracted: 1 });
    }
    for (const token of [app, device]) expect(texts(await ask({ seq }, {}, token))).toEqual(['Likes tea', 'Really']);
  });

  it('has nothing of a row that was erased since, in no cached look either, and no rank that tells of it', async () => {
    await say('Likes coffee');
    const alone = await ask({ seq: await headSeq() });
    const row = await say('Likes tea and coffee');
    const seq = await headSeq();
    const device = await owner.device();
    await edit(world.services, app, row.id, { text: 'Likes milk' }, null);
    expect(texts(await ask({ seq }))).toHaveLength(2);
    await owner.post('erased', { scope: 'rows', rows: [row.id] });
    for (const token of [app, device]) {
      const left = await ask({ seq }, {}, token);
      expect(left.rows.map(({ score, text }) => ({ score, text }))).toEqual(alone.rows.map(({ score, text }) => ({ score, text })));
      expect(left.withheld).toEqual(alone.withheld);
    }
    await world.restart();
    expect(texts(await ask({ seq }))).toEqual(['Likes coffee']);
  });

  it('weighs on the vault’s memory, two looks at most, and goes with a grant’s keys', async () => {
    await say('Likes tea');
    await say('Likes coffee');
    const vault = await world.services.vaults.acquire(owner.vault);
    const head = await headSeq();
    await ask(undefined);
    const before = vault.bytes;
    const weights = [];
    for (const seq of [head, head - 1, head - 2, head]) {
      await ask({ seq });
      weights.push(vault.bytes - before);
    }
    expect(weights[0]).toBeGreaterThan(10_000);
    expect(weights[1]).toBeGreaterThan(1.5 * (weights[0] ?? 0));
    expect(weights[2]).toBeLessThan(2.5 * (weights[0] ?? 0));
    vault.drop(parseToken(app).grantId);
    expect(vault.pasts.bytes).toBe(0);
  });

  it('is whole also where a row is changed at the same time', async () => {
    const rows = [await say('Likes tea a lot'), await say('Likes coffee a lot')];
    const seq = await headSeq();
    const before = await ask({ seq });
    const change = (round: number): Promise<unknown>[] =>
      rows.map(({ id }) => edit(world.services, app, id, { text: `Now says ${round} ${id}` }, null));
    for (let round = 0; round < 5; round++) {
      const [then] = await Promise.all([ask({ seq }), ...change(round), ask({ seq })]);
      expect(then.rows).toEqual(before.rows);
      expect((await ask({ seq })).context).toBe(before.context);
    }
  });
});

describe('looks at the past at once', () => {
  it('are each of their own position, however many there are', async () => {
    const rows = [await say('Likes tea'), await say('Likes coffee')];
    for (let round = 0; round < 4; round++)
      for (const { id } of rows) await edit(world.services, app, id, { text: `Likes tea or coffee, ${round}` }, null);
    const head = await headSeq();
    const positions = Array.from({ length: head + 1 }, (_, seq) => seq);
    const alone = [];
    for (const seq of positions) alone.push((await ask({ seq })).context);
    const atOnce = await Promise.all([...positions, ...positions.toReversed()].map((seq) => ask({ seq })));
    expect(atOnce.map(({ context }) => context)).toEqual([...alone, ...alone.toReversed()]);
  });

  it('take a row for no worse once what it derives from, which was changed meanwhile, has been read', async () => {
    const source = await say('Drinks something hot in the morning');
    const row = await say('Likes tea', { derivedFrom: [source.id] });
    const { store, vaults } = world.services;
    const state = await readGenesis(store, owner.vault);
    if (state === null) throw new Error('there is a vault');
    await foldOn(store, state, await headSeq());
    await edit(world.services, app, source.id, { text: 'Now says otherwise' }, null);
    const past = new PastVault(await vaults.acquire(owner.vault), state);
    const look = past.seenFrom(null);
    const tier = (): string | undefined => {
      const found = look.rows.get(row.id);
      return found === undefined ? undefined : look.tierOf(found, look.at).tier;
    };
    expect([tier(), look.isWhole]).toEqual(['dormant', false]);
    await past.bringUp(store);
    expect([tier(), look.isWhole]).toEqual(['active', true]);
  });
});

async function policy(): Promise<object> {
  return (await world.services.vaults.acquire(owner.vault)).state.policy.policy;
}
