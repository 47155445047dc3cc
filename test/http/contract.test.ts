import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { ClaimsReply, EvidenceReply, ModelsReply } from '../../schemas/claims.ts';
import { Health } from '../../schemas/health.ts';
import { EditReply, HistoryReply, ListReply, Memory, RememberReply } from '../../schemas/memory.ts';
import { CreateVaultReply, EventsReply, GrantsReply, OwnerBoxesReply, VaultHeadReply } from '../../schemas/owner-event.ts';
import { OwnerEventReply } from '../../schemas/owner-event-reply.ts';
import { SealedRowReply } from '../../schemas/sealed-rows.ts';
import { Bundle, ReceiptReply, ReceiptsReply } from '../../schemas/receipt.ts';
import { RetrievalReply } from '../../schemas/retrieval.ts';
import type { Response } from 'supertest';
import { Site } from '../support/site.ts';
import { TestOwner } from '../support/owner.ts';
import { DAY } from '../support/world.ts';

let site: Site;
let owner: TestOwner;
let app: string;
let device: string;
beforeAll(async () => {
  site = await Site.open();
  owner = await site.owner();
  app = await owner.grant();
  device = await owner.device();
});
afterAll(() => site.close());

/** The answer, which must be whole, strict and private. */
function answer<T>(response: Response, status: number, schema: z.ZodType<T>): T {
  expect({ status: response.status, text: response.status === status ? '' : response.text }).toEqual({ status, text: '' });
  expect(response.headers['content-type']).toBe('application/json');
  expect(response.headers['cache-control']).toBe('no-store');
  expect(response.headers['etag']).toBeUndefined();
  return schema.parse(response.body);
}

async function remembered(text: string): Promise<Memory> {
  const response = await site
    .as(app)
    .post('/v1/memories')
    .send({ memories: [{ text }] });
  const [memory] = answer(response, 201, RememberReply).memories;
  if (memory === undefined) throw new Error('nothing was remembered');
  return memory;
}

describe('memories', () => {
  it('are remembered in order, with every field, and a repeat is a sighting', async () => {
    const full = {
      text: 'Allergic to hazelnuts',
      type: 'semantic',
      category: 'health',
      collection: 'default',
      observedAt: '2025-12-01T10:00:00+02:00',
      validUntil: '2027-01-01T00:00:00Z',
      subject: 'the owner',
      attribute: 'allergy',
      claimed: {
        kind: 'user_stated',
        role: 'user',
        thread: 't1',
        speaker: 'Ana',
        ref: 'msg-1',
        model: 'm',
        url: 'https://x.example',
        quote: 'q',
      },
    };
    const sent = { memories: [full, { text: 'Lives in Porto' }, { text: 'allergic to hazelnuts!' }] };
    const reply = answer(await site.as(app).post('/v1/memories').send(sent), 201, RememberReply);
    expect(reply.memories.map(({ text, sighting }) => [text, sighting ?? false])).toEqual([
      ['Allergic to hazelnuts', false],
      ['Lives in Porto', false],
      ['Allergic to hazelnuts', true],
    ]);
    const [row] = reply.memories;
    expect(row).toMatchObject({
      observedAt: '2025-12-01T08:00:00.000Z',
      category: 'health',
      subject: 'the owner',
      lastValidatedAt: null,
      version: 1,
    });
    expect(row?.origin.claimed).toEqual(full.claimed);
  });

  it('are shown, listed by page, edited, and tell their history', async () => {
    const one = await remembered('Plays the viola');
    expect(answer(await site.as(app).get(`/v1/memories/${one.id}`), 200, Memory)).toEqual(one);
    const edited = answer(
      await site.as(app).patch(`/v1/memories/${one.id}`).send({ text: 'Plays the cello', subject: null }),
      200,
      EditReply,
    );
    expect(edited).toMatchObject({ outcome: 'edited', memory: { id: one.id, version: 2, text: 'Plays the cello' } });
    const history = answer(await site.as(app).get(`/v1/memories/${one.id}/history`), 200, HistoryReply);
    expect(history.events.map(({ kind, text }) => [kind, text])).toEqual([
      ['remembered', 'Plays the viola'],
      ['edited', 'Plays the cello'],
    ]);
    const all: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = cursor === '' ? '?limit=2' : `?limit=2&cursor=${cursor}`;
      const page: ListReply = answer(await site.as(app).get(`/v1/memories${query}`), 200, ListReply);
      expect(page.memories.length).toBeLessThanOrEqual(2);
      all.push(...page.memories.map(({ id }) => id));
      cursor = page.cursor;
    }
    const whole = answer(await site.as(app).get('/v1/memories?limit=200'), 200, ListReply);
    expect(all).toEqual(whole.memories.map(({ id }) => id));
    expect(new Set(all).size).toBe(all.length);
  });

  it('are filtered by every query that the API names', async () => {
    const query = new URLSearchParams({
      tier: 'active',
      standing: 'live',
      category: 'health',
      collection: 'default',
      subject: 'the owner',
      due: '2030-01-01T00:00:00Z',
      limit: '5',
    });
    const reply = answer(await site.as(app).get(`/v1/memories?${query.toString()}`), 200, ListReply);
    expect(reply.memories.map(({ text }) => text)).toEqual(['Allergic to hazelnuts']);
  });

  it('answer HEAD as they answer GET, without the body', async () => {
    const one = await remembered('Keeps bees');
    const got = await site.as(app).get(`/v1/memories/${one.id}`);
    const head = await site.as(app).head(`/v1/memories/${one.id}`);
    expect([head.status, head.headers['content-length'], head.text]).toEqual([200, got.headers['content-length'], undefined]);
  });
});

describe('retrievals and receipts', () => {
  it('come as the schemas say, from the search to the bundle', async () => {
    await remembered('Works at the observatory');
    const request = {
      query: 'where does the person work?',
      limit: 5,
      categories: ['private'],
      collections: ['default'],
      thread: 't',
      includeDormant: true,
    };
    const minHead = { seq: owner.head.seq, hash: owner.head.hash };
    const found = answer(
      await site
        .as(app)
        .post('/v1/retrievals')
        .send({ ...request, maxTokens: 500, minHead }),
      200,
      RetrievalReply,
    );
    expect(found.rows[0]?.text).toBe('Works at the observatory');
    expect(found.context.slice(...(found.rows[0]?.span ?? []))).toContain('[m1]');
    expect(found.headRemembered).toBe(true);

    const issued = answer(
      await site
        .as(app)
        .post('/v1/receipts')
        .send({
          retrievalId: found.id,
          model: { label: 'some-model', provider: 'somebody', artifact: { sha256: 'a'.repeat(64) } },
          request: { messages: [{ role: 'system', content: found.context }] },
          output: { text: 'At the observatory [m1].' },
          conversation: { thread: 't', turn: 3 },
          app: { name: 'diary', version: '1', promptTemplate: { id: 'p', sha256: 'b'.repeat(64) } },
          tools: [{ name: 'search', version: '2', argsSha256: 'c'.repeat(64), resultSha256: 'd'.repeat(64) }],
        }),
      201,
      ReceiptReply,
    );
    expect(issued.rows[0]).toMatchObject({ tag: 'm1', served: 'verified', cited: true, influence: null });
    expect(answer(await site.as(app).get(`/v1/receipts/${issued.id}`), 200, ReceiptReply)).toEqual(issued);
    const evidence = { model: { kind: 'a.kind', of: 'somebody' } };
    const added = answer(await site.as(app).post(`/v1/receipts/${issued.id}/evidence`).send({ evidence }), 201, EvidenceReply);
    expect(added).toMatchObject({ receipt: issued.id, added: [{ claim: 'model', judged: 'asserted' }], reopened: [] });
    const stood = answer(await site.as(app).get(`/v1/receipts/${issued.id}/claims`), 200, ClaimsReply);
    expect(stood).toMatchObject({ receipt: issued.id, claims: added.claims, previousTurn: null, paidUnexplained: null });
    const bundle = await site.as(app).get(`/v1/receipts/${issued.id}/bundle`);
    const { addenda, ...rest } = answer(bundle, 200, Bundle);
    expect({ ...rest, proof: '' }).toEqual({ ...issued.bundle, proof: '' });
    expect(addenda).toMatchObject([{ evidence: { artifact: evidence.model } }]);
    expect(bundle.headers['content-disposition']).toBe(`attachment; filename="${issued.id}.json"`);
    const memory = found.rows[0]?.id ?? '';
    const listed = await site
      .as(app)
      .get(`/v1/receipts?memory=${memory}&thread=t&from=2020-01-01T00:00:00Z&to=2030-01-01T00:00:00Z&limit=1`);
    expect(answer(listed, 200, ReceiptsReply).receipts.map(({ id }) => id)).toEqual([issued.id]);
    const models = answer(await site.as(app).get('/v1/models?label=some-model&limit=2'), 200, ModelsReply);
    expect(models).toMatchObject({
      label: 'some-model',
      artifacts: 1,
      cursor: null,
      runs: [{ receipts: 1, first: issued.id, status: 'asserted' }],
    });
    expect(models.runs[0]?.artifact).toEqual({ sha256: 'a'.repeat(64), blobId: null });
    const paid = await site.as(app).get('/v1/receipts?paidUnexplained=true');
    expect(answer(paid, 200, ReceiptsReply)).toEqual({ receipts: [], cursor: null });
  });

  it('are sealed from other apps of the same vault, and open to the owner’s device', async () => {
    const found = answer(await site.as(app).post('/v1/retrievals').send({ query: 'bees' }), 200, RetrievalReply);
    const sent = { retrievalId: found.id, model: { label: 'm' }, output: { sha256: 'e'.repeat(64) } };
    const { id } = answer(await site.as(app).post('/v1/receipts').send(sent), 201, ReceiptReply);
    const other = await owner.grant({ label: 'another app' });
    expect((await site.as(other).get(`/v1/receipts/${id}`)).status).toBe(404);
    expect((await site.as(device).get(`/v1/receipts/${id}`)).status).toBe(200);
  });
});

describe('vaults', () => {
  it('are created and written by signed events alone', async () => {
    const replies: unknown[] = [];
    const door = {
      create: async (request: unknown) => {
        const reply = answer(await site.api.post('/v1/vaults').type('json').send(JSON.stringify(request)), 201, CreateVaultReply);
        replies.push(reply);
        return reply;
      },
      post: async (vault: string, submission: unknown) => {
        const reply = answer(
          await site.api.post(`/v1/vaults/${vault}/events`).type('json').send(JSON.stringify(submission)),
          201,
          OwnerEventReply,
        );
        replies.push(reply);
        return reply;
      },
    };
    const second = await new TestOwner(door, site.world.clock).create();
    expect(replies).toMatchObject([{ vault: second.vault, ownerSeq: 0 }, { ownerSeq: 1 }, { ownerSeq: 2 }, { ownerSeq: 3, seq: 3 }]);
  });

  it('are read by device grants: head, events, sealed rows, boxes, grants', async () => {
    const one = await remembered('Rows on the lake');
    await owner.confirm(one);
    const at = `/v1/vaults/${owner.vault}`;
    const head = answer(await site.as(device).get(`${at}/head`), 200, VaultHeadReply);
    expect(head).toMatchObject({ vault: owner.vault, head: owner.head, ownerSeq: owner.ownerSeq, ownerHead: owner.ownerPrev });
    const events = answer(await site.as(device).get(`${at}/events?from=${head.head.seq - 1}&limit=2`), 200, EventsReply);
    expect(events.events.map(({ seq, leaves }) => [seq, leaves?.map(({ row }) => row)])).toEqual([
      [head.head.seq - 1, undefined],
      [head.head.seq, [one.id]],
    ]);
    const row = answer(await site.as(device).get(`${at}/rows/${one.id}`), 200, SealedRowReply);
    expect(row.commitment).toBe(one.commitment);
    expect(JSON.stringify(row)).not.toContain('lake');
    expect(answer(await site.as(device).get(`${at}/boxes`), 200, OwnerBoxesReply).boxes).toHaveLength(2);
    const { grants } = answer(await site.as(device).get(`${at}/grants`), 200, GrantsReply);
    expect(grants.slice(0, 2).map(({ label, role, collections }) => [label, role, collections])).toEqual([
      ['an app', 'app', ['default']],
      ['the owner’s laptop', 'device', ['default']],
    ]);
  });

  it('take an owner’s event that is made of thousands of rows', async () => {
    const texts = Array.from({ length: 256 }, (_, i) => ({ text: `Fact number ${i} about the harbour` }));
    const { memories } = answer(await site.as(app).post('/v1/memories').send({ memories: texts }), 201, RememberReply);
    await owner.confirm(...memories);
    site.world.clock.advance(DAY);
    const list = answer(await site.as(app).get(`/v1/memories/${memories.at(-1)?.id ?? ''}`), 200, Memory);
    expect(list).toMatchObject({ lastValidatedAt: '2026-01-05T09:00:00.000Z', unvalidatedForSeconds: 86_400 });
  });
});

describe('the service about itself', () => {
  it('is healthy', async () => {
    const health = answer(await site.api.get('/healthz'), 200, Health);
    expect(health).toMatchObject({ vaults: 2, openVaults: 2, build: 'test', log: { origin: site.world.services.log.origin } });
  });

  it('says what it is, and how to begin while there is no vault', async () => {
    const empty = await Site.open();
    try {
      const page = await empty.api.get('/');
      expect(page.headers['content-type']).toBe('text/plain; charset=utf-8');
      expect(page.text).toContain('In another terminal: npx memsync init');
    } finally {
      await empty.close();
    }
    expect((await site.api.get('/')).text).not.toContain('npx memsync init');
  });
});
