import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Memory } from '../../schemas/memory.ts';
import { makeId } from '../../src/core/ids.ts';
import { systemRandom } from '../../src/core/random.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { encodeToken, parseToken } from '../../src/crypto/token.ts';
import type { TestOwner } from '../support/owner.ts';
import { Site } from '../support/site.ts';
import { DAY } from '../support/world.ts';

let site: Site;
let owner: TestOwner;
let app: string;
let row: Memory;

beforeAll(async () => {
  site = await Site.open();
  owner = await site.owner();
  app = await owner.grant();
  row = await site.remember(app, 'Lives in Porto');
});
afterAll(() => site.close());

const item = (more: object): object => ({ memories: [{ text: 'Likes tea', ...more }] });

describe('tokens', () => {
  it('are needed, as bearer tokens', async () => {
    const missing = await site.api.get('/v1/memories');
    expect(missing.headers['www-authenticate']).toBe('Bearer realm="memsync"');
    await site.refuses('token_missing', () => site.api.get('/v1/memories'));
    await site.refuses('token_missing', () => site.api.get('/v1/memories').set('authorization', 'Basic YTpi'));
    await site.refuses('token_missing', () => site.api.post('/v1/memories').send(item({})));
  });

  it('that are forged open nothing', async () => {
    const { grantId } = parseToken(app);
    const guessed = encodeToken({ grantId, secret: new Redacted(systemRandom.bytes(32)) });
    const invented = encodeToken({ grantId: makeId('grant', 0, systemRandom), secret: new Redacted(systemRandom.bytes(32)) });
    const mistyped = `${app.slice(0, -1)}${app.endsWith('0') ? '1' : '0'}`;
    const opensNothing = async (token: string): Promise<void> => {
      await site.refuses('token_invalid', () => site.as(token).get('/v1/memories'));
      await site.refuses('token_invalid', () => site.as(token).post('/v1/memories').send(item({})));
    };
    for (const token of [guessed, invented, mistyped, app.slice(0, -2), app.toUpperCase(), 'x']) await opensNothing(token);
  });

  it('that have run out or were revoked open nothing', async () => {
    const brief = await owner.grant({ expiresAt: site.world.clock.now() + DAY });
    const revoked = await owner.grant();
    await site.remember(brief, 'Has a cat');
    await site.remember(revoked, 'Has a dog');
    await owner.post('revoked', { grant: parseToken(revoked).grantId });
    site.world.clock.advance(DAY);
    await site.refuses('grant_expired', () => site.as(brief).post('/v1/memories').send(item({})));
    await site.refuses('grant_expired', () => site.as(brief).get('/v1/memories'));
    await site.refuses('grant_revoked', () => site.as(revoked).post('/v1/memories').send(item({})));
    await site.refuses('grant_revoked', () => site.as(revoked).post('/v1/retrievals').send({ query: 'dog' }));
  });

  it('do only what the owner signed', async () => {
    const reader = await owner.grant({ capabilities: ['list'], categories: ['health'] });
    await site.refuses('capability_missing', () => site.as(reader).post('/v1/memories').send(item({})));
    await site.refuses('capability_missing', () => site.as(reader).patch(`/v1/memories/${row.id}`).send({ text: 'x' }));
    await site.refuses('capability_missing', () => site.as(reader).post('/v1/retrievals').send({ query: 'x' }));
    await site.refuses('capability_missing', () => site.as(reader).get('/v1/receipts'));
    await site.refuses('capability_missing', () => site.as(app).get(`/v1/vaults/${owner.vault}/events`));
    await site.refuses('memory_unknown', () => site.as(reader).get(`/v1/memories/${row.id}`));
    const doctor = await owner.grant({ categories: ['health'] });
    await site.refuses('scope_exceeded', () =>
      site
        .as(doctor)
        .post('/v1/memories')
        .send(item({ category: 'finance' })),
    );
  });

  it('in a URL are refused, and never logged', async () => {
    const query = new URLSearchParams({ cursor: app });
    const refused = async (path: string): Promise<void> => {
      const { detail } = await site.refuses('input_invalid', () => site.as(app).get(path));
      expect(detail).toContain('A token does not belong in a URL');
    };
    for (const path of [`/v1/memories?token=${app}`, `/v1/memories?${query.toString()}`, `/v1/memories/${app}`]) await refused(path);
    expect(site.logged.length).toBeGreaterThan(10);
    expect(site.logged.join('')).not.toContain(app.slice(36));
  });
});
