import { chmodSync, cpSync, statSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MemSyncClient } from '../../src/sdk/client.ts';
import { Terminal } from '../cli/terminal.ts';

const ROWS = 20_000;
const BATCH = 250;
const MINUTES = 60_000;
const MEGABYTE = 1024 * 1024;

/** Has a process end with its peak of memory, in KiB, as the last line of its standard error; and fail when its heap outgrows a fraction of the file. */
const MEASURED =
  '--max-old-space-size=96 --import=data:text/javascript,process.on(%22exit%22,()=>process.stderr.write(%22peak%20%22+process.resourceUsage().maxRSS+%22%5Cn%22))';

const old = new Terminal();
const fresh = new Terminal();
const env = { NODE_OPTIONS: MEASURED, MEMSYNC_EXPORT_PASSPHRASE: 'along it goes' };

beforeAll(async () => {
  await old.serve();
  await fresh.serve();
  const { value } = await old.json(['init', '--yes', '--work-factor', '2']);
  const app = new MemSyncClient({ url: old.environment['MEMSYNC_URL'] ?? '', token: String(value['token']) });
  for (let at = 0; at < ROWS; at += BATCH) {
    const memories = Array.from({ length: BATCH }, (_, i) => ({
      text: `Fact number ${at + i}. ${'It goes on about this and that. '.repeat(60)}`,
    }));
    await app.remember({ memories });
  }
}, 10 * MINUTES);
afterAll(async () => {
  await old.close();
  await fresh.close();
});

const peakOf = (stderr: string): number => Number(/peak (\d+)\n$/.exec(stderr)?.[1] ?? Number.NaN) * 1024;

it(
  `${ROWS} rows are exported and imported by processes that hold a fraction of them`,
  async () => {
    const path = old.path('large.age');
    const exported = await old.spawn(['export', path, '--json', '--work-factor', '2'], { env });
    expect(exported.code).toBe(0);
    expect(JSON.parse(exported.stdout)).toMatchObject({ rows: ROWS });
    cpSync(old.path('home'), fresh.path('home'), { recursive: true });
    chmodSync(fresh.path('home'), 0o700);
    const imported = await fresh.spawn(['import', path, '--json'], { env });
    expect(imported.code).toBe(0);
    expect(JSON.parse(imported.stdout)).toMatchObject({ outcome: 'new', imported: { rows: ROWS } });
    const { size } = statSync(path);
    console.info(`file ${size / MEGABYTE} MiB; peaks ${peakOf(exported.stderr) / MEGABYTE} and ${peakOf(imported.stderr) / MEGABYTE} MiB`);
    expect(size).toBeGreaterThan(100 * MEGABYTE);
    expect(peakOf(exported.stderr)).toBeLessThan(320 * MEGABYTE);
    expect(peakOf(imported.stderr)).toBeLessThan(320 * MEGABYTE);
  },
  10 * MINUTES,
);
