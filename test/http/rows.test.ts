import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Memory } from '../../schemas/memory.ts';
import type { TestOwner } from '../support/owner.ts';
import { Site } from '../support/site.ts';

let site: Site;
let owner: TestOwner;
let app: string;
let row: Memory;
let stranger: { owner: TestOwner; token: string; row: Memory };

beforeAll(async () => {
  site = await Site.open();
  owner = await site.owner();
  app = await owner.grant();
  row = await site.remember(app, 'Lives in Porto');
  const other = await site.owner();
  const token = await other.grant();
  stranger = { owner: other, token, row: await site.remember(token, 'Somebody else’s secret') };
});
afterAll(() => site.close());

const item = (more: object): object => ({ memories: [{ text: 'Likes tea', ...more }] });

describe('another vault’s ids', () => {
  it('name nothing here', async () => {
    const foreign = stranger.row.id;
    await site.refuses('memory_unknown', () => site.as(app).get(`/v1/memories/${foreign}`));
    await site.refuses('memory_unknown', () => site.as(app).get(`/v1/memories/${foreign}/history`));
    await site.refuses('memory_unknown', () => site.as(app).patch(`/v1/memories/${foreign}`).send({ text: 'x' }));
    await site.refuses('memory_unknown', () =>
      site
        .as(app)
        .post('/v1/memories')
        .send(item({ derivedFrom: [foreign] })),
    );
    await site.refuses('memory_unknown', () =>
      site
        .as(app)
        .post('/v1/memories')
        .send(item({ supersedes: [foreign] })),
    );
    const device = await owner.device();
    await site.refuses('vault_unknown', () => site.as(device).get(`/v1/vaults/${stranger.owner.vault}/events`));
    await site.refuses('memory_unknown', () => site.as(device).get(`/v1/vaults/${owner.vault}/rows/${foreign}`));
  });

  it('serve for no receipt', async () => {
    const retrieval = (await site.as(stranger.token).post('/v1/retrievals').send({ query: 'secret' })).body;
    const sent = { retrievalId: retrieval.id, model: { label: 'm' }, output: { text: '' } };
    await site.refuses('retrieval_unknown', () => site.as(app).post('/v1/receipts').send(sent));
    const receipt = (await site.as(stranger.token).post('/v1/receipts').send(sent)).body;
    await site.refuses('receipt_unknown', () => site.as(app).get(`/v1/receipts/${receipt.id}`));
    await site.refuses('receipt_unknown', () => site.as(app).get(`/v1/receipts/${receipt.id}/bundle`));
    await site.refuses('retrieval_used', () => site.as(stranger.token).post('/v1/receipts').send(sent));
  });
});

describe('lineage', () => {
  it('does not turn back on itself', async () => {
    const first = await site.remember(app, 'Was born in 1980');
    const second = await site.remember(app, 'Is over forty', { derivedFrom: [first.id] });
    const third = await site.remember(app, 'Is middle-aged', { derivedFrom: [second.id] });
    const closesTheCircle = (source: Memory) =>
      site
        .as(app)
        .patch(`/v1/memories/${first.id}`)
        .send({ derivedFrom: [source.id] });
    await site.refuses('lineage_cyclic', () => closesTheCircle(first));
    await site.refuses('lineage_cyclic', () => closesTheCircle(second));
    await site.refuses('lineage_cyclic', () => closesTheCircle(third));
  });

  it('names each superseded row once a batch', async () => {
    const old = await site.remember(app, 'Drives a Fiat', { observedAt: '2020-01-01T00:00:00Z' });
    const memories = ['Drives a Lada', 'Drives a Saab'].map((text) => ({ text, supersedes: [old.id] }));
    await site.refuses('batch_conflict', () => site.as(app).post('/v1/memories').send({ memories }));
  });
});

describe('an idempotency key', () => {
  it('does one thing once, and no other', async () => {
    const send = (text: string) => site.as(app).post('/v1/memories').set('idempotency-key', 'once').send(item({ text }));
    const first = await send('Collects stamps');
    expect(first.status).toBe(201);
    const before = site.stored();
    const again = await send('Collects stamps');
    expect([again.status, again.body.memories[0]?.id]).toEqual([201, first.body.memories[0]?.id]);
    expect(site.stored()).toEqual(before);
    await site.refuses('idempotency_conflict', () => send('Collects coins'));
    await site.refuses('idempotency_conflict', () =>
      site.as(app).patch(`/v1/memories/${row.id}`).set('idempotency-key', 'once').send({ text: 'Collects stamps' }),
    );
  });

  it('holds for edits and receipts, too', async () => {
    const edit = (text: string) => site.as(app).patch(`/v1/memories/${row.id}`).set('idempotency-key', 'edit').send({ text });
    expect((await edit('Lives in Lisbon')).body.memory.version).toBe(2);
    expect((await edit('Lives in Lisbon')).body.memory.version).toBe(2);
    await site.refuses('idempotency_conflict', () => edit('Lives in Faro'));
    const retrieval = (await site.as(app).post('/v1/retrievals').send({ query: 'Lisbon' })).body;
    const issue = (text: string) =>
      site
        .as(app)
        .post('/v1/receipts')
        .set('idempotency-key', 'r')
        .send({ retrievalId: retrieval.id, model: { label: 'm' }, output: { text } });
    const one = await issue('a');
    expect((await issue('a')).body.id).toBe(one.body.id);
    await site.refuses('idempotency_conflict', () => issue('b'));
  });

  it.each(['', 'a b', 'x'.repeat(201), 'é'])('that is %j is refused', async (key) => {
    await site.refuses('input_invalid', () => site.as(app).post('/v1/memories').set('idempotency-key', key).send(item({})));
  });
});
