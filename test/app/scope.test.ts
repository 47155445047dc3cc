import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Memory, NewMemory } from '../../schemas/memory.ts';
import { contest } from '../../src/app/contest.ts';
import { edit } from '../../src/app/edit.ts';
import { issueReceipt } from '../../src/app/issue-receipt.ts';
import { history } from '../../src/app/history.ts';
import { list, show } from '../../src/app/list.ts';
import { listReceipts } from '../../src/app/list-receipts.ts';
import { readReceipt } from '../../src/app/receipts.ts';
import { remember } from '../../src/app/remember.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import { LIMITS } from '../../schemas/limits.ts';
import { World } from '../support/world.ts';
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

async function receiptFor(query: string, token = app): Promise<string> {
  const { id } = await retrieve(world.services, token, { query });
  return (await issueReceipt(world.services, token, { retrievalId: id, model: { label: 'm' }, output: { text: 'x' } }, null)).id;
}

it('a grant of one category does not read in the history what a row said in another', async () => {
  const row = await say('Takes medicine for the heart', { category: 'health' });
  await edit(world.services, app, row.id, { text: 'Travels with medicine', category: 'travel' }, null);
  const narrow = await owner.grant({ categories: ['travel'] });
  const { events } = await history(world.services, narrow, row.id);
  expect(events.map(({ version, text }) => [version, text])).toEqual([
    [1, null],
    [2, 'Travels with medicine'],
  ]);
});

it('nor why it was doubted while it was in another', async () => {
  const row = await say('Takes medicine for the heart', { category: 'health' });
  const rival = await owner.grant({ capabilities: ['contest'] });
  await contest(world.services, rival, row.id, { note: 'the heart is fine' }, null);
  await edit(world.services, app, row.id, { text: 'Travels with medicine', category: 'travel' }, null);
  const narrow = await owner.grant({ categories: ['travel'] });
  expect(JSON.stringify(await history(world.services, narrow, row.id))).not.toContain('heart');
  expect(JSON.stringify(await history(world.services, app, row.id))).toContain('the heart is fine');
});

it('a reviewer of one category sees of a receipt the lines of that one, and no query', async () => {
  await say('Takes medicine for the heart', { category: 'health' });
  const train = await say('Takes the night train to Vienna', { category: 'travel' });
  const id = await receiptFor('takes medicine on the train');
  const reviewer = await owner.grant({ role: 'reviewer', capabilities: ['receipt'], categories: ['travel'] });
  const reply = await readReceipt(world.services, reviewer, id);
  expect(reply.rows.map(({ row }) => row)).toEqual([train.id]);
  expect(JSON.stringify(reply)).not.toContain('medicine');
  expect(reply.bundle.disclosures.query).toBeUndefined();
  expect((await readReceipt(world.services, app, id)).bundle.disclosures.query?.text).toBe('takes medicine on the train');
  expect((await readReceipt(world.services, await owner.device(), id)).rows).toHaveLength(2);
});

it('a reviewer of one collection sees no query of a receipt that reaches beyond it, and is not told where its rows were served', async () => {
  await owner.addCollection('work');
  const both = await owner.grant({ collections: ['default', 'work'] });
  const secret = await say('Works on Quillfeather', {}, both);
  await say('Works late', { collection: 'work' }, both);
  const id = await receiptFor('works on Quillfeather late', both);
  const reviewer = await owner.grant({ role: 'reviewer', capabilities: ['receipt'], collections: ['work'] });
  expect(JSON.stringify(await readReceipt(world.services, reviewer, id))).not.toContain('Quillfeather');
  expect((await listReceipts(world.services, reviewer, { memory: secret.id })).receipts).toEqual([]);
  expect((await listReceipts(world.services, both, { memory: secret.id })).receipts).toHaveLength(1);
});

it('a collection that is not there is told so, whether or not there are rows', async () => {
  await expect(list(world.services, app, { collection: 'nope' })).rejects.toMatchObject({ code: 'collection_unknown' });
});

it('what stands outside an app’s scope is not made young by it: it learns the age, as SECURITY.md says, and nothing else', async () => {
  const secret = await say('Takes medicine for the heart', { category: 'health', subject: 'user', attribute: 'medicine' });
  world.clock.advance(1000);
  const narrow = await owner.grant({ categories: ['travel'] });
  const again = await say('takes medicine for the heart', { category: 'travel' }, narrow);
  expect(again).toMatchObject({ basisAt: secret.basisAt, basisReason: 'repeat', derivedFrom: [], attribute: null });
  expect(JSON.stringify(again)).not.toContain(secret.id);
  expect((await list(world.services, narrow, {})).memories.map(({ id }) => id)).toEqual([again.id]);
});

it('an idempotency key can be used anew once it has lapsed, pruned or not, and holds up nobody', async () => {
  const ask = () => retrieve(world.services, app, { query: 'anything' }, 'key-1');
  const first = await ask();
  world.clock.advance(LIMITS.retrievalMs + 1);
  const [again, said] = await Promise.all([ask(), say('Plays chess')]);
  expect(again.id).not.toBe(first.id);
  expect(said.text).toBe('Plays chess');
  expect(world.services.writer.counts.conflicts).toBe(0);
});

it('an owner’s event with one box twice is refused, and whoever is in the same commit is served', async () => {
  const { body, boxes } = owner.grantParts();
  const listed = body['boxes'] as object[];
  const twice = { ...body, boxes: [...listed, listed[0]] };
  const granted = owner.post('granted', twice, { boxes: [...boxes, boxes[0] ?? ''] });
  const [refused, said] = await Promise.allSettled([granted, say('Plays chess')]);
  expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'box_mismatch' } });
  expect(said.status).toBe('fulfilled');
});

it('a confirmation does not answer a doubt that the owner had not seen', async () => {
  const row = await say('Lives in Porto');
  const rival = await owner.grant({ capabilities: ['contest', 'list'] });
  const seen = (await list(world.services, app, {})).head;
  await contest(world.services, rival, row.id, {}, null);
  const leaves = [owner.leaf(row)];
  await owner.send(owner.next('validated', owner.validatedBody(leaves), { seenHead: seen }), { leaves });
  expect(await show(world.services, app, row.id)).toMatchObject({ standing: 'contested', tier: 'background' });
  await owner.confirm(row);
  expect(await show(world.services, app, row.id)).toMatchObject({ standing: 'live', tier: 'active' });
});

it('a receipt that is refused leaves nothing in the log', async () => {
  await say('Plays chess');
  const { id } = await retrieve(world.services, app, { query: 'chess' });
  const receipt = issueReceipt(world.services, app, { retrievalId: id, model: { label: 'm' }, output: { text: 'x' } }, null);
  const grant = owner.grants.at(-1)?.id ?? '';
  const [, late] = await Promise.allSettled([owner.post('revoked', { grant }), receipt]);
  const issued = late.status === 'fulfilled' ? 1 : 0;
  expect(world.services.log.size).toBe(issued);
  expect(
    (await listReceipts(world.services, await owner.device(), {}).catch(() => ({ receipts: [] }))).receipts.length,
  ).toBeLessThanOrEqual(issued);
});
