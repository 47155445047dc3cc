import { afterAll, beforeAll, expect, it } from 'vitest';
import { DiffReply } from '../../schemas/diff.ts';
import { ReceiptReply } from '../../schemas/receipt.ts';
import { ReplayReply } from '../../schemas/replay.ts';
import { RetrievalReply } from '../../schemas/retrieval.ts';
import { Site } from '../support/site.ts';

let site: Site;
let app: string;
let device: string;
let receipt: string;

beforeAll(async () => {
  site = await Site.open();
  const owner = await site.owner();
  app = await owner.grant();
  device = await owner.device();
  await site
    .as(app)
    .post('/v1/memories')
    .send({ memories: [{ text: 'Allergic to hazelnuts' }] });
  const { id } = RetrievalReply.parse((await site.as(app).post('/v1/retrievals').send({ query: 'nuts' })).body);
  const wish = { retrievalId: id, model: { label: 'm' }, output: { text: 'so' } };
  receipt = ReceiptReply.parse((await site.as(app).post('/v1/receipts').send(wish)).body).id;
});
afterAll(() => site.close());

it('replays a receipt for whose it is and for a device, privately', async () => {
  for (const token of [app, device]) {
    const response = await site.as(token).post(`/v1/receipts/${receipt}/replay`).send({});
    expect(response.status).toBe(200);
    expect(response.headers['cache-control']).toBe('no-store');
    expect(ReplayReply.parse(response.body)).toMatchObject({ receipt, outcome: 'identical', faults: [] });
  }
});

it('compares a receipt with itself, and with now', async () => {
  for (const other of [receipt, 'now']) {
    const response = await site.as(app).post(`/v1/receipts/${receipt}/diff`).send({ with: other });
    expect(response.status).toBe(200);
    expect(response.headers['cache-control']).toBe('no-store');
    expect(DiffReply.parse(response.body)).toMatchObject({ lines: [], same: 1 });
  }
});

it('refuses what is malformed, unknown or not allowed, as problems', async () => {
  const unknown = `rcp_${'0'.repeat(32)}`;
  const refused = async (token: string, path: string, body: object): Promise<unknown> =>
    (await site.as(token).post(`/v1/receipts/${path}`).send(body)).body.code;
  expect(await refused(app, `${unknown}/replay`, {})).toBe('receipt_unknown');
  expect(await refused(app, `${receipt}/replay`, { with: 'now' })).toBe('input_invalid');
  expect(await refused(app, `${receipt}/diff`, { with: 'then' })).toBe('input_invalid');
  expect(await refused(app, `${receipt}/diff`, { with: unknown })).toBe('receipt_unknown');
  expect(await refused(app, 'rcp_1/replay', {})).toBe('input_invalid');
  expect(await refused('msk_none', `${receipt}/replay`, {})).toBe('token_invalid');
});
