import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import Database from 'better-sqlite3';
import { carryOut } from '../../../src/app/erase/carry-out.ts';
import { MemoryMarks } from '../../../src/app/marks.ts';
import { startServices, stopServices } from '../../../src/app/start.ts';
import { systemRandom } from '../../../src/core/random.ts';
import { EmbeddingService } from '../../../src/embed/service.ts';
import { openSqliteStore } from '../../../src/store/sqlite/store.ts';
import { rotate } from '../../support/rotate.ts';
import { Stage, texts } from './stage.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.close());

describe('vectors go', () => {
  it('with rows that are erased, from the disk and from memory', async () => {
    const row = await stage.say('My florrin practises in Porto');
    await stage.say('The wexham dwells in Braga');
    await stage.embed();
    const { seq } = await stage.owner.post('erased', { scope: 'rows', rows: [row.id] });
    await carryOut(stage.world.services, { vault: stage.owner.vault, seq });
    expect(stage.stored()).toHaveLength(1);
    expect(stage.stored()[0]?.row).not.toBe(row.id.slice(4).toUpperCase());
    expect(texts(await stage.ask('which quindle'))).toEqual(['The wexham dwells in Braga']);
    expect(stage.openVault?.index.vectors.size).toBe(1);
    await stage.embed();
    expect(stage.stored()).toHaveLength(1);
  });

  it.each(['collection', 'vault'] as const)('with a whole %s that is erased', async (scope) => {
    await stage.owner.addCollection('work');
    const all = await stage.owner.grant({ collections: ['default', 'work'] });
    await stage.say('My florrin practises in Porto', {}, all);
    const kept = await stage.say('An ostrel at work', { collection: 'work' }, all);
    await stage.embed();
    expect(stage.stored()).toHaveLength(2);
    const vault = stage.openVault;
    const { collection } = stage.owner.key('default').name;
    const { seq } = await stage.owner.post('erased', scope === 'vault' ? { scope } : { scope, collection });
    await carryOut(stage.world.services, { vault: stage.owner.vault, seq });
    expect(stage.stored().map(({ row }) => row)).toEqual(scope === 'vault' ? [] : [kept.id.slice(4).toUpperCase()]);
    expect(vault?.index.vectors.size).toBe(scope === 'vault' ? 0 : 1);
  });

  it('where a row is erased while its vector is being made', async () => {
    const row = await stage.say('My florrin practises in Porto');
    stage.toy.mood = 'slow';
    const making = stage.embed();
    await expect.poll(() => stage.toy.asked.length).toBe(1);
    stage.toy.mood = 'well';
    const { seq } = await stage.owner.post('erased', { scope: 'rows', rows: [row.id] });
    await carryOut(stage.world.services, { vault: stage.owner.vault, seq });
    await making;
    await stage.embed();
    expect([stage.stored(), stage.openVault?.index.vectors.size]).toEqual([[], 0]);
  });

  it('from under a key that is rotated, and come back under the next without being made anew', async () => {
    await stage.say('My florrin practises in Porto');
    await stage.embed();
    const { engine } = await stage.ask('which quindle');
    await rotate(stage.owner);
    expect(stage.stored()).toEqual([]);
    const sent = stage.toy.texts.length;
    expect((await stage.ask('which quindle')).engine).toBe(engine);
    await stage.embed();
    expect(stage.stored()).toMatchObject([{ epoch: 2 }]);
    await stage.world.restart();
    const reply = await stage.ask('which quindle');
    expect([texts(reply), reply.engine]).toEqual([['My florrin practises in Porto'], engine]);
    expect(stage.toy.texts.slice(sent)).toEqual(['which quindle']);
  });

  it('out of memory with the grants that had opened them', async () => {
    await stage.say('My florrin practises in Porto');
    await stage.embed();
    const vault = stage.openVault;
    await stage.ask('which quindle');
    stage.world.services.vaults.forget(stage.owner.vault);
    expect([vault?.index.vectors.size, vault?.vectors.collections.size]).toEqual([0, 0]);
  });

  it('one by one where they are bent, exchanged or another row’s: such a row is embedded anew', async () => {
    for (const text of ['My florrin practises in Porto', 'Plays the cello', 'Drinks a brew']) await stage.say(text);
    await stage.embed();
    const { engine, rows } = await stage.ask('which quindle');
    const before = stage.stored();
    await stage.world.restart(() => {
      const db = new Database(stage.world.database);
      db.prepare('UPDATE row_vectors SET sealed = ? WHERE hex(row_id) = ?').run(before[1]?.sealed, before[0]?.row);
      db.prepare('UPDATE row_vectors SET sealed = substr(sealed, 1, 40) WHERE hex(row_id) = ?').run(before[1]?.row);
      db.prepare('UPDATE row_vectors SET epoch = 7 WHERE hex(row_id) = ?').run(before[2]?.row);
      db.close();
    });
    expect((await stage.ask('which quindle')).engine).toMatch(/@0{16}$/);
    const sent = stage.toy.texts.length;
    await stage.embed();
    expect(stage.toy.texts.slice(sent)).toHaveLength(3);
    const again = await stage.ask('which quindle');
    expect([again.engine, again.rows]).toEqual([engine, rows]);
    expect(stage.stored()).toHaveLength(3);
  });
});

it('two services on one folder make each vector once, where one comes after the other', async () => {
  const second = await startServices({
    store: openSqliteStore({ path: stage.world.database }),
    clock: stage.world.clock,
    random: systemRandom,
    marks: new MemoryMarks(),
    logSigner: stage.world.keys.logSigner,
    receiptSigner: stage.world.keys.receiptSigner,
    limits: { idleMs: 900_000, memoryBudget: 2 ** 30 },
    embedder: new EmbeddingService(stage.toy.options(), stage.world.clock),
    build: 'test',
  });
  try {
    await stage.ask('hello', {}, stage.app, second);
    await stage.say('My florrin practises in Porto');
    await stage.embed();
    await stage.say('The wexham dwells in Braga', {}, stage.app, second);
    const sent = stage.toy.texts.length;
    await stage.embed(second);
    expect(stage.toy.texts.slice(sent)).toEqual(['The wexham dwells in Braga']);
    await stage.ask('hello again');
    await stage.embed();
    const [one, other] = [await stage.ask('which quindle'), await stage.ask('which quindle', {}, stage.app, second)];
    expect(texts(one)).toHaveLength(2);
    expect(other.engine).toBe(one.engine);
    expect(other.rows).toEqual(one.rows);
    expect(stage.toy.texts.filter((text) => text.startsWith('The wexham'))).toHaveLength(1);
  } finally {
    await stopServices(second);
  }
});
