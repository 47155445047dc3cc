import { spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readVaultState } from '../../src/app/ledger-reader.ts';
import { MemSyncClient } from '../../src/sdk/client.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import { BIN, Terminal } from '../cli/terminal.ts';
import { contentsOf } from '../support/backups.ts';

/** Eight rounds each, more in continuous integration; `MEMSYNC_KILL_ROUNDS` says otherwise. */
const ROUNDS = Number(process.env['MEMSYNC_KILL_ROUNDS'] ?? (process.env['CI'] === undefined ? 8 : 40));

let terminal: Terminal;
let vault: string;
let token: string;
const safe = (): string => terminal.path('safe');

beforeAll(async () => {
  terminal = new Terminal();
  await terminal.serve();
  const { value } = await terminal.json(['init', '--yes', '--work-factor', '2']);
  vault = String(value['vault']);
  token = String(value['token']);
});
afterAll(() => terminal.close());

/** Remembers rows as fast as it can until told to stop; `heads` are those that were acknowledged. */
function hammer(): { heads: { seq: number; hash: string }[]; stop: () => Promise<void> } {
  const client = new MemSyncClient({ url: terminal.environment['MEMSYNC_URL'] ?? '', token });
  const heads: { seq: number; hash: string }[] = [];
  const going = new AbortController();
  const done = (async () => {
    for (let i = 0; !going.signal.aborted; i += 1) {
      const memories = Array.from({ length: 2 }, (_, n) => ({ text: `Row ${heads.length} ${i} ${n} of lighthouse keepers` }));
      heads.push((await client.remember({ memories })).head);
    }
  })();
  return {
    heads,
    stop: async () => {
      going.abort();
      await done;
    },
  };
}

/** Starts a command and kills it when `when` says, given how long it has run; resolves with whether it had ended by itself. */
async function killed(argv: readonly string[], when: (ms: number) => boolean): Promise<boolean> {
  const start = performance.now();
  const child = spawn(process.execPath, [BIN, ...argv], { env: terminal.environment, stdio: 'ignore' });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
  while (child.exitCode === null && !when(performance.now() - start)) await new Promise((resolve) => setImmediate(resolve));
  child.kill('SIGKILL');
  return (await ended) === null;
}

/** How long the command takes when nobody stops it, in milliseconds. */
async function timed(argv: readonly string[]): Promise<number> {
  const before = performance.now();
  const { code, stderr } = await terminal.spawn(argv);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return performance.now() - before;
}

/** The vault in a database, as a copy of its folder has it. */
async function headIn(folder: string): Promise<{ seq: number; hash: string; rows: number }> {
  const copy = terminal.path('looked-at');
  rmSync(copy, { recursive: true, force: true });
  cpSync(folder, copy, { recursive: true });
  const store = openSqliteStore({ path: `${copy}/memsync.db` });
  const state = await readVaultState(store, vault);
  await store.close();
  if (state === null) throw new Error('the vault is gone');
  return { seq: state.headSeq, hash: Buffer.from(state.headHash).toString('hex'), rows: state.rows.size };
}

it('a backup beside a service that never stops writing is a state that was acknowledged, and holds no writer up for long', async () => {
  const writing = hammer();
  await pause(500);
  const { value } = await terminal.json(['backup', safe()], { spawn: true });
  const [backup] = [value['backup'] as { vaults: { vault: string; seq: number; hash: string; error: null }[] }];
  await pause(200);
  await writing.stop();
  const [kept] = backup.vaults;
  expect(backup.vaults).toHaveLength(1);
  const client = new MemSyncClient({ url: terminal.environment['MEMSYNC_URL'] ?? '', token });
  expect((await client.list({ limit: 1 })).head.seq).toBeGreaterThan(kept?.seq ?? 0);
  expect(writing.heads).toContainEqual({ seq: kept?.seq, hash: kept?.hash });
});

it('a backup that is killed leaves every backup that is listed whole, and the next one finishes', async () => {
  const whole = await timed(['backup', safe()]);
  const writing = hammer();
  let cut = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const after = whole * (0.3 + (0.8 * round) / ROUNDS);
    if (!(await killed(['backup', safe(), '--keep', '2'], (ms) => ms > after))) cut += 1;
    const { value } = await terminal.json(['backup', safe(), '--list']);
    expect(value['unreadable']).toEqual([]);
    for (const { id } of value['backups'] as { id: string }[]) {
      expect((await terminal.json(['backup', safe(), '--verify', '--at', id])).value).toMatchObject({ verified: true });
    }
  }
  await writing.stop();
  expect(cut).toBeGreaterThan(0);
  await timed(['backup', safe(), '--keep', '1']);
  expect(readdirSync(safe()).toSorted()).toEqual(['backups', 'blocks']);
  const { value } = await terminal.json(['backup', safe(), '--list']);
  expect(value['backups']).toHaveLength(1);
  console.info(`a backup was killed ${cut} times in ${ROUNDS}`);
}, 600_000);

/** Names of files that tell how far a restore has come: the new database, the plan, the old one aside, the key folder told. */
const STEPS = [/^restoring\.db$/, /^restoring\.json$/, /^data\.before-/, /^restores\.jsonl$/];

function hasBegun(step: RegExp): boolean {
  const names = [terminal.folder, terminal.path('data'), terminal.path('keys')].flatMap((folder) => readdirSync(folder));
  return names.some((name) => step.test(name));
}

it('a restore that is killed has left the old database or the new, and running it again finishes it and says which', async () => {
  const backup = ((await terminal.json(['backup', safe(), '--list'])).value['backups'] as { vaults: { seq: number }[] }[])[0];
  const writing = hammer();
  await pause(300);
  await writing.stop();
  expect(await terminal.stop()).toBe(0);
  for (const name of ['data', 'keys']) cpSync(terminal.path(name), terminal.path(`${name}.first`), { recursive: true });
  const old = await headIn(terminal.path('data'));
  const restored = (backup?.vaults[0]?.seq ?? 0) + 1;
  expect(old.seq).toBeGreaterThan(restored);
  const again = (): void => {
    for (const name of readdirSync(terminal.folder).filter((name) => /^(?:data|keys)(?:\.before.*)?$/.test(name))) {
      rmSync(terminal.path(name), { recursive: true });
    }
    for (const name of ['data', 'keys']) {
      cpSync(terminal.path(`${name}.first`), terminal.path(name), { recursive: true });
      chmodSync(terminal.path(name), 0o700);
    }
  };
  again();
  const whole = await timed(['restore', safe(), '--replace']);
  const seen = { old: 0, planned: 0, done: 0 };
  for (let round = 0; round < ROUNDS * 2; round += 1) {
    again();
    // Every other time at some moment; otherwise as soon as a step can be seen to have begun.
    const after = whole * (0.4 + (0.6 * round) / (ROUNDS * 2));
    const step = STEPS[Math.floor(round / 2) % STEPS.length];
    const ended = await killed(
      ['restore', safe(), '--replace'],
      round % 2 === 0 ? (ms) => ms > after : () => step !== undefined && hasBegun(step),
    );
    const planned = existsSync(terminal.path('data/restoring.json'));
    const now = await headIn(terminal.path('data'));
    expect([old.seq, restored]).toContain(now.seq);
    if (planned) {
      seen.planned += 1;
      expect(await terminal.json(['jobs', 'run', 'prune-expired'])).toMatchObject({ code: 3, value: { code: 'restore_unfinished' } });
    } else if (now.seq === old.seq) seen.old += 1;
    else seen.done += 1;
    if (!planned && now.seq === old.seq) expect(now).toEqual(old);
    if (ended) expect({ planned, seq: now.seq }).toEqual({ planned: false, seq: restored });
    const { code, value } = await terminal.json(['restore', safe(), '--replace']);
    expect({ code, resumed: value['resumed'] }).toEqual({ code: 0, resumed: planned });
    expect((await headIn(terminal.path('data'))).seq).toBe(restored);
    expect(readdirSync(terminal.path('data')).filter((name) => /restoring|claimed|-wal|-shm/.test(name))).toEqual([]);
    expect((await headIn(value['before'] as string)).seq).toBe(planned || now.seq === old.seq ? old.seq : restored);
  }
  expect(seen.old).toBeGreaterThan(0);
  expect(seen.planned).toBeGreaterThan(0);
  console.info(`a restore was killed: ${JSON.stringify(seen)}`);
}, 900_000);

it('a disk that is full: no backup, no restore, and nothing is changed', async () => {
  const full = (argv: readonly string[]) => {
    const child = spawn('sh', ['-c', 'ulimit -f 400; exec "$0" "$@"', process.execPath, BIN, ...argv, '--json'], {
      env: terminal.environment,
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    return new Promise<{ code?: string }>((resolve) => child.once('close', () => resolve(JSON.parse(said) as { code?: string })));
  };
  const before = contentsOf(terminal.path('data'));
  const kept = contentsOf(safe());
  expect(await full(['backup', safe()])).toMatchObject({ code: 'store_failed' });
  expect(contentsOf(safe())).toEqual(kept);
  expect(await full(['restore', safe(), '--replace'])).toMatchObject({ code: 'store_failed' });
  expect(contentsOf(terminal.path('data'))).toEqual(before);
});
