import { afterAll, beforeAll, expect, it } from 'vitest';
import { Disclosure } from '../../schemas/disclosure.ts';
import { RememberReply } from '../../schemas/memory.ts';
import { Problem } from '../../schemas/problem.ts';
import { Bundle, ReceiptReply } from '../../schemas/receipt.ts';
import { RetrievalReply } from '../../schemas/retrieval.ts';
import type { TestOwner } from '../support/owner.ts';
import { Site } from '../support/site.ts';

let site: Site;
let owner: TestOwner;
let app: string;
let id: string;
let rows: string[];

beforeAll(async () => {
  site = await Site.open();
  owner = await site.owner();
  app = await owner.grant();
  const memories = ['Keeps bees', 'Keeps a diary'].map((text) => ({ text }));
  rows = RememberReply.parse((await site.as(app).post('/v1/memories').send({ memories })).body).memories.map((row) => row.id);
  const found = RetrievalReply.parse((await site.as(app).post('/v1/retrievals').send({ query: 'keeps' })).body);
  const sent = { retrievalId: found.id, model: { label: 'm' }, output: { text: 'x' } };
  id = ReceiptReply.parse((await site.as(app).post('/v1/receipts').send(sent)).body).id;
});
afterAll(() => site.close());

const disclose = (body: object, receipt = id, token = app) => site.as(token).post(`/v1/receipts/${receipt}/disclosures`).send(body);
const bundle = (query: string) => site.as(app).get(`/v1/receipts/${id}/bundle${query}`);
const refused = (response: { status: number; body: unknown; headers: Record<string, string> }) => {
  expect(response.headers['content-type']).toBe('application/problem+json');
  return [response.status, Problem.parse(response.body).code];
};

it('opens the rows that are asked for, privately, in their order and each once', async () => {
  const response = await disclose({ tags: ['m2', 'm1', 'm2'] });
  expect([response.status, response.headers['cache-control'], response.headers['etag']]).toEqual([200, 'no-store', undefined]);
  const { receipt, rows: opened } = Disclosure.parse(response.body);
  expect([receipt, opened.map(({ position }) => position)]).toEqual([id, [0, 1]]);
  expect(opened.map(({ text }) => text).toSorted()).toEqual(['Keeps a diary', 'Keeps bees']);
});

it('shows as much in a bundle as is asked for', async () => {
  const shown = async (query: string) =>
    Bundle.parse((await bundle(query)).body).disclosures.tags.map((tag) => (tag === null ? null : tag.record.tag));
  expect(await shown('')).toEqual(['m1', 'm2']);
  expect(await shown('?disclose=all')).toEqual(['m1', 'm2']);
  expect(await shown('?disclose=m2')).toEqual([null, 'm2']);
  expect(await shown('?disclose=m2,m1')).toEqual(['m1', 'm2']);
  expect(await shown('?disclose=none')).toEqual([null, null]);
});

it('refuses what is not asked for rightly', async () => {
  for (const body of [{}, { tags: [] }, { tags: ['1'] }, { tags: ['m0'] }, { tags: 'm1' }, { tags: ['m1'], more: 1 }])
    expect(refused(await disclose(body)), JSON.stringify(body)).toEqual([400, 'input_invalid']);
  expect(refused(await disclose({ tags: Array.from({ length: 201 }, () => 'm1') }))).toEqual([400, 'input_invalid']);
  for (const query of ['?disclose=', '?disclose=some', '?disclose=m1,', '?disclose=m1&disclose=m2', '?show=m1'])
    expect(refused(await bundle(query)), query).toEqual([400, 'input_invalid']);
  expect(refused(await disclose({ tags: ['m1'] }, 'rcp_x'))).toEqual([400, 'input_invalid']);
  expect(refused(await site.as(app).get(`/v1/receipts/${id}/disclosures`))).toEqual([405, 'method_not_allowed']);
});

it('refuses what is not there, and who may not', async () => {
  expect(refused(await disclose({ tags: ['m3'] }))).toEqual([404, 'memory_unknown']);
  expect(refused(await bundle('?disclose=m3'))).toEqual([404, 'memory_unknown']);
  expect(refused(await disclose({ tags: ['m1'] }, `rcp_${'0'.repeat(32)}`))).toEqual([404, 'receipt_unknown']);
  expect(refused(await disclose({ tags: ['m1'] }, id, await owner.grant()))).toEqual([404, 'receipt_unknown']);
  expect(refused(await disclose({ tags: ['m1'] }, id, await owner.grant({ capabilities: ['retrieve'] })))).toEqual([
    403,
    'capability_missing',
  ]);
  const reviewer = await owner.grant({ role: 'reviewer', capabilities: ['receipt'] });
  expect(refused(await disclose({ tags: ['m1'] }, id, reviewer))).toEqual([403, 'scope_exceeded']);
  expect(refused(await disclose({ tags: ['m1'] }, id, `${app.slice(0, -1)}0`))[0]).toBe(401);
});

it('refuses what the owner has erased', async () => {
  const { bundle: shown } = ReceiptReply.parse((await site.as(app).get(`/v1/receipts/${id}`)).body);
  const tag = shown.disclosures.tags.find((one) => one?.record.row === rows[0])?.record.tag ?? '';
  await owner.post('erased', { scope: 'rows', rows: [rows[0]] });
  expect(refused(await disclose({ tags: [tag] }))).toEqual([410, 'memory_erased']);
  expect(refused(await bundle(`?disclose=${tag}`))).toEqual([410, 'memory_erased']);
  expect((await bundle('?disclose=none')).status).toBe(200);
});
