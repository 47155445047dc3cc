import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BUILD } from '../../src/config/build.ts';
import { markProcess } from '../../src/config/process-mark.ts';
import { readServiceSettings, type ServiceSettings } from '../../src/config/settings.ts';
import { ManualClock } from '../../src/core/clock.ts';
import { JOB_NAMES, openServices, runJobByHand, startService } from '../../src/main.ts';
import { ask, ownerAt } from '../support/http-owner.ts';
import { DAY, START } from '../support/world.ts';

let folder: string;
let settings: ServiceSettings;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memsync-main-'));
  settings = {
    ...readServiceSettings({ MEMSYNC_PORT: '0', MEMSYNC_LOG_LEVEL: 'silent' }),
    dataFolder: join(folder, 'data'),
    keyFolder: join(folder, 'keys'),
  };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('the build is named as the package is', () => {
  const { name, version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(BUILD).toBe(`${name}/${version}`);
});

it('a service runs on the clock that it is given, and leaves what it knew to the next', async () => {
  const clock = new ManualClock(START);
  const one = await startService(settings, { clock, quiet: true });
  const owner = await ownerAt(one.url, clock);
  const token = await owner.grant();
  const { body } = await ask(`${one.url}/v1/memories`, token, { memories: [{ text: 'Keeps time' }] });
  expect(body).toMatchObject({ memories: [{ recordedAt: '2026-01-05T09:00:00.000Z' }] });
  await Promise.all([one.stop(), one.stop()]);
  await expect(fetch(one.url)).rejects.toThrow('fetch failed');
  const marks = JSON.parse(readFileSync(join(settings.keyFolder, 'marks.json'), 'utf8'));
  expect(marks[owner.vault]?.seq).toBe(owner.head.seq + 1);
  const two = await startService({ ...settings, jobs: false }, { clock, quiet: true });
  expect((await ask(`${two.url}/v1/memories`, token)).body).toMatchObject({ memories: [{ text: 'Keeps time' }] });
  await two.stop();
});

it('a job is run by hand beside the service, and on its own', async () => {
  const clock = new ManualClock(START);
  const service = await startService({ ...settings, jobs: false }, { clock, quiet: true });
  const owner = await ownerAt(service.url, clock);
  const token = await owner.grant();
  await ask(`${service.url}/v1/memories`, token, { memories: [{ text: 'Will be stale' }] });
  clock.advance(200 * DAY);
  expect(await runJobByHand(settings, 'demote-stale', { clock })).toMatchObject({
    outcome: 'done',
    report: { demoted: 1, vaults: 1, failed: 0 },
  });
  // The service, which has the vault in memory, goes on from there.
  const { body } = await ask(`${service.url}/v1/memories`, token, { memories: [{ text: 'Is fresh' }] });
  expect(body).toMatchObject({ memories: [{ text: 'Is fresh', tier: 'active' }] });
  await service.stop();
  clock.advance(200 * DAY);
  expect(await runJobByHand(settings, 'demote-stale', { clock })).toMatchObject({ report: { demoted: 2 } });
  await expect(runJobByHand(settings, 'tidy-up')).rejects.toMatchObject({ code: 'usage' });
  expect(JOB_NAMES).toEqual([
    'demote-stale',
    'prune-expired',
    'rewrap-keys',
    'finish-erasures',
    'drop-imports',
    'keep-checkpoints',
    'log-heads',
    'publish-log',
    'ask-witnesses',
    'settle-evidence',
  ]);
});

it('what does not open is given back before it is reported', async () => {
  const one = await startService({ ...settings, jobs: false }, { quiet: true });
  const port = Number(new URL(one.url).port);
  await expect(startService({ ...settings, port }, { quiet: true })).rejects.toMatchObject({ code: 'config_invalid' });
  await one.stop();
  const again = await openServices(settings);
  await again.close();
});

it('a process that is gone is no longer among those that serve', () => {
  const gone = markProcess(folder, 2 ** 22 + 1);
  expect(gone.others).toEqual([]);
  const mine = markProcess(folder, process.pid);
  expect(mine.others).toEqual([]);
  expect(markProcess(folder, 1).others).toEqual([process.pid]);
  mine.remove();
  expect(markProcess(folder, process.pid).others).toEqual([1]);
});
