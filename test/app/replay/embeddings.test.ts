import { afterEach, beforeEach, expect, it } from 'vitest';
import { edit } from '../../../src/app/edit.ts';
import { issueReceipt } from '../../../src/app/issue-receipt.ts';
import { replayReceipt } from '../../../src/app/replay/replay.ts';
import type { ReplayReply } from '../../../schemas/replay.ts';
import { Stage } from '../embeddings/stage.ts';
import { told } from './asked.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await Stage.open();
});

afterEach(() => stage.close());

const WORDS = ['quindle by the door', 'a florrin of brass', 'the wexham at noon', 'cello lessons', 'allergic to hazelnuts', 'green tea'];

async function issue(query: string): Promise<string> {
  const served = await stage.ask(query, { limit: 4 });
  expect(served.engine).toMatch(/\+.*@[0-9a-f]{16}$/);
  const wish = { retrievalId: served.id, model: { label: 'm' }, output: { text: '' } };
  return (await issueReceipt(stage.world.services, stage.app, wish, null)).id;
}

const replay = (id: string): Promise<ReplayReply> => replayReceipt(stage.world.services, stage.app, id);
const IDENTICAL = { outcome: 'identical', reason: null, context: 'same', faults: [] };

it('is identical by the vectors of then, asking the service for embeddings nothing', async () => {
  const rows = [];
  for (const word of WORDS) rows.push(await stage.say(word));
  await stage.embed();
  const id = await issue('an ostrel');
  await edit(stage.world.services, stage.app, rows[0]?.id ?? '', { text: 'umbrella by the door' }, null);
  await stage.say('another quindle');
  await stage.embed();
  const asked = stage.toy.asked.length;
  expect(told(await replay(id))).toMatchObject(IDENTICAL);
  await stage.world.restart();
  expect(told(await replay(id))).toMatchObject(IDENTICAL);
  expect(stage.toy.asked.length).toBe(asked);
});

it('is identical also where rows had no vector yet, which have one now', async () => {
  for (const word of WORDS.slice(1)) await stage.say(word);
  await stage.embed();
  stage.toy.mood = 'slow';
  await stage.say('quindle by the door');
  stage.toy.mood = 'well';
  const id = await issue('an ostrel');
  const now = await stage.ask('an ostrel', { limit: 4 });
  await stage.embed();
  expect((await stage.ask('an ostrel', { limit: 4 })).engine).not.toBe(now.engine);
  expect(told(await replay(id))).toMatchObject(IDENTICAL);
});

it('is reduced where a row with a vector was erased, and cannot be replayed where vectors are gone', async () => {
  const rows = [];
  for (const word of WORDS) rows.push(await stage.say(word));
  await stage.embed();
  const id = await issue('an ostrel');
  stage.world.embeddings = null;
  await stage.world.restart();
  const without = await replay(id);
  expect(told(without)).toMatchObject({ outcome: 'not_replayable', reason: 'vectors_gone', faults: [] });
  stage.world.embeddings = stage.toy.options();
  await stage.world.restart();
  expect(told(await replay(id))).toMatchObject(IDENTICAL);
  await stage.owner.post('erased', { scope: 'rows', rows: [rows[0]?.id] });
  expect(told(await replay(id))).toMatchObject({ outcome: 'reduced', faults: [] });
});
