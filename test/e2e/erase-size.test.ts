import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { ask, ownerAt } from '../support/http-owner.ts';
import { Ground } from '../support/process.ts';

const SETTINGS = { MEMSYNC_LOG_LEVEL: 'error', MEMSYNC_RATE_PER_MINUTE: '100000000' };
const ROWS = 20_000;
const BATCH = 250;
const MINUTES = 60_000;
const MEGABYTE = 1024 * 1024;
const isLinux = existsSync('/proc/self/status');

const ground = new Ground();
afterAll(() => ground.close());

beforeAll(() => {
  if (!isLinux) console.info('skipped: only Linux tells how much memory another process has held at most (/proc)');
});

/** The most memory that a process has held so far, in bytes. */
function peakOf(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) * 1024;
}

it.skipIf(!isLinux)(
  `a collection of ${ROWS} rows is erased in a fraction of its size, and others are answered meanwhile`,
  async () => {
    let service = await ground.start(SETTINGS);
    const owner = await ownerAt(service.url, systemClock);
    await owner.addCollection('work');
    const [app, work] = [await owner.grant(), await owner.grant({ collections: ['work'] })];
    await ask(`${service.url}/v1/memories`, app, { memories: [{ text: 'Plays the cello' }] });
    for (let at = 0; at < ROWS; at += BATCH) {
      const memories = Array.from({ length: BATCH }, (_, i) => ({
        collection: 'work',
        text: `Fact number ${at + i}. ${'It goes on about this and that. '.repeat(250)}`,
      }));
      expect((await ask(`${service.url}/v1/memories`, work, { memories })).status).toBe(201);
    }
    expect(await service.stop()).toBe(0);
    const { size } = statSync(join(ground.folder, 'data', 'memsync.db'));
    expect(size).toBeGreaterThan(150 * MEGABYTE);

    // A service that has the ledger in memory, as for any event of the owner's, and not one of these rows.
    service = await ground.start(SETTINGS);
    const { url } = service;
    const read = () => ask(`${url}/v1/retrievals`, app, { query: 'cello' });
    expect((await read()).body['rows']).toHaveLength(1);
    const before = peakOf(service.pid);
    const { envelope } = owner.next('erased', { scope: 'collection', collection: owner.key('work').name.collection });
    const erasing = { over: false };
    const erased = ask(`${url}/v1/vaults/${owner.vault}/events`, '', { event: envelope }).finally(() => (erasing.over = true));
    let reads = 0;
    while (!erasing.over) {
      expect((await read()).body['rows']).toHaveLength(1);
      reads += 1;
    }
    const { status, body } = await erased;
    expect(status).toBe(201);
    expect(body['certificate']).toMatchObject({ kind: 'erasure' });
    const grown = peakOf(service.pid) - before;
    console.info(
      `database ${Math.round(size / MEGABYTE)} MiB; erasing took ${Math.round(grown / MEGABYTE)} MiB more than before, and ${reads} reads were answered meanwhile`,
    );
    expect(reads).toBeGreaterThan(20);
    // The database's cache, of 64 MiB, fills; beyond that a page of the rows at a time, and the engine’s young generation as it has grown (with the smallest one it is 127 MiB).
    expect(grown).toBeLessThan(240 * MEGABYTE);
    const listed = await ask(`${url}/v1/memories?limit=10`, work);
    expect([listed.status, listed.body['memories']]).toEqual([200, []]);
    expect(await service.stop()).toBe(0);
  },
  10 * MINUTES,
);
