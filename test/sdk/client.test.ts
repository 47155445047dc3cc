import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MemSyncClient } from '../../src/sdk/client.ts';
import { Site } from '../support/site.ts';
import { Home } from './home.ts';

let site: Site;
let home: Home;
let other: Server | null = null;

beforeAll(async () => {
  site = await Site.open();
  home = await Home.make(site);
});
afterAll(() => site.close());
afterEach(() => {
  other?.close();
  other = null;
});

/** Another server, which answers as it likes. */
async function server(answer: RequestListener): Promise<MemSyncClient> {
  other = createServer(answer);
  await new Promise<void>((resolve) => other?.listen(0, '127.0.0.1', resolve));
  return new MemSyncClient({ url: `http://127.0.0.1:${(other.address() as AddressInfo).port}`, token: 'msk_secret' });
}

const answering = (status: number, body: string, type = 'application/json') =>
  server((_request, response) => response.writeHead(status, { 'content-type': type }).end(body));

describe('the client', () => {
  it('has a method for every route that apps have', async () => {
    const { app } = home;
    const { memories, head } = await app.remember({
      memories: [{ text: 'Plays chess', category: 'interests', observedAt: '2025-12-01T00:00:00Z' }],
    });
    const id = memories[0]?.id ?? '';
    expect(await app.show(id)).toEqual(memories[0]);
    expect((await app.history(id)).events.map(({ kind, text }) => [kind, text])).toEqual([['remembered', 'Plays chess']]);
    expect((await app.list({ category: 'interests', limit: 1 })).memories.map((row) => row.id)).toEqual([id]);
    const retrieval = await app.retrieve({ query: 'chess' });
    expect(retrieval).toMatchObject({ headRemembered: true, head });
    const receipt = await app.receipt({ retrievalId: retrieval.id, model: { label: 'm' }, output: { text: 'Chess [m1].' } });
    expect(await app.bundle(receipt.id)).toEqual(receipt.bundle);
    expect((await app.showReceipt(receipt.id)).claims).toEqual(receipt.claims);
    expect((await app.receipts({ memory: id })).receipts.map((one) => one.id)).toEqual([receipt.id]);
    expect((await app.health()).health.log.size).toBe(1);
    await expect(app.edit(id, { text: 'Plays go' })).rejects.toMatchObject({ code: 'capability_missing' });
    const device = home.client(home.token);
    expect((await device.edit(id, { text: 'Plays go' })).outcome).toBe('contested');
    expect((await device.vaultHead(home.state.vault)).head.seq).toBe(7);
  });

  it('sends an idempotency key, and the same request again has no second effect', async () => {
    const { app } = home;
    const request = { memories: [{ text: 'Said once' }] };
    const [first, second] = [await app.remember(request, { idempotencyKey: 'k1' }), await app.remember(request, { idempotencyKey: 'k1' })];
    expect(second.memories[0]?.id).toBe(first.memories[0]?.id);
    expect(second.memories[0]?.sightings).toBe(0);
  });

  it('gives the service’s refusals by their own codes, with their issues', async () => {
    await expect(home.app.show('mem_00000000000000000000000000000000')).rejects.toMatchObject({ code: 'memory_unknown' });
    await expect(home.client('msk_nothing').list()).rejects.toMatchObject({ code: 'token_invalid' });
    await expect(home.app.retrieve({ query: ' ' })).rejects.toMatchObject({ code: 'input_invalid', issues: [{ path: '/query' }] });
  });

  it('says what does not answer, and why', async () => {
    const gone = await answering(200, '{}');
    await new Promise((resolve) => other?.close(resolve));
    await expect(gone.list()).rejects.toMatchObject({ code: 'service_unreachable', message: expect.stringContaining('ECONNREFUSED') });
    const slow = new MemSyncClient({
      url: site.url,
      timeoutMs: 1,
      fetch: (_input, init) =>
        new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error))),
    });
    await expect(slow.list()).rejects.toMatchObject({ code: 'service_unreachable', message: expect.stringContaining('in time') });
  });

  it.each([
    [200, 'hello', 'service_lied'],
    [200, '{"memories": []}', 'service_lied'],
    [200, '{"memories": [], "cursor": null, "head": {"seq": 0, "hash": "00"}}', 'service_lied'],
    [404, '<html>', 'not_found'],
    [429, '', 'rate_limited'],
    [502, '<html>', 'service_unreachable'],
    [418, '{"code": "teapot"}', 'service_lied'],
    [500, '{"type":"x","title":"x","status":500,"code":"no_such_code","detail":"x","remedy":"x"}', 'service_lied'],
  ])('takes %i %s for %s', async (status, body, code) => {
    await expect((await answering(status, body)).list()).rejects.toMatchObject({ code });
  });

  it('does not carry its token to where a redirect points', async () => {
    const seen: string[] = [];
    const client = await server((request, response) => {
      seen.push(request.url ?? '');
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    await expect(client.list()).rejects.toMatchObject({ code: 'service_unreachable' });
    expect(seen).toEqual(['/v1/memories']);
  });

  it('asks for the past without taking its head for the vault’s, and notices another past than was asked for', async () => {
    const { app } = home;
    const { head, evaluatedAt } = await app.retrieve({ query: 'x' });
    expect((await app.retrieve({ query: 'x', asOf: { seq: head.seq - 1 } })).head.seq).toBe(head.seq - 1);
    expect((await app.retrieve({ query: 'x', asOf: evaluatedAt })).head).toEqual(head);
    expect(app.head).toEqual(head);
    await expect(app.retrieve({ query: 'x', asOf: { seq: head.seq + 1 } })).rejects.toMatchObject({ code: 'as_of_unknown' });
    const then = await app.retrieve({ query: 'x', asOf: { seq: 3 } });
    const liar = await answering(200, JSON.stringify(then));
    await expect(liar.retrieve({ query: 'x', asOf: { seq: 2 } })).rejects.toMatchObject({ code: 'service_lied' });
    expect(await liar.retrieve({ query: 'x', asOf: { seq: 3 } })).toEqual(then);
  });

  it('notices a head that goes back, or is another at the same place', async () => {
    const head = { seq: 7, hash: 'a'.repeat(64) };
    const client = await server((_request, response) => response.end(JSON.stringify({ memories: [], cursor: null, head })));
    await client.list();
    expect(client.head).toEqual({ seq: 7, hash: 'a'.repeat(64) });
    head.hash = 'b'.repeat(64);
    await expect(client.list()).rejects.toMatchObject({ code: 'head_not_reached' });
    head.seq = 6;
    await expect(client.list()).rejects.toMatchObject({ code: 'head_not_reached' });
    head.seq = 8;
    await client.list();
    expect(client.head?.seq).toBe(8);
  });

  it('names the furthest head that it saw when it retrieves, so that a rollback is refused', async () => {
    const ahead = new MemSyncClient({ url: site.url, token: home.vault.appToken, head: { seq: 1_000_000, hash: 'a'.repeat(64) } });
    await expect(ahead.retrieve({ query: 'x' })).rejects.toMatchObject({ code: 'head_not_reached' });
    const fresh = home.client(home.vault.appToken);
    expect((await fresh.retrieve({ query: 'x' })).headRemembered).toBe(false);
    expect((await fresh.retrieve({ query: 'x' })).headRemembered).toBe(true);
  });

  it('does not blame answers that overtake one another', async () => {
    const page = (seq: number): string => JSON.stringify({ memories: [], cursor: null, head: { seq, hash: 'a'.repeat(64) } });
    const held: ServerResponse[] = [];
    const client = await server((request, response) => {
      if (request.url?.includes('slow') === true) held.push(response);
      else response.end(page(7));
    });
    const slow = client.list({ subject: 'slow' });
    while (held.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await client.list();
    held[0]?.end(page(5));
    expect((await slow).head.seq).toBe(5);
    expect(client.head?.seq).toBe(7);
    const after = client.list({ subject: 'slow' });
    while (held.length === 1) await new Promise((resolve) => setImmediate(resolve));
    held[1]?.end(page(5));
    await expect(after).rejects.toMatchObject({ code: 'head_not_reached' });
  });
});
