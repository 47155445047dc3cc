import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Response } from 'supertest';
import { ClaimsReply, EvidenceReply } from '../../schemas/claims.ts';
import { LIMITS } from '../../schemas/limits.ts';
import { Bundle, ReceiptReply, ReceiptsReply } from '../../schemas/receipt.ts';
import { RetrievalReply } from '../../schemas/retrieval.ts';
import type { ErrorCode } from '../../src/core/errors.ts';
import type { TestOwner } from '../support/owner.ts';
import { STUBBED } from '../support/kinds/stubbed.ts';
import { Site } from '../support/site.ts';
import { World } from '../support/world.ts';

let site: Site;
let owner: TestOwner;
let app: string;
beforeAll(async () => {
  const world = await World.open();
  world.judging = STUBBED;
  await world.restart();
  site = await Site.on(world);
  owner = await site.owner();
  app = await owner.grant();
  await site.remember(app, 'Allergic to hazelnuts');
});
afterAll(() => site.close());

const stub = (comes: string, more: object = {}) => ({ kind: 'stub', comes, ...more });

async function answered(more: object = {}, token = app): Promise<ReceiptReply> {
  const found = RetrievalReply.parse((await site.as(token).post('/v1/retrievals').send({ query: 'Which nuts?' })).body);
  const sent = { retrievalId: found.id, model: { label: 'm' }, output: { text: 'None [m1].' }, ...more };
  const response = await site.as(token).post('/v1/receipts').send(sent);
  expect(response.text).toContain('"id"');
  return ReceiptReply.parse(response.body);
}

const post = (id: string, body: unknown, token = app) =>
  site.as(token).post(`/v1/receipts/${id}/evidence`).send(JSON.stringify(body)).type('json');
const added = (response: Response): EvidenceReply => {
  expect({ status: response.status, text: response.status === 201 ? '' : response.text }).toEqual({ status: 201, text: '' });
  expect(response.headers['cache-control']).toBe('no-store');
  return EvidenceReply.parse(response.body);
};

describe('evidence over HTTP', () => {
  it('is handed in, shown with its history, and goes out with the bundle', async () => {
    const { id } = await answered();
    const reply = added(await post(id, { evidence: { settlement: stub('pending') } }));
    expect(reply).toMatchObject({ receipt: id, added: [{ claim: 'settlement', judged: 'pending', status: 'pending' }], reopened: [] });
    const shown = await site.as(app).get(`/v1/receipts/${id}/claims`);
    expect(shown.headers['cache-control']).toBe('no-store');
    const { claims, logSize } = ClaimsReply.parse(shown.body);
    expect(claims).toEqual(reply.claims);
    expect(logSize).toBeGreaterThan(reply.added[0]?.logIndex ?? Infinity);

    const whole = Bundle.parse((await site.as(app).get(`/v1/receipts/${id}/bundle`)).body);
    expect(whole.addenda).toMatchObject([{ evidence: { artifact: stub('pending') } }]);
    for (const disclose of ['none', 'm1']) {
      const less = Bundle.parse((await site.as(app).get(`/v1/receipts/${id}/bundle?disclose=${disclose}`)).body);
      expect(less.addenda).toEqual(whole.addenda?.map(({ envelope, proof }) => ({ envelope, proof })));
    }
    const listed = ReceiptsReply.parse((await site.as(app).get('/v1/receipts?limit=1')).body);
    expect(listed.receipts[0]?.claims).toMatchObject({ settlement: 'pending', payment: 'absent' });
  });

  it('is shown to who may not see the whole receipt as a statement, without the artefact', async () => {
    const kept = await owner.addCollection('kept');
    const both = await owner.grant({ label: 'both', collections: ['default', 'kept'] });
    await site.remember(both, 'Hazelnuts are in the cellar', { collection: 'kept' });
    const { id, rows } = await answered({ evidence: { settlement: stub('verified') } }, both);
    expect(rows.length).toBeGreaterThan(1);
    expect(kept).toBeDefined();
    const reviewer = await owner.grant({ label: 'reviewer', role: 'reviewer', capabilities: ['receipt', 'review'] });
    const shown = ReceiptReply.parse((await site.as(reviewer).get(`/v1/receipts/${id}`)).body);
    expect(shown.rows.length).toBeLessThan(rows.length);
    expect(shown.bundle.addenda).toHaveLength(1);
    expect(shown.bundle.addenda?.[0]?.evidence).toBeUndefined();
    expect(shown.claims.find(({ claim }) => claim === 'settlement')?.status).toBe('verified');
  });

  it('comes from forty at once, each once, in one order', async () => {
    const receipts = [await answered(), await answered()];
    const { operations } = site.world.services.writer.counts;
    const replies = await Promise.all(
      Array.from({ length: 40 }, async (_, n) =>
        added(await post(receipts[n % 2]?.id ?? '', { evidence: { route: stub('asserted', { note: `${n}` }) } })),
      ),
    );
    const indexes = replies.flatMap((reply) => reply.added.map(({ logIndex }) => logIndex));
    expect(new Set(indexes).size).toBe(40);
    expect(site.world.services.writer.counts.operations - operations).toBe(40);
    for (const { id } of receipts) {
      const { claims } = ClaimsReply.parse((await site.as(app).get(`/v1/receipts/${id}/claims`)).body);
      const { history } = claims.find(({ claim }) => claim === 'route') ?? { history: [] };
      expect(history).toHaveLength(21);
      const order = history.map(({ logIndex }) => logIndex);
      expect(order).toEqual(order.toSorted((a, b) => a - b));
    }
  });

  it('that forty hand in at once and is the same is taken once', async () => {
    const { id } = await answered();
    const replies = await Promise.all(
      Array.from({ length: 40 }, async () => added(await post(id, { evidence: { route: stub('verified', { facts: { a: 'b' } }) } }))),
    );
    expect(new Set(replies.flatMap((reply) => reply.added.map(({ addendum }) => addendum))).size).toBe(1);
    expect(replies.every((reply) => reply.added.length === 1)).toBe(true);
    const contradicting = await Promise.all(
      ['c', 'd', 'e', 'f'].map(async (a) => added(await post(id, { evidence: { route: stub('verified', { facts: { a } }) } }))),
    );
    expect(contradicting.flatMap((reply) => reply.added.map(({ status }) => status))).toEqual(Array.from({ length: 4 }, () => 'failed'));
  });
});

describe('hostile evidence', () => {
  const deep = (levels: number): unknown => (levels === 0 ? 1 : { d: deep(levels - 1) });
  const many = (count: number, value: unknown) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`c${i}`, value]));
  const cases: readonly [what: string, code: ErrorCode, body: () => unknown][] = [
    ['no claim', 'input_invalid', () => ({ evidence: {} })],
    ['ten thousand claims', 'input_invalid', () => ({ evidence: many(10_000, stub('verified')) })],
    ['a claim that there is not', 'claim_unknown', () => ({ evidence: { wisdom: stub('verified') } })],
    ['a claim by the name of a method', 'input_invalid', () => ({ evidence: { hasOwnProperty: stub('verified') } })],
    ['a claim named constructor', 'claim_unknown', () => ({ evidence: { constructor: stub('verified') } })],
    ['evidence without a kind', 'input_invalid', () => ({ evidence: { route: { comes: 'verified' } } })],
    ['evidence that is a list', 'input_invalid', () => ({ evidence: { route: [stub('verified')] } })],
    [
      'evidence that nests deep',
      'evidence_malformed',
      () => ({ evidence: { route: { kind: 'x', deep: deep(LIMITS.artifactDepth + 1) } } }),
    ],
    ['evidence that nests very deep', 'json_invalid', () => ({ evidence: { route: { kind: 'x', deep: deep(100) } } })],
    [
      'a million items',
      'evidence_malformed',
      () => ({ evidence: { route: { kind: 'x', items: Array.from({ length: 1_000_000 }, () => 1) } } }),
    ],
    ['a lone surrogate', 'evidence_malformed', () => ({ evidence: { route: { kind: 'x', text: '\ud800' } } })],
    ['a number that nobody keeps', 'evidence_malformed', () => ({ evidence: { route: { kind: 'x', n: 2 ** 53 } } })],
    ['50 MB', 'body_too_large', () => ({ evidence: { route: { kind: 'x', bytes: 'x'.repeat(50 * 1024 * 1024) } } })],
    ['another receipt’s', 'evidence_misplaced', () => ({ evidence: { settlement: stub('verified'), route: stub('misplaced') } })],
    ['a field beside it', 'input_invalid', () => ({ evidence: { route: stub('verified') }, status: 'verified' })],
  ];

  it.each(cases)('%s is refused as %s and changes nothing', async (_, code, make) => {
    const { id } = await answered();
    const sent = JSON.stringify(make());
    await site.refuses(code, () => site.as(app).post(`/v1/receipts/${id}/evidence`).type('json').send(sent));
  });

  it('with one key twice, or for a prototype, is refused', async () => {
    const { id } = await answered();
    const send = (text: string) => site.as(app).post(`/v1/receipts/${id}/evidence`).type('json').send(text);
    await site.refuses('json_invalid', () => send('{"evidence":{"route":{"kind":"x","a":1,"a":2}}}'));
    await site.refuses('evidence_malformed', () => send('{"evidence":{"route":{"kind":"x","deep":{"__proto__":{"status":"verified"}}}}}'));
  });

  it('for a receipt that is not there, or not the caller’s, is refused', async () => {
    const { id } = await answered();
    const other = await owner.grant({ label: 'another' });
    const body = { evidence: { route: stub('failed') } };
    await site.refuses('receipt_unknown', () => post(id, body, other));
    await site.refuses('receipt_unknown', () => site.as(other).get(`/v1/receipts/${id}/claims`));
    await site.refuses('receipt_unknown', () => post(`rcp_${'0'.repeat(32)}`, body));
    await site.refuses('input_invalid', () => post('rcp_1', body));
    await site.refuses('token_missing', () => site.api.get(`/v1/receipts/${id}/claims`));
  });

  it('fills a receipt up to so many bytes, and no further', async () => {
    const { id } = await answered();
    const large = (n: number) => ({ evidence: { route: { kind: 'x', n, bytes: 'x'.repeat(LIMITS.bodyBytes - 4096) } } });
    const most = LIMITS.evidenceBytes / LIMITS.bodyBytes - 1;
    for (let n = 0; n < most; n += 1) added(await post(id, large(n)));
    await site.refuses('evidence_full', () => post(id, large(most)));
    added(await post(id, { evidence: { route: stub('asserted') } }));
  });
});
