import Database from 'better-sqlite3';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { parseToken } from '../../src/crypto/token.ts';
import { openServices } from '../../src/main.ts';
import { rewrapVault } from '../../src/app/rewrap.ts';
import { list } from '../../src/app/list.ts';
import { readServiceSettings } from '../../src/config/settings.ts';
import { ask, ownerAt } from '../support/http-owner.ts';
import { Ground } from '../support/process.ts';
import { rotate } from '../support/rotate.ts';

const SETTINGS = { MEMSYNC_LOG_LEVEL: 'error', MEMSYNC_RATE_PER_MINUTE: '100000000' };
const BATCHES = 40;
const BATCH = 256;
const ROUNDS = 6;

const ground = new Ground();
const data = join(ground.folder, 'data');
afterAll(() => ground.close());

/** How many rows are wrapped under which epoch. */
function epochs(): Map<number, number> {
  const db = new Database(join(data, 'memsync.db'), { readonly: true });
  try {
    const counts = db.prepare('SELECT wrap_epoch, count(*) FROM versions GROUP BY 1').raw().all() as [number, number][];
    return new Map(counts);
  } finally {
    db.close();
  }
}

it('wrapping keys anew goes on where a killed process left it, until none is under the old key', { timeout: 240_000 }, async () => {
  let service = await ground.start(SETTINGS);
  const owner = await ownerAt(service.url, systemClock);
  const cut = await owner.grant();
  const kept = await owner.grant();
  for (let batch = 0; batch < BATCHES; batch++) {
    const memories = Array.from({ length: BATCH }, (_, i) => ({ text: `Row ${batch}/${i}` }));
    expect((await ask(`${service.url}/v1/memories`, kept, { memories })).status).toBe(201);
  }
  const total = BATCHES * BATCH;
  await rotate(owner, { revoke: [parseToken(cut).grantId] });
  expect(epochs()).toEqual(new Map([[1, total]]));

  const seen: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    // A token opens the keys, and with that it begins; a little later than before each time, the process is killed.
    const opened = ask(`${service.url}/v1/retrievals`, kept, { query: `Row ${round}` }).catch(() => null);
    const before = epochs().get(2) ?? 0;
    await expect.poll(() => (epochs().get(2) ?? 0) > before, { timeout: 60_000, interval: 2 }).toBe(true);
    await pause(round * 3);
    service.signal('SIGKILL');
    await service.ended;
    await opened;
    const done = epochs().get(2) ?? 0;
    expect(done).toBeGreaterThanOrEqual(before);
    seen.push(done);
    service = await ground.start(SETTINGS);
    if (done === total) break;
  }
  // It was killed in the middle, not after the end.
  expect(seen[0]).toBeLessThan(total);
  expect((await ask(`${service.url}/v1/retrievals`, kept, { query: 'Row 1/1' })).status).toBe(200);
  await expect.poll(epochs, { timeout: 60_000, interval: 20 }).toEqual(new Map([[2, total]]));
  expect((await ask(`${service.url}/v1/retrievals`, cut, { query: 'Row 1/1' })).body).toMatchObject({ code: 'grant_revoked' });
  expect(await service.stop()).toBe(0);

  const settings = readServiceSettings({ MEMSYNC_DATA: data, MEMSYNC_KEYS: join(ground.folder, 'keys') });
  const { services, close } = await openServices(settings);
  try {
    expect((await list(services, kept, {})).memories).toHaveLength(50);
    const vault = services.vaults.open.get(owner.vault) ?? expect.fail();
    expect([vault.rows.size, vault.damaged.size]).toEqual([total, 0]);
    // Whether this test, which reads all the while, or the process came last: what is left to do is little.
    await rewrapVault(services, vault);
    expect(await services.store.rewrapsPending()).toBe(0);
  } finally {
    await close();
  }
  console.info(`killed ${seen.length} times while keys were wrapped anew, at ${seen.join(', ')} of ${total}`);
});
