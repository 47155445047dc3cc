import { chmodSync, cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Terminal } from './terminal.ts';

let terminal: Terminal;
let env: { MEMSYNC_TOKEN: string };
const safe = (): string => terminal.path('safe');

beforeEach(async () => {
  terminal = new Terminal();
  await terminal.serve();
  const { value } = await terminal.json(['init', '--yes', '--work-factor', '2']);
  env = { MEMSYNC_TOKEN: String(value['token']) };
});
afterEach(() => terminal.close());

async function remember(text: string): Promise<string> {
  const { value } = await terminal.json(['remember', text], { env });
  return (value['memories'] as { id: string }[])[0]?.id ?? '';
}

async function restored(): Promise<Record<string, unknown>> {
  expect(await terminal.stop()).toBe(0);
  const { code, value } = await terminal.json(['restore', safe(), '--replace']);
  expect(code).toBe(0);
  await terminal.serve();
  return value;
}

const tiers = async (): Promise<string[]> => {
  const { value } = await terminal.json(['list']);
  return (value['memories'] as { tier: string }[]).map(({ tier }) => tier);
};

it('the owner is told what a restore has lost, goes on only on their word, and stands behind rows anew', async () => {
  const id = await remember('Allergic to hazelnuts');
  await terminal.json(['confirm', id, '--yes']);
  expect((await terminal.json(['grant', '--label', 'Trip planner'])).code).toBe(0);
  expect((await terminal.json(['backup', safe()])).code).toBe(0);
  const first = (await terminal.json(['grants'])).value['grants'] as { id: string; label: string }[];
  const app = first.find(({ label }) => label === 'Trip planner')?.id ?? '';
  for (const argv of [
    ['revoke', app],
    ['retract', id, '--yes'],
  ])
    expect(await terminal.json(argv)).toMatchObject({ code: 0 });
  const remembered = JSON.parse(readFileSync(terminal.path('home/vault.json'), 'utf8')) as { head: { seq: number } };
  const report = await restored();
  const [vault] = report['vaults'] as { backup: { seq: number }; missing: { from: number; to: number } }[];
  expect(vault?.missing).toEqual({ from: (vault?.backup.seq ?? 0) + 1, to: remembered.head.seq, count: 2 });

  for (const argv of [['list'], ['confirm', id, '--yes'], ['grants']])
    expect(await terminal.json(argv)).toMatchObject({ code: 7, value: { code: 'head_not_reached' } });
  const { value: looked } = await terminal.json(['doctor']);
  const failed = (looked['checks'] as { check: string; status: string; remedy?: string }[]).filter(({ status }) => status === 'failed');
  expect(failed.map(({ check }) => check)).toEqual(['remembered head', 'log, as remembered']);
  for (const { remedy } of failed) expect(remedy).toContain('memsync doctor --accept-restore');
  expect(looked['checks']).toContainEqual(expect.objectContaining({ check: 'restores', status: 'warning' }));

  // Nobody has agreed: nothing has changed.
  expect((await terminal.json(['doctor', '--accept-restore'])).code).toBe(2);
  expect(existsSync(terminal.path('home/restores.jsonl'))).toBe(false);
  const accepted = await terminal.run(['doctor', '--accept-restore', '--yes']);
  expect(accepted.code).toBe(0);
  expect(accepted.stderr).toMatch(/Of those, you had signed 2\./);
  expect(accepted.stderr).toContain(`LET IN AGAIN, although you had revoked it: ${app}`);
  expect(accepted.stdout).toContain(`memsync revoke ${app}`);
  const kept = JSON.parse(readFileSync(terminal.path('home/restores.jsonl'), 'utf8')) as { before: unknown };
  expect(kept.before).toEqual(remembered);

  expect(await tiers()).toEqual(['dormant']);
  expect((await terminal.json(['revoke', app])).code).toBe(0);
  expect((await terminal.json(['confirm', id, '--yes'])).code).toBe(0);
  expect(await tiers()).toEqual(['active']);
  expect(await terminal.json(['doctor'])).toMatchObject({ code: 0 });
  expect((await terminal.json(['doctor', '--accept-restore'])).value).toMatchObject({ accepted: false, loss: null, log: null });
});

it('a restore that the owner has accepted excuses no later loss', async () => {
  const id = await remember('Allergic to hazelnuts');
  expect((await terminal.json(['backup', safe()])).code).toBe(0);
  await terminal.json(['confirm', id, '--yes']);
  await restored();
  expect((await terminal.json(['doctor', '--accept-restore', '--yes'])).value).toMatchObject({ accepted: true });
  expect(await terminal.stop()).toBe(0);
  for (const name of ['data', 'keys']) cpSync(terminal.path(name), terminal.path(`${name}.then`), { recursive: true });
  await terminal.serve();
  expect((await terminal.json(['confirm', id, '--yes'])).code).toBe(0);
  expect((await terminal.json(['retract', id, '--yes'])).code).toBe(0);
  expect(await terminal.stop()).toBe(0);
  const back = async (): Promise<void> => {
    for (const name of ['data', 'keys']) {
      rmSync(terminal.path(name), { recursive: true });
      cpSync(terminal.path(`${name}.then`), terminal.path(name), { recursive: true });
      chmodSync(terminal.path(name), 0o700);
    }
    await terminal.serve();
  };
  // Shorter than what is remembered, and then longer, on another way.
  await back();
  const refused = { code: 7, value: { code: 'head_not_reached' } };
  expect(await terminal.json(['doctor', '--accept-restore', '--yes'])).toMatchObject(refused);
  for (let i = 0; i < 4; i += 1) await remember(`Something else ${i}`);
  expect(await terminal.json(['doctor', '--accept-restore', '--yes'])).toMatchObject(refused);
});
