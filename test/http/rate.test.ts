import { afterEach, expect, it } from 'vitest';
import { systemRandom } from '../../src/core/random.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { encodeToken, parseToken } from '../../src/crypto/token.ts';
import { problemIn, Site } from '../support/site.ts';

let site: Site;
afterEach(() => site.close());

it('a grant has its own budget, which nobody without its token can use up', async () => {
  site = await Site.open({ ratePerMinute: 12 });
  // Six requests without a token: the vault, its collections, its policy, two grants.
  const owner = await site.owner();
  const [one, two] = [await owner.grant(), await owner.grant()];
  const forged = encodeToken({ grantId: parseToken(one).grantId, secret: new Redacted(systemRandom.bytes(32)) });
  for (let i = 0; i < 4; i++) problemIn(await site.as(forged).get('/v1/memories'), 'token_invalid');
  for (let i = 0; i < 12; i++) expect((await site.as(one).get('/v1/memories')).status).toBe(200);
  const response = await site.as(one).get('/v1/memories');
  problemIn(response, 'rate_limited');
  expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
  expect((await site.as(two).get('/v1/memories')).status).toBe(200);
});

it('an address that sends no token, or bad ones, has a budget as well', async () => {
  site = await Site.open({ ratePerMinute: 8 });
  for (let i = 0; i < 4; i++) expect((await site.api.get('/healthz')).status).toBe(200);
  for (let i = 0; i < 4; i++) {
    const invented = encodeToken({ grantId: `grt_${String(i).padStart(32, '0')}`, secret: new Redacted(systemRandom.bytes(32)) });
    problemIn(await site.as(invented).get('/v1/memories'), 'token_invalid');
  }
  problemIn(await site.api.get('/healthz'), 'rate_limited');
  problemIn(await site.api.get('/nowhere'), 'rate_limited');
});
