import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { canMount, SmallDisk } from '../support/mounts.ts';
import { Ground, type ServiceProcess } from '../support/process.ts';
import { Caller } from './caller.ts';

const traces = canTrace();
if (!traces)
  console.warn('SKIPPED: strace is not installed, or may not trace here: faults of the disk were NOT tried on a running service.');
const mounts = canMount();
if (!mounts) console.warn('SKIPPED: no file system can be mounted here: the service was NOT tried on a full disk.');

const SETTINGS = { MEMSYNC_LOG_LEVEL: 'silent', MEMSYNC_RATE_PER_MINUTE: '100000000', MEMSYNC_JOBS: 'off' };
const grounds: Ground[] = [];

afterAll(() => Promise.all(grounds.map((ground) => ground.close())));

/** Makes one system call fail on a process that runs, until `end` is called; which tells how often it did. */
async function fail(pid: number, path: string, call: string, error: string, when: string): Promise<() => Promise<number>> {
  const end = await trace(pid, path, call, ['-e', `inject=${call}:error=${error}:when=${when}`]);
  return async () => (await end()).filter((line) => line.includes('(INJECTED)')).length;
}

/** Writes down one system call of a process that runs, on one file, until `end` is called: a line for each. */
async function trace(pid: number, path: string, call: string, more: readonly string[] = []): Promise<() => Promise<string[]>> {
  const folder = mkdtempSync(join(tmpdir(), 'memsync-strace-'));
  const output = join(folder, 'calls');
  const child = spawn('strace', ['-f', '-p', String(pid), '-P', path, '-e', `trace=${call}`, ...more, '-o', output]);
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('attached')) resolve();
    });
    child.once('close', () => reject(new Error(`strace ended: ${said}`)));
  });
  return async () => {
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGINT');
    await ended;
    const lines = readFileSync(output, 'utf8').split('\n');
    rmSync(folder, { recursive: true, force: true });
    return lines.filter((line) => /^\d+ +\w+\(/.test(line));
  };
}

async function killed(ground: Ground, service: ServiceProcess): Promise<ServiceProcess> {
  service.signal('SIGKILL');
  await service.ended;
  return ground.start(SETTINGS);
}

function groundOf(): Ground {
  const ground = new Ground();
  grounds.push(ground);
  return ground;
}

describe.skipIf(!traces)('a service whose disk refuses a write', () => {
  it.each([
    ['pwrite64', 'EIO', 'memsync.db-wal'],
    ['pwrite64', 'ENOSPC', 'memsync.db-wal'],
    ['fsync,fdatasync', 'EIO', 'memsync.db-wal'],
  ])(
    '%s failing with %s, whichever of a receipt’s it is, acknowledges nothing that is lost',
    async (call, error, file) => {
      const ground = groundOf();
      let service = await ground.start(SETTINGS);
      const caller = await Caller.at(service.url);
      expect(await caller.receipt(service.url)).toBe(true);
      const path = join(ground.folder, 'data', file);
      let refused = 0;
      for (let n = 1; ; n += 1) {
        const end = await fail(service.pid, path, call, error, String(n));
        if (!(await caller.receipt(service.url))) refused += 1;
        const injected = await end();
        // Past the last write of a receipt none was made to fail.
        if (injected === 0) break;
        expect(n).toBeLessThan(300);
        // The next one goes through, and neither a restart nor a kill changes what there is.
        expect(await caller.receipt(service.url)).toBe(true);
        if (n % 8 === 0) service = await killed(ground, service);
      }
      expect(refused).toBeGreaterThan(0);
      expect([...caller.refusals.keys()]).toEqual(['store_failed']);
      await caller.hold(service.url);
      service = await killed(ground, service);
      await caller.hold(service.url);
      expect(await service.stop()).toBe(0);
    },
    90_000,
  );

  it('writes a commit with one sync, where there is nothing wrong', async () => {
    const ground = groundOf();
    const service = await ground.start(SETTINGS);
    const caller = await Caller.at(service.url);
    const end = await trace(service.pid, join(ground.folder, 'data', 'memsync.db-wal'), 'fsync,fdatasync');
    expect(await caller.receipt(service.url)).toBe(true);
    // One for the retrieval, one for the receipt.
    expect(await end()).toHaveLength(2);
  }, 60_000);

  it('for good acknowledges nothing, serves what it has, and is whole after a restart', async () => {
    const ground = groundOf();
    let service = await ground.start(SETTINGS);
    const caller = await Caller.at(service.url);
    for (let i = 0; i < 5; i += 1) expect(await caller.receipt(service.url)).toBe(true);
    const end = await fail(service.pid, join(ground.folder, 'data', 'memsync.db-wal'), 'pwrite64', 'EIO', '1+');
    for (let i = 0; i < 3; i += 1) expect(await caller.receipt(service.url)).toBe(false);
    await caller.hold(service.url);
    expect(await end()).toBeGreaterThan(2);
    service = await killed(ground, service);
    await caller.hold(service.url);
    expect(await caller.receipt(service.url)).toBe(true);
    await caller.hold(service.url);
  }, 60_000);

  it('starts, with all that it acknowledged, or says why it does not, when something cannot be read', async () => {
    const ground = groundOf();
    let service = await ground.start(SETTINGS);
    const caller = await Caller.at(service.url);
    for (let i = 0; i < 5; i += 1) expect(await caller.receipt(service.url)).toBe(true);
    service.signal('SIGKILL');
    await service.ended;
    const files = ['memsync.db', 'memsync.db-wal'].flatMap((name) => ['-P', join(ground.folder, 'data', name)]);
    const outcomes: string[] = [];
    for (const n of [1, 2, 4, 9]) {
      const inject = ['-e', 'trace=pread64', '-e', `inject=pread64:error=EIO:when=${n}`];
      try {
        service = await ground.start(SETTINGS, 'serve', ['strace', '-D', '-f', '-o', '/dev/null', ...files, ...inject]);
        await caller.hold(service.url);
        service.signal('SIGKILL');
        await service.ended;
        outcomes.push('served');
      } catch (error) {
        outcomes.push(/code: '(\w+)'/.exec(String(error))?.[1] ?? String(error));
      }
    }
    expect(outcomes).toContain('store_failed');
    expect(outcomes.filter((outcome) => outcome !== 'served' && outcome !== 'store_failed')).toEqual([]);
    service = await ground.start(SETTINGS);
    await caller.hold(service.url);
  }, 60_000);

  it('stops without losing anything while its database cannot be brought up to date', async () => {
    const ground = groundOf();
    const service = await ground.start(SETTINGS);
    const caller = await Caller.at(service.url);
    for (let i = 0; i < 5; i += 1) expect(await caller.receipt(service.url)).toBe(true);
    const end = await fail(service.pid, join(ground.folder, 'data', 'memsync.db'), 'pwrite64', 'EIO', '1+');
    await service.stop();
    expect(await end()).toBeGreaterThan(0);
    const again = await ground.start(SETTINGS);
    await caller.hold(again.url);
  }, 60_000);
});

describe.skipIf(!mounts)('a service on a disk that is full', () => {
  it('acknowledges nothing that is lost, reads on, and goes on when there is room', async () => {
    const ground = groundOf();
    const disk = join(ground.folder, 'data');
    mkdirSync(disk, { mode: 0o700 });
    const small = new SmallDisk(disk, '2m');
    try {
      let service = await ground.start(SETTINGS);
      const caller = await Caller.at(service.url);
      let full = 0;
      for (let i = 0; i < 400 && full < 3; i += 1) if (!(await caller.receipt(service.url))) full += 1;
      expect(full).toBe(3);
      expect(caller.kept.length).toBeGreaterThan(3);
      expect([...caller.refusals.keys()]).toEqual(['store_failed']);
      await caller.hold(service.url);
      small.grow('64m');
      expect(await caller.receipt(service.url)).toBe(true);
      service = await killed(ground, service);
      await caller.hold(service.url);
      await service.stop();
    } finally {
      small.remove();
    }
  }, 60_000);
});

function canTrace(): boolean {
  const probe = spawnSync('strace', ['-f', '-e', 'trace=pwrite64', '-e', 'inject=pwrite64:error=EIO:when=1', 'true'], { timeout: 10_000 });
  return process.platform === 'linux' && probe.status === 0;
}
