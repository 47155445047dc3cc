import { expect, it } from 'vitest';
import { MemSyncClient } from '../../../src/sdk/client.ts';
import { Home } from '../../sdk/home.ts';
import { Site } from '../../support/site.ts';
import { bring, Desk, exportFrom, exportLines } from '../../support/transfer.ts';
import { DAY } from '../../support/world.ts';

it('a receipt is replayed at another service, where its vault was brought, and compared with now', async () => {
  const [old, fresh, desk] = [await Site.open(), await Site.open(), new Desk()];
  try {
    const home = await Home.make(old);
    const { memories } = await home.app.remember({ memories: [{ text: 'Likes tea' }, { text: 'Likes tea with milk' }] });
    const { id: retrievalId } = await home.app.retrieve({ query: 'tea' });
    const { id } = await home.app.receipt({ retrievalId, model: { label: 'm' }, output: { text: '' } });
    old.world.clock.advance(DAY);
    await home.client(home.token).edit(memories[0]?.id ?? '', { text: 'Likes coffee' });
    fresh.world.clock.set(old.world.clock.now());
    await bring(home, fresh, desk.lines(await exportLines(desk, exportFrom(home))));
    const there = new MemSyncClient({ url: fresh.url, token: home.token });
    expect(await there.replay(id)).toMatchObject({ outcome: 'identical', faults: [], checked: { signature: 'other_key', scores: 2 } });
    const here = await new MemSyncClient({ url: old.url, token: home.token }).diff(id, { with: 'now' });
    expect((await there.diff(id, { with: 'now' })).lines).toEqual(here.lines);
    expect(here.lines.map(({ what }) => what)).toContain('row.standing');
  } finally {
    await old.close();
    await fresh.close();
    desk.close();
  }
});
