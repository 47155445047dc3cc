import Database from 'better-sqlite3';
import { chmodSync, copyFileSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { Terminal } from './terminal.ts';

let terminal: Terminal;
let id: string;
let env: { MEMSYNC_TOKEN: string };

beforeAll(async () => {
  terminal = new Terminal();
  await terminal.serve();
  const { value } = await terminal.json(['init', '--yes', '--work-factor', '2']);
  env = { MEMSYNC_TOKEN: String(value['token']) };
  await terminal.stop();
});
afterAll(() => terminal.close());
beforeEach(async () => {
  await terminal.serve();
  const { value } = await terminal.json(['remember', `Row ${Math.trunc(performance.now())}`], { env });
  [{ id }] = value['memories'] as [{ id: string }];
});

const stored = (): string => readFileSync(terminal.path('home/vault.json'), 'utf8');

/** Puts the service's folders back to how they were before `meanwhile`: database, marks and all, as an operator with a backup can. */
async function rolledBack(meanwhile: () => Promise<unknown>): Promise<void> {
  await terminal.stop();
  for (const name of ['data', 'keys']) cpSync(terminal.path(name), terminal.path(`${name}.before`), { recursive: true });
  await terminal.serve();
  await meanwhile();
  expect(await terminal.stop()).toBe(0);
  for (const name of ['data', 'keys']) {
    rmSync(terminal.path(name), { recursive: true });
    cpSync(terminal.path(`${name}.before`), terminal.path(name), { recursive: true });
    rmSync(terminal.path(`${name}.before`), { recursive: true });
    chmodSync(terminal.path(name), 0o700);
  }
  await terminal.serve();
}

it('a service that was rolled back behind what the owner’s folder has seen is noticed, and nothing is signed on it', async () => {
  await rolledBack(() => terminal.json(['confirm', id, '--yes']));
  const before = stored();
  for (const argv of [
    ['list'],
    ['due'],
    ['show', id],
    ['grants'],
    ['confirm', id, '--yes'],
    ['retract', id, '--yes'],
    ['grant', '--label', 'x'],
    ['policy'],
  ]) {
    expect(await terminal.json(argv)).toMatchObject({ code: 7, value: { code: 'head_not_reached' } });
  }
  expect(stored()).toBe(before);
  const { code, value } = await terminal.json(['doctor']);
  expect(code).toBe(1);
  expect(value['checks']).toContainEqual(expect.objectContaining({ check: 'remembered head', status: 'failed' }));
  // An app that remembers no head cannot tell, and is told so.
  expect((await terminal.json(['retrieve', 'row'], { env })).value).toMatchObject({ headRemembered: false });
  await terminal.stop();
  // The mark of a folder that was restored, too: then nobody is left who knows.
  rmSync(terminal.path('home'), { recursive: true });
  await terminal.serve();
  const { value: anew } = await terminal.json(['init', '--yes', '--work-factor', '2']);
  env = { MEMSYNC_TOKEN: String(anew['token']) };
  await terminal.stop();
});

it('a service that went another way from there is noticed, however far it has come', async () => {
  await rolledBack(() => terminal.json(['confirm', id, '--yes']));
  for (let i = 0; i < 5; i++) await terminal.json(['remember', `Another history ${i}`], { env });
  expect(await terminal.json(['confirm', id, '--yes'])).toMatchObject({ code: 7, value: { code: 'head_not_reached' } });
  expect((await terminal.json(['show', id], { env: { ...env, MEMSYNC_HOME: terminal.path('nobody') } })).value).toMatchObject({
    memory: { lastValidatedAt: null },
  });
  await terminal.stop();
});

it('doctor finds a ledger, a log and folders that are not as they should be', async () => {
  const { value } = await terminal.json(['retrieve', 'row'], { env });
  writeFileSync(terminal.path('answer.txt'), 'An answer.');
  const receipt = ['receipt', '--retrieval', String(value['id']), '--model', 'm', '--output', terminal.path('answer.txt')];
  expect((await terminal.json(receipt, { env })).code).toBe(0);
  await terminal.stop();
  const database = terminal.path('data/memsync.db');
  const whole = terminal.path('whole.db');
  const failing = async (): Promise<string[]> => {
    const { code, value } = await terminal.json(['doctor'], { env: { MEMSYNC_HOME: terminal.path('nobody') } });
    expect(code).toBe(1);
    const checks = value['checks'] as { check: string; status: string }[];
    return checks
      .filter(({ status }) => status === 'failed')
      .map(({ check }) => check.replace(/ [0-9a-f]+…/, ''))
      .toSorted();
  };
  expect(await failing()).toEqual(['service']);
  const tampered = async (sql: string): Promise<string[]> => {
    copyFileSync(database, whole);
    const db = new Database(database);
    db.exec(sql);
    db.close();
    const failed = await failing();
    copyFileSync(whole, database);
    return failed;
  };
  const last = 'seq = (SELECT max(seq) FROM events)';
  expect(await tampered(`UPDATE events SET stored = CAST(stored || x'00' AS BLOB) WHERE ${last}`)).toEqual(['service', 'vault']);
  expect(await tampered(`DELETE FROM events WHERE ${last}`)).toContain('vault');
  expect(await tampered('UPDATE tiles SET bytes = zeroblob(length(bytes)) WHERE level = -1')).toContain('log');
  expect(await tampered("UPDATE log SET checkpoint = replace(checkpoint, '1', '2')")).toContain('log');
  chmodSync(terminal.path('keys'), 0o755);
  expect(await failing()).toEqual(['key folder', 'log', 'service']);
});
