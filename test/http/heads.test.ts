import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LoggedHeadReply, LoggedHeadsReply } from '../../schemas/heads.ts';
import { logHeads } from '../../src/app/log-heads.ts';
import { MemSyncClient } from '../../src/sdk/client.ts';
import { Site } from '../support/site.ts';
import type { TestOwner } from '../support/owner.ts';

let site: Site;
let owner: TestOwner;
let app: string;
let device: string;
beforeAll(async () => {
  site = await Site.open();
  owner = await site.owner();
  app = await owner.grant();
  device = await owner.device();
  for (const text of ['one', 'two', 'three']) {
    await site.remember(app, text);
    await logHeads(site.world.services);
  }
});
afterAll(() => site.close());

const refused = (path: string) => site.refuses('input_invalid', () => site.as(app).get(at(path)));
const at = (path = '') => `/v1/vaults/${owner.vault}/heads${path}`;

describe('a vault’s heads in the log', () => {
  it('are shown to its apps and devices alike, private and whole', async () => {
    for (const token of [app, device]) {
      const response = await site.as(token).get(at());
      expect([response.status, response.headers['cache-control']]).toEqual([200, 'no-store']);
      const { heads, next } = LoggedHeadsReply.parse(response.body);
      expect(heads).toHaveLength(3);
      expect(next).toBeNull();
      expect(heads.map(({ logIndex }) => logIndex)).toEqual([0, 1, 2]);
    }
    const latest = LoggedHeadReply.parse((await site.as(app).get(at('/latest'))).body);
    const same = LoggedHeadReply.parse((await site.as(device).get(at(`/${latest.logged.seq}`))).body);
    expect(same).toEqual(latest);
    const client = new MemSyncClient({ url: site.url, token: app });
    expect(await client.loggedHead(owner.vault)).toEqual(latest);
    const page = await client.loggedHeads(owner.vault, { limit: 2 });
    expect([page.heads.length, page.next]).toEqual([2, latest.logged.seq]);
    expect((await client.loggedHeads(owner.vault, { from: page.next ?? 0 })).heads).toEqual([latest.logged]);
  });

  it('are shown to nobody else', async () => {
    const stranger = await (await site.owner()).grant();
    const [all, one] = [at(), at('/latest')];
    for (const path of [all, one]) {
      const [nobody, another] = [site.api, site.as(stranger)];
      await site.refuses('token_missing', () => nobody.get(path));
      await site.refuses('vault_unknown', () => another.get(path));
    }
  });

  it('that are not there, and questions that are none, are refused', async () => {
    await site.refuses('not_found', () => site.as(app).get(at('/1')));
    for (const path of ['/first', '/-1', '/1.5', '?from=x', '?limit=0', '?limit=1001', '?page=1', '/latest?x=1']) await refused(path);
    const empty = await site.owner();
    const theirs = await empty.grant();
    await site.refuses('not_found', () => site.as(theirs).get(`/v1/vaults/${empty.vault}/heads/latest`));
  });
});
