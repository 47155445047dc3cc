import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { parseVerifierKey } from '../../src/log/verifier-key.ts';
import { MemSyncClient } from '../../src/sdk/client.ts';
import { checkMirror } from '../support/mirror-check.ts';
import { Ground, type ServiceProcess } from '../support/process.ts';
import { Household } from './household.ts';
import { LogFollower } from './log-follower.ts';

const ROUNDS = process.env['CI'] === undefined ? 3 : 6;
const PUBLISHING = fileURLToPath(new URL('../support/publishing.ts', import.meta.url));

const ground = new Ground();
const mirror = join(ground.folder, 'mirror');
const settings = { MEMSYNC_LOG_LEVEL: 'error', MEMSYNC_RATE_PER_MINUTE: '100000000', MEMSYNC_JOBS: 'off', MEMSYNC_LOG_MIRROR: mirror };

afterAll(() => ground.close());

/** A process that publishes without a pause, once it has begun. */
async function publishing(): Promise<() => Promise<void>> {
  const folders = { MEMSYNC_DATA: join(ground.folder, 'data'), MEMSYNC_KEYS: join(ground.folder, 'keys') };
  const child = spawn(process.execPath, [PUBLISHING], {
    env: { PATH: process.env['PATH'], ...settings, ...folders },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await Promise.race([once(child.stdout, 'data'), once(child, 'close').then(() => Promise.reject(new Error('it does not publish')))]);
  return async () => {
    child.kill('SIGKILL');
    await once(child, 'close');
  };
}

async function liveUntilKilled(household: Household, service: ServiceProcess, follower: LogFollower, round: number): Promise<void> {
  let killed = false;
  const living = household.live(follower, () => killed);
  const kill = await publishing();
  await Promise.race([pause(200 + ((round * 137) % 400)), living]);
  await kill();
  killed = true;
  service.signal('SIGKILL');
  await service.ended;
  await living;
}

it(`a mirror whose publisher is killed, with the service, ${ROUNDS} times holds at every time, and the log has grown from it`, async () => {
  let service = await ground.start(settings);
  const keys = await new MemSyncClient({ url: service.url }).logKey();
  const follower = new LogFollower(keys);
  const household = await Household.found(service.url);
  let last = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    await liveUntilKilled(household, service, follower, round);
    const held = await checkMirror((name) => readFile(join(mirror, name)).catch(() => null), parseVerifierKey(keys.split('\n')[0] ?? ''));
    expect(held?.size).toBeGreaterThan(last);
    last = held?.size ?? 0;
    // Nobody else may have been handed another tree of that size, and the log as it is after the restart begins with it.
    follower.see(await readFile(join(mirror, 'checkpoint'), 'utf8'));
    service = await ground.start(settings);
    await household.moveTo(service.url);
    await follower.hold(new MemSyncClient({ url: service.url }), 0, []);
  }
  expect(household.kept.receipts.length).toBeGreaterThan(ROUNDS);
}, 120_000);
