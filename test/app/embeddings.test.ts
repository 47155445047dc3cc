import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Memory, NewMemory } from '../../schemas/memory.ts';
import type { RetrievalReply, RetrievalRequest } from '../../schemas/retrieval.ts';
import { edit } from '../../src/app/edit.ts';
import { carryOut } from '../../src/app/erase/carry-out.ts';
import { issueReceipt } from '../../src/app/issue-receipt.ts';
import { MemoryMarks } from '../../src/app/marks.ts';
import { remember } from '../../src/app/remember.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import type { Services } from '../../src/app/services.ts';
import { startServices, stopServices } from '../../src/app/start.ts';
import { systemRandom } from '../../src/core/random.ts';
import { EmbeddingService } from '../../src/embed/service.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import { BAD_MOODS, ToyEmbeddings } from '../support/embedding-service.ts';
import type { TestOwner } from '../support/owner.ts';
import { rotate } from '../support/rotate.ts';
import { DAY, START, World } from '../support/world.ts';

let toy: ToyEmbeddings;
let world: World;
let owner: TestOwner;
let app: string;

beforeEach(async () => {
  toy = await ToyEmbeddings.open();
  world = await World.open(START, toy.options());
  owner = await world.owner();
  app = await owner.grant();
});
afterEach(async () => {
  await world.close();
  await toy.close();
});

async function say(text: string, more: Partial<NewMemory> = {}, token = app, services: Services = world.services): Promise<Memory> {
  const { memories } = await remember(services, token, { memories: [{ text, claimed: { kind: 'user_stated' }, ...more }] }, null);
  return memories[0] as Memory;
}
/** Has every vector made that rows lack. */
const embed = async (services: Services = world.services): Promise<void> => services.embeddings?.run();
const ask = (
  query: string,
  more: Partial<RetrievalRequest> = {},
  token = app,
  services: Services = world.services,
): Promise<RetrievalReply> => retrieve(services, token, { query, ...more });
const texts = ({ rows }: RetrievalReply): string[] => rows.map(({ text }) => text);
const openVault = () => world.services.vaults.open.get(owner.vault);

/** What is stored, behind the service's back. */
function stored(): { row: string; version: number; epoch: number; sealed: Uint8Array }[] {
  const db = new Database(world.database, { readonly: true });
  try {
    const found = db.prepare('SELECT hex(row_id) AS row, version, epoch, sealed FROM row_vectors ORDER BY row_id, version').all();
    return found as ReturnType<typeof stored>;
  } finally {
    db.close();
  }
}
/** What a reply says that does not change with when and how often it is asked. */
function lasting({ context, engine, rows, withheld }: RetrievalReply): unknown {
  return { context, engine, withheld, rows };
}

const WITH_VECTORS = /^lexical\/\d+\+toy\/16@[0-9a-f]{16}$/;

describe('rows with vectors', () => {
  it('are found where no word of the query is theirs, and the retrieval and its receipt say by what', async () => {
    const row = await say('My florrin practises in Porto');
    await say('Plays chess');
    await embed();
    const reply = await ask('which quindle');
    expect(texts(reply)[0]).toBe('My florrin practises in Porto');
    expect(reply.rows[0]?.why).toEqual({ words: [], others: expect.arrayContaining([expect.objectContaining({ by: 'vector' })]) });
    expect(reply.engine).toMatch(WITH_VECTORS);
    expect(reply).not.toHaveProperty('degraded');
    const { bundle } = await issueReceipt(
      world.services,
      app,
      { retrievalId: reply.id, model: { label: 'm' }, output: { text: 'x' } },
      null,
    );
    const { predicate } = JSON.parse(Buffer.from(bundle.envelope.payload, 'base64').toString()) as { predicate: { engine: string } };
    expect(predicate.engine).toBe(reply.engine);
    expect(toy.texts.toSorted()).toEqual([row.text, 'Plays chess', 'which quindle'].toSorted());
  });

  it('stand beside rows without: those are found by their words', async () => {
    await say('My florrin practises in Porto');
    await embed();
    const { engine } = await ask('which quindle');
    await say('The quindle called back');
    expect(texts(await ask('which quindle')).toSorted()).toEqual(['My florrin practises in Porto', 'The quindle called back']);
    expect((await ask('which quindle')).engine).toBe(engine);
    await embed();
    expect((await ask('which quindle')).engine).not.toBe(engine);
  });

  it('give the same answer again, and after a restart; what is stored is not asked for anew', async () => {
    for (const text of ['My florrin practises in Porto', 'Plays the cello', 'Drinks a brew at five', 'Lives in Lisbon']) await say(text);
    await embed();
    const reply = await ask('what tarvik does the wexham have at home');
    expect(lasting(await ask('what tarvik does the wexham have at home'))).toEqual(lasting(reply));
    const sent = toy.texts.length;
    await world.restart();
    expect(lasting(await ask('what tarvik does the wexham have at home'))).toEqual(lasting(reply));
    await embed();
    expect(toy.texts.slice(sent)).toEqual(['what tarvik does the wexham have at home']);
    expect(reply.engine).toMatch(WITH_VECTORS);
  });

  it('are sent once, in batches, and only where they may be shown', async () => {
    const [gone, kept] = [await say('Lives in Lisbon'), await say('Lives in Porto')];
    await owner.retract(gone);
    for (let i = 0; i < 70; i++) await say(`Number ${i} of many`);
    await say(`long ${'words '.repeat(5000)}`);
    await embed();
    expect(toy.asked.map(({ body }) => body.input.length)).toEqual([64, 8]);
    expect(toy.texts).toContain(kept.text);
    expect(toy.texts).not.toContain(gone.text);
    expect(Math.max(...toy.texts.map((text) => text.length))).toBe(8000);
    await embed();
    expect(toy.asked).toHaveLength(2);
    expect(stored()).toHaveLength(72);
    await owner.post('reinstated', { rows: [{ row: gone.id, version: 1, commitment: gone.commitment }] });
    await embed();
    expect(toy.texts.at(-1)).toBe(gone.text);
  });

  it('go by what each version says; the past is looked at with the vectors of then', async () => {
    const row = await say('My florrin practises in Porto');
    await embed();
    const then = await ask('which quindle');
    world.clock.advance(DAY);
    await edit(world.services, app, row.id, { text: 'Plays the cello' }, null);
    expect(texts(await ask('which quindle'))).toEqual([]);
    await embed();
    expect(texts(await ask('which tarvik'))).toEqual(['Plays the cello']);
    const past = await ask('which quindle', { asOf: { seq: then.head.seq } });
    expect([texts(past), past.engine]).toEqual([texts(then), then.engine]);
  });

  it('under one model are not another’s, which takes their place', async () => {
    await say('My florrin practises in Porto');
    await embed();
    const { engine } = await ask('which quindle');
    world.embeddings = toy.options({ model: 'other' });
    await world.restart();
    const before = await ask('which quindle');
    expect([texts(before), before.engine]).toEqual([[], expect.stringMatching(/^lexical\/\d+\+other\/16@0{16}$/)]);
    await embed();
    expect(texts(await ask('which quindle'))).toHaveLength(1);
    expect(stored()).toHaveLength(1);
    world.embeddings = toy.options({ model: 'toy', dimensions: 12 });
    await world.restart();
    expect((await ask('which quindle')).engine).toMatch(/\+toy\/12@0{16}$/);
    await embed();
    const shorter = await ask('which quindle');
    expect([texts(shorter), shorter.engine]).toEqual([['My florrin practises in Porto'], expect.stringMatching(/\+toy\/12@/)]);
    expect(engine).toMatch(/\+toy\/16@/);
  });
});

describe('what a caller sees', () => {
  it('has nothing of vectors outside the grant: not a row, not a score, not the engine', async () => {
    await owner.addCollection('work');
    const narrow = await owner.grant({ categories: ['health'] });
    const all = await owner.grant({ collections: ['default', 'work'] });
    await say('My florrin practises in Porto', { category: 'health' }, all);
    await embed();
    const reply = await ask('which quindle', {}, narrow);
    expect(texts(reply)).toHaveLength(1);
    await say('The wexham dwells in Braga', { category: 'travel' }, all);
    await say('An ostrel at work', { category: 'health', collection: 'work' }, all);
    await embed();
    expect((await ask('which quindle', {}, all)).rows).toHaveLength(3);
    expect(lasting(await ask('which quindle', {}, narrow))).toEqual(lasting(reply));
  });

  it('is not sent anywhere for somebody who is not let in', async () => {
    await ask('hello');
    const forged = `${app.slice(0, -12)}AAAAAAAAAAAA`;
    await expect(ask('a secret of somebody else’s', {}, forged)).rejects.toThrow();
    const writer = await owner.grant({ capabilities: ['remember'] });
    await expect(ask('which quindle', {}, writer)).rejects.toMatchObject({ code: 'capability_missing' });
    expect(toy.texts).toEqual(['hello']);
  });

  it('is asked once by each grant, for as long as the vault is open', async () => {
    const other = await owner.grant();
    for (let i = 0; i < 3; i++) await ask('which quindle');
    await ask('which quindle', {}, other);
    expect(toy.texts).toEqual(['which quindle', 'which quindle']);
    world.services.vaults.forget(owner.vault);
    await ask('which quindle');
    expect(toy.texts).toHaveLength(3);
  });
});

describe('a service that gives no vectors', () => {
  it.each(BAD_MOODS)('is done without: %s', async (mood) => {
    world.embeddings = toy.options({ timeoutMs: 120, rowsMs: 120 });
    await world.restart();
    const row = await say('My florrin practises in Porto');
    await embed();
    await say('The quindle is in');
    toy.mood = mood;
    await embed();
    expect(stored()).toHaveLength(1);
    const reply = await ask('which quindle');
    expect(reply).toMatchObject({ degraded: 'embeddings_unavailable', engine: expect.stringMatching(/^lexical\/\d+$/) });
    expect(texts(reply)).toEqual(['The quindle is in']);
    const receipt = await issueReceipt(world.services, app, { retrievalId: reply.id, model: { label: 'm' }, output: { text: 'x' } }, null);
    expect(Buffer.from(receipt.bundle.envelope.payload, 'base64').toString()).toContain(`"engine":"${reply.engine}"`);
    toy.mood = 'well';
    await embed();
    // It is left alone for a while.
    expect(stored()).toHaveLength(1);
    world.clock.advance(60_000);
    await embed();
    expect(stored()).toHaveLength(2);
    expect(texts(await ask('which quindle'))).toContain(row.text);
  });

  it('says the same as a service that was never set up', async () => {
    await say('The quindle is in');
    toy.mood = 'dead';
    const { degraded, ...degradedReply } = await ask('which quindle');
    world.embeddings = null;
    await world.restart();
    expect(lasting(await ask('which quindle'))).toEqual(lasting(degradedReply));
    expect(degraded).toBe('embeddings_unavailable');
    expect(world.services.embeddings).toBeNull();
  });

  it('gives vectors of another length than rows have: they are not compared, and no row is given up for them', async () => {
    await say('My florrin practises in Porto');
    await embed();
    toy.dimensions = 12;
    expect(await ask('which quindle')).toMatchObject({ degraded: 'embeddings_unavailable', rows: [] });
    await say('Plays the cello');
    await embed();
    expect(stored()).toHaveLength(1);
    toy.dimensions = 16;
    world.clock.advance(60_000);
    await embed();
    expect(stored()).toHaveLength(2);
    expect(texts(await ask('which quindle'))[0]).toBe('My florrin practises in Porto');
  });

  it('does not take one text: the others are not held up', async () => {
    toy.refuses = (text) => text.includes('poison');
    await say('a poison');
    await embed();
    for (let i = 0; i < 5; i++) await say(`Number ${i}`);
    await say('another poison');
    await say('My florrin practises in Porto');
    await embed();
    expect(stored()).toHaveLength(6);
    expect(texts(await ask('which quindle'))[0]).toBe('My florrin practises in Porto');
    const sent = toy.asked.length;
    await say('Plays chess');
    await embed();
    expect(toy.asked).toHaveLength(sent + 1);
  });

  it('takes no text at all, as one that does not know its model: rows wait', async () => {
    toy.refuses = () => true;
    await say('My florrin practises in Porto');
    await say('Plays chess');
    await embed();
    toy.refuses = () => false;
    world.clock.advance(60_000);
    await embed();
    expect(stored()).toHaveLength(2);
  });
});

describe('vectors go', () => {
  it('with rows that are erased, from the disk and from memory', async () => {
    const row = await say('My florrin practises in Porto');
    await say('The wexham dwells in Braga');
    await embed();
    const { seq } = await owner.post('erased', { scope: 'rows', rows: [row.id] });
    await carryOut(world.services, { vault: owner.vault, seq });
    expect(stored()).toHaveLength(1);
    expect(stored()[0]?.row).not.toBe(row.id.slice(4).toUpperCase());
    expect(texts(await ask('which quindle'))).toEqual(['The wexham dwells in Braga']);
    expect(openVault()?.index.vectors.size).toBe(1);
    await embed();
    expect(stored()).toHaveLength(1);
  });

  it('where a row is erased while its vector is being made', async () => {
    const row = await say('My florrin practises in Porto');
    toy.mood = 'slow';
    const making = embed();
    await expect.poll(() => toy.asked.length).toBe(1);
    toy.mood = 'well';
    const { seq } = await owner.post('erased', { scope: 'rows', rows: [row.id] });
    await carryOut(world.services, { vault: owner.vault, seq });
    await making;
    await embed();
    expect([stored(), openVault()?.index.vectors.size]).toEqual([[], 0]);
  });

  it('from under a key that is rotated, and come back under the next without being made anew', async () => {
    await say('My florrin practises in Porto');
    await embed();
    const { engine } = await ask('which quindle');
    await rotate(owner);
    expect(stored()).toEqual([]);
    const sent = toy.texts.length;
    expect((await ask('which quindle')).engine).toBe(engine);
    await embed();
    expect(stored()).toMatchObject([{ epoch: 2 }]);
    await world.restart();
    const reply = await ask('which quindle');
    expect([texts(reply), reply.engine]).toEqual([['My florrin practises in Porto'], engine]);
    expect(toy.texts.slice(sent)).toEqual(['which quindle']);
  });

  it('out of memory with the grants that had opened them', async () => {
    await say('My florrin practises in Porto');
    await embed();
    const vault = openVault();
    await ask('which quindle');
    world.services.vaults.forget(owner.vault);
    expect([vault?.index.vectors.size, vault?.vectors.collections.size]).toEqual([0, 0]);
  });

  it('one by one where they are bent, exchanged or another row’s: such a row is embedded anew', async () => {
    for (const text of ['My florrin practises in Porto', 'Plays the cello', 'Drinks a brew']) await say(text);
    await embed();
    const { engine, rows } = await ask('which quindle');
    const before = stored();
    await world.restart(() => {
      const db = new Database(world.database);
      db.prepare('UPDATE row_vectors SET sealed = ? WHERE hex(row_id) = ?').run(before[1]?.sealed, before[0]?.row);
      db.prepare('UPDATE row_vectors SET sealed = substr(sealed, 1, 40) WHERE hex(row_id) = ?').run(before[1]?.row);
      db.prepare('UPDATE row_vectors SET epoch = 7 WHERE hex(row_id) = ?').run(before[2]?.row);
      db.close();
    });
    expect((await ask('which quindle')).engine).toMatch(/@0{16}$/);
    const sent = toy.texts.length;
    await embed();
    expect(toy.texts.slice(sent)).toHaveLength(3);
    const again = await ask('which quindle');
    expect([again.engine, again.rows]).toEqual([engine, rows]);
    expect(stored()).toHaveLength(3);
  });
});

it('two services on one folder make each vector once, where one comes after the other', async () => {
  const second = await startServices({
    store: openSqliteStore({ path: world.database }),
    clock: world.clock,
    random: systemRandom,
    marks: new MemoryMarks(),
    logSigner: world.keys.logSigner,
    receiptSigner: world.keys.receiptSigner,
    limits: { idleMs: 900_000, memoryBudget: 2 ** 30 },
    embedder: new EmbeddingService(toy.options(), world.clock),
    build: 'test',
  });
  try {
    await ask('hello', {}, app, second);
    await say('My florrin practises in Porto');
    await embed();
    await say('The wexham dwells in Braga', {}, app, second);
    const sent = toy.texts.length;
    await embed(second);
    expect(toy.texts.slice(sent)).toEqual(['The wexham dwells in Braga']);
    await ask('hello again');
    await embed();
    const [one, other] = [await ask('which quindle'), await ask('which quindle', {}, app, second)];
    expect(texts(one)).toHaveLength(2);
    expect(other.engine).toBe(one.engine);
    expect(other.rows).toEqual(one.rows);
    expect(toy.texts.filter((text) => text.startsWith('The wexham'))).toHaveLength(1);
  } finally {
    await stopServices(second);
  }
});
