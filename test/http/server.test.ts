import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../schemas/policy.ts';
import { Problem } from '../../schemas/problem.ts';
import { MemSyncError } from '../../src/core/errors.ts';
import { describeError, makeLogger } from '../../src/http/logger.ts';
import { problemIn, Site } from '../support/site.ts';

let site: Site;
let app: string;
beforeAll(async () => {
  site = await Site.open();
  app = await (await site.owner()).grant();
});
afterAll(() => site.close());

describe('paths and methods', () => {
  it.each(['/nowhere', '/v1', '/v1/memories/', '/V1/memories', '/v1/memory', '//', '/v1/receipts/x/y/z', '/log/tile', '/metrics/'])(
    'there is nothing at %s',
    async (path) => {
      problemIn(await site.api.get(path), 'not_found');
    },
  );

  it.each([
    ['/v1/memories', 'DELETE', 'POST, GET, HEAD'],
    ['/v1/memories/mem_1', 'POST', 'GET, HEAD, PATCH'],
    ['/v1/retrievals', 'GET', 'POST'],
    ['/v1/vaults', 'GET', 'POST'],
    ['/healthz', 'POST', 'GET, HEAD'],
    ['/v1/memories', 'OPTIONS', 'POST, GET, HEAD'],
  ])('%s does not take %s', async (path, method, allow) => {
    const response = await fetch(site.url + path, { method });
    expect(response.headers.get('allow')).toBe(allow);
    expect(Problem.parse(await response.json()).code).toBe('method_not_allowed');
    expect(response.status).toBe(405);
  });
});

describe('every answer', () => {
  it.each(['/', '/healthz', '/v1/memories', '/nowhere', '/log/checkpoint', '/log/tile/0/000', '/openapi.json'])(
    'to %s has safe headers',
    async (path) => {
      const { headers } = await site.api.get(path);
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'x-frame-options': 'DENY' });
      expect(headers['x-powered-by']).toBeUndefined();
      // The log alone is for anybody’s pages, which can have nothing of the caller’s with it.
      expect(headers['access-control-allow-origin']).toBe(path.startsWith('/log/') ? '*' : undefined);
      expect(headers['access-control-allow-credentials']).toBeUndefined();
      expect(headers['cross-origin-resource-policy']).toBe(path.startsWith('/log/') ? 'cross-origin' : 'same-origin');
      expect(headers['x-request-id']).toMatch(/^[0-9a-f]{16}$/);
    },
  );

  it('bears the id that came with the request, if that is a plain one', async () => {
    const ask = async (id: string) => (await site.api.get('/healthz').set('x-request-id', id)).headers['x-request-id'];
    expect(await ask('trace-7.A_b')).toBe('trace-7.A_b');
    expect(await ask('<script>')).toMatch(/^[0-9a-f]{16}$/);
    expect(await ask('x'.repeat(65))).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe('the log', () => {
  it('has a line for each request, and nothing of what was said', async () => {
    const from = site.logged.length;
    const secret = 'Quillfeather Lane';
    const memory = await site.remember(app, secret);
    await site.as(app).post('/v1/retrievals').send({ query: secret });
    await site.as(app).get(`/v1/memories/${memory.id}?x=${encodeURIComponent(secret)}`);
    await site.as(app).post('/v1/memories').type('json').set('x-request-id', 'mine').send('{"memories":');
    await expect.poll(() => site.logged.length - from).toBeGreaterThanOrEqual(4);
    const lines = site.lines(from);
    expect(lines.map(({ method, route, status }) => [method, route, status])).toEqual([
      ['POST', '/v1/memories', 201],
      ['POST', '/v1/retrievals', 200],
      ['GET', '/v1/memories/:id', 400],
      ['POST', '/v1/memories', 400],
    ]);
    expect(lines.at(-1)).toMatchObject({ requestId: 'mine', ms: expect.any(Number) });
    const text = site.logged.join('');
    for (const kept of [secret, 'Quillfeather', app, app.slice(4, 36), memory.id]) expect(text).not.toContain(kept);
  });

  it('redacts what was logged by mistake', () => {
    const lines: string[] = [];
    const logger = makeLogger('debug', { write: (line: string) => lines.push(line) });
    logger.info(
      { token: 'msk_1', request: { authorization: 'Bearer msk_2', items: [{ text: 'said' }] }, query: 'asked', status: 200 },
      'x',
    );
    expect(lines.join('')).not.toMatch(/msk_|said|asked/);
    expect(lines.join('')).toContain('"status":200');
  });

  it('says where a foreign error came from, not what it quotes', () => {
    const cause = new SyntaxError('Unexpected token in "my secret diary"');
    const said = describeError(new MemSyncError('ledger_broken', 'Event 3 does not read.', { cause }));
    expect(said).toMatchObject({
      name: 'MemSyncError',
      code: 'ledger_broken',
      message: 'Event 3 does not read.',
      cause: { name: 'SyntaxError' },
    });
    expect(said.cause?.at[0]).toContain('server.test.ts');
    expect(JSON.stringify(said)).not.toContain('diary');
    expect(describeError('thrown text')).toEqual({ name: 'string', at: [] });
  });
});

describe('when something breaks', () => {
  let broken: Site;
  afterEach(() => broken.close());

  it('the answer says so and no more, and the log has the rest', async () => {
    broken = await Site.open();
    const owner = await broken.owner();
    const token = await owner.grant();
    await broken.remember(token, 'Said before');
    await broken.world.services.store.close();
    const problem = problemIn(
      await broken.as(token).post('/v1/retrievals').set('x-request-id', 'it-broke').send({ query: 'x' }),
      'internal',
    );
    expect(problem.detail).toBe('The request could not be finished.');
    const line = broken.lines().find(({ requestId, msg }) => requestId === 'it-broke' && msg === 'request failed');
    expect(line).toMatchObject({ level: 50, code: 'internal' });
    expect(line?.err?.at.join(' ')).toContain('store/sqlite');
  });

  it('while the service stops, writes are turned away until it is back', async () => {
    broken = await Site.open();
    const owner = await broken.owner();
    const token = await owner.grant();
    await broken.world.services.writer.stop();
    const response = await broken.as(token).post('/v1/retrievals').send({ query: 'x' });
    problemIn(response, 'shutting_down');
    expect(response.headers['retry-after']).toBe('1');
    await expect(owner.post('policy_set', { policy: DEFAULT_POLICY })).rejects.toThrow('503');
  });
});
