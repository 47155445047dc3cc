import { connect } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { makeId } from '../../src/core/ids.ts';
import { systemRandom } from '../../src/core/random.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { makeDesk } from '../../src/app/desks/make.ts';
import { encodeReviewerToken } from '../../src/crypto/reviewer-token.ts';
import { encodeToken, parseToken } from '../../src/crypto/token.ts';
import { TestReviewer } from '../support/desks.ts';
import { problemIn, Site } from '../support/site.ts';

let site: Site;
afterEach(() => site.close());

/** A token that its grant’s owner has not given. */
const forged = (grantId: string): string => encodeToken({ grantId, secret: new Redacted(systemRandom.bytes(32)) });
const invented = (): string => forged(makeId('grant', 0, systemRandom));

it('a grant has its own budget, which nobody without its token can use up', async () => {
  site = await Site.open({ ratePerMinute: 30 });
  const owner = await site.owner();
  const [one, two] = [await owner.grant(), await owner.grant()];
  // The first request opens the grant; until that is done nobody knows the token, so the address bears it.
  for (const token of [one, two]) expect((await site.as(token).get('/v1/memories')).status).toBe(200);
  const near = forged(parseToken(one).grantId);
  for (let i = 0; i < 4; i++) problemIn(await site.as(near).get('/v1/memories'), 'token_invalid');
  for (let i = 0; i < 4; i++) expect((await site.as(near).get('/healthz')).status).toBe(200);
  for (let i = 0; i < 4; i++) problemIn(await site.as(near).post('/v1/vaults').send({ x: 1 }), 'input_invalid');
  for (let i = 0; i < 30; i++) expect((await site.as(one).get('/v1/memories')).status).toBe(200);
  const response = await site.as(one).get('/v1/memories');
  problemIn(response, 'rate_limited');
  expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
  expect((await site.as(two).get('/v1/memories')).status).toBe(200);
});

it('a desk’s reviewer has their own budget, once their token has let them in', async () => {
  site = await Site.open({ ratePerMinute: 20 });
  await makeDesk(site.world.services, 'front');
  const reviewer = await TestReviewer.at(site.url, site.world.services, 'front', 'ana');
  const near = encodeReviewerToken({ reviewer: reviewer.id, secret: new Redacted(systemRandom.bytes(32)) });
  expect((await site.as(reviewer.token).get('/v1/desk')).status).toBe(200);
  // Whoever names the reviewer without the token bears it by their address.
  for (let i = 0; i < 19; i++) problemIn(await site.as(near).get('/v1/desk'), 'token_invalid');
  problemIn(await site.as(near).get('/v1/desk'), 'rate_limited');
  for (let i = 0; i < 20; i++) expect((await site.as(reviewer.token).get('/v1/desk')).status).toBe(200);
  problemIn(await site.as(reviewer.token).get('/v1/desk'), 'rate_limited');
});

it('a budget is not held by requests that name its grant and never end', async () => {
  site = await Site.open({ ratePerMinute: 12 });
  const owner = await site.owner();
  const app = await owner.grant();
  await site.as(app).get('/v1/memories');
  const { hostname, port } = new URL(site.url);
  const open = Array.from({ length: 20 }, () => {
    const socket = connect(Number(port), hostname);
    const head = [
      `POST /v1/vaults/${'ab'.repeat(32)}/events HTTP/1.1`,
      'host: x',
      `authorization: Bearer ${forged(parseToken(app).grantId)}`,
    ];
    socket.on('error', () => undefined);
    socket.write([...head, 'content-type: application/json', 'content-length: 9', '', ''].join('\r\n'));
    return socket;
  });
  await expect.poll(async () => (await site.api.get('/healthz')).status).toBe(429);
  for (let i = 0; i < 12; i++) expect((await site.as(app).get('/v1/memories')).status).toBe(200);
  for (const socket of open) socket.destroy();
});

it.each<[string, (site: Site) => PromiseLike<{ status: number }>, number]>([
  ['no token', (on) => on.api.get('/healthz'), 200],
  ['an invented one', (on) => on.as(invented()).get('/v1/memories'), 401],
  ['an invented one where none is needed', (on) => on.as(invented()).get('/metrics'), 200],
  ['an invented one and a body that does not fit', (on) => on.as(invented()).post('/v1/vaults').send({ x: 1 }), 400],
  ['an invented one and no JSON', (on) => on.as(invented()).post('/v1/vaults').type('text').send('x'), 415],
  ['an invented one at no path', (on) => on.as(invented()).get('/nowhere'), 404],
  ['what only begins like one', (on) => on.as(`msk_${'0'.repeat(31)}1`).get('/healthz'), 200],
  ['a path that does not decode', (on) => on.api.get('/v1/memories/%E0%A4%A'), 400],
])('an address has a budget, for requests with %s', async (_what, send, status) => {
  site = await Site.open({ ratePerMinute: 5 });
  for (let i = 0; i < 5; i++) expect((await send(site)).status).toBe(status);
  expect((await send(site)).status).toBe(429);
  problemIn(await site.api.get('/healthz'), 'rate_limited');
  problemIn(await site.api.get('/nowhere'), 'rate_limited');
});

it('an address that has used up its budget still has its grants’', async () => {
  site = await Site.open({ ratePerMinute: 10 });
  const owner = await site.owner();
  const app = await owner.grant();
  expect((await site.as(app).get('/v1/memories')).status).toBe(200);
  while ((await site.api.get('/healthz')).status !== 429);
  expect((await site.as(app).get('/v1/memories')).status).toBe(200);
});
