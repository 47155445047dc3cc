import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MemSyncClient } from '../../src/sdk/client.ts';
import { BIN, Terminal } from '../cli/terminal.ts';

/** Twenty in continuous integration, five elsewhere; `MEMSYNC_KILL_ROUNDS` says otherwise. */
const ROUNDS = Number(process.env['MEMSYNC_KILL_ROUNDS'] ?? (process.env['CI'] === undefined ? 5 : 20));
const ROWS = 3000;
const MINUTES = 60_000;
const SECRET = { MEMSYNC_EXPORT_PASSPHRASE: 'along it goes' };

const old = new Terminal();
const fresh = new Terminal();
let rows: unknown[];

beforeAll(async () => {
  console.info(`exports and imports are killed ${ROUNDS} times each; MEMSYNC_KILL_ROUNDS says how often`);
  await old.serve();
  const { value } = await old.json(['init', '--yes', '--work-factor', '2']);
  const app = new MemSyncClient({ url: old.environment['MEMSYNC_URL'] ?? '', token: String(value['token']) });
  for (let at = 0; at < ROWS; at += 250) {
    const memories = Array.from({ length: 250 }, (_, i) => ({ text: `Fact number ${at + i} ${'about something '.repeat(20)}` }));
    await app.remember({ memories });
  }
  rows = (await old.json(['list'])).value['memories'] as unknown[];
}, 5 * MINUTES);
afterAll(async () => {
  await old.close();
  await fresh.close();
});

/** Starts a command as a process of its own, kills it after a while, and waits until it is gone. Null when it had ended by itself. */
async function killed(terminal: Terminal, argv: readonly string[], afterMs: number): Promise<'killed' | 'ended'> {
  const child: ChildProcess = spawn(process.execPath, [BIN, ...argv], {
    env: { ...terminal.environment, ...SECRET },
    stdio: 'ignore',
    cwd: terminal.folder,
  });
  const ended = new Promise<'killed' | 'ended'>((resolve) =>
    child.once('exit', (_code, signal) => resolve(signal === 'SIGKILL' ? 'killed' : 'ended')),
  );
  await pause(afterMs);
  child.kill('SIGKILL');
  return ended;
}

it(
  'an export that is killed goes on, says so, and comes out whole',
  async () => {
    const outcomes: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const path = old.path(`killed-${round}.age`);
      const argv = ['export', path, '--work-factor', '2'];
      // From before it has begun to after it would have ended.
      for (let kill = 0; kill < 3; kill += 1) outcomes.push(await killed(old, argv, 250 + (((round * 3 + kill) * 173) % 1500)));
      if (!existsSync(path)) {
        const { code, stderr } = await old.run(argv, { env: SECRET });
        expect({ code, stderr }).toMatchObject({ code: 0 });
      }
      expect(readdirSync(old.folder).filter((name) => name.endsWith('.part'))).toEqual([]);
      expect(await old.json(['import', path, '--dry-run'], { env: SECRET })).toMatchObject({
        code: 0,
        value: { outcome: 'present', counts: { version: ROWS } },
      });
    }
    expect(outcomes).toContain('killed');
  },
  10 * MINUTES,
);

it(
  'an import that is killed, or whose service is, leaves nothing to be seen, or all of it; the next one finishes',
  async () => {
    const path = old.path('to-import.age');
    expect((await old.json(['export', path, '--work-factor', '2'], { env: SECRET })).code).toBe(0);
    cpSync(old.path('home'), fresh.path('home'), { recursive: true });
    chmodSync(fresh.path('home'), 0o700);
    const seen = new Set<number>();
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const name of ['data', 'keys']) rmSync(fresh.path(name), { recursive: true, force: true });
      await fresh.serve();
      const importing = killed(fresh, ['import', path], 700 + ((round * 397) % 2000));
      if (round % 2 === 1) {
        await pause(900 + ((round * 211) % 1500));
        await fresh.kill();
      }
      await importing;
      await fresh.kill();
      await fresh.serve();
      const there = vaultsIn(fresh.path('data/memsync.db'));
      seen.add(there);
      if (there === 1) expect((await fresh.json(['list'])).value['memories']).toHaveLength(rows.length);
      else expect(await fresh.json(['list'])).toMatchObject({ code: 5, value: { code: 'token_invalid' } });
      const again = await fresh.json(['import', path], { env: SECRET });
      expect(again).toMatchObject({ code: 0, value: { outcome: there === 1 ? 'present' : 'new' } });
      expect((await fresh.json(['list'])).value['memories']).toHaveLength(rows.length);
      expect(vaultsIn(fresh.path('data/memsync.db'))).toBe(1);
      await fresh.kill();
    }
    expect(seen.has(0)).toBe(true);
  },
  10 * MINUTES,
);

function vaultsIn(path: string): number {
  const db = new Database(path, { readonly: true });
  try {
    return db.prepare<[], number>('SELECT count(*) FROM vaults').pluck().get() ?? 0;
  } finally {
    db.close();
  }
}
