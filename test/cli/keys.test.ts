import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GrantReadsReply, RotationsReply } from '../../schemas/keys.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { encodeRootFile, openRootFile } from '../../src/crypto/root.ts';
import { Terminal } from './terminal.ts';

let terminal: Terminal;
let env: { MEMSYNC_TOKEN: string };
let vault: string;

beforeAll(async () => {
  terminal = new Terminal();
  await terminal.serve();
  const { value } = await terminal.json(['init', '--yes', '--work-factor', '2']);
  env = { MEMSYNC_TOKEN: String(value['token']) };
  vault = String(value['vault']);
});
afterAll(() => terminal.close());

async function granted(label: string): Promise<{ grant: string; env: { MEMSYNC_TOKEN: string } }> {
  const { value } = await terminal.json(['grant', '--label', label]);
  return { grant: String(value['grant']), env: { MEMSYNC_TOKEN: String(value['token']) } };
}

async function remembered(text: string): Promise<string> {
  const { value } = await terminal.json(['remember', text], { env });
  return (value['memories'] as { id: string }[])[0]?.id ?? '';
}

async function asked(query: string, as: { MEMSYNC_TOKEN: string }): Promise<string> {
  const { code, value } = await terminal.json(['retrieve', query], { env: as });
  expect(code).toBe(0);
  return String(value['id']);
}

async function done(): Promise<RotationsReply['rotations']> {
  const { value } = await terminal.json(['rotate', '--status']);
  return value['rotations'] as RotationsReply['rotations'];
}

it('revoke --rotate cuts an app off, changes the keys that it held, and says what it has read', async () => {
  const app = await granted('Trip planner');
  const id = await remembered('Likes window seats');
  const retrieval = await asked('window seats', app.env);
  writeFileSync(terminal.path('answer.txt'), 'By the window.');
  await terminal.json(['receipt', '--retrieval', retrieval, '--model', 'm', '--output', terminal.path('answer.txt')], { env: app.env });
  await asked('seats', app.env);
  const { code, stdout } = await terminal.run(['revoke', 'Trip planner', '--rotate']);
  expect(code).toBe(0);
  expect(stdout).toContain('“Trip planner” is cut off');
  expect(stdout.replaceAll('\n', ' ')).toContain(
    `It has read 1 row in 2 retrievals, 1 with a receipt; see memsync grants show ${app.grant}`,
  );
  expect((await terminal.json(['retrieve', 'seats'], { env: app.env })).value).toMatchObject({ code: 'grant_revoked' });
  await expect.poll(async () => (await done()).map(({ doneAt }) => doneAt !== null)).toEqual([true, true]);
  expect((await done()).map(({ collection, epoch, rows }) => ({ collection, epoch, rows }))).toContainEqual({
    collection: 'default',
    epoch: 2,
    rows: { done: 1, of: 1 },
  });
  expect((await terminal.run(['rotate', '--status'])).stdout).toMatch(/default +2 +1 of 1 +done/);
  const shown = await terminal.json(['grants', 'show', app.grant]);
  expect(shown.value).toMatchObject({ label: 'Trip planner', totals: { rows: 1, retrievals: 2, receipts: 1 } });
  expect((shown.value['reads'] as GrantReadsReply['reads']).map(({ rows }) => rows)).toEqual([[id], [id]]);
  expect((await terminal.run(['grants', 'show', 'Trip planner'])).stdout).toContain('Not among these:');
  // The other app and the owner go on.
  await asked('seats', env);
  expect((await terminal.json(['confirm', id, '--yes'])).code).toBe(0);
});

it('rotate changes the keys of named collections, or of all', async () => {
  await terminal.json(['collection', 'add', 'work']);
  const one = await terminal.json(['rotate', 'work']);
  expect(one.value['rotated']).toMatchObject([{ epoch: 2 }]);
  const all = await terminal.json(['rotate']);
  expect(all.value['rotated']).toHaveLength(3);
  expect((await terminal.run(['rotate'])).stdout).toMatch(/^Changed 3 keys; \d grants went on to them/);
  expect((await terminal.json(['rotate', 'nowhere'])).value).toMatchObject({ code: 'collection_unknown' });
  expect((await terminal.json(['rotate', 'work', '--status'])).code).toBe(2);
  expect((await terminal.json(['rotate', '--status', '--owner-key'])).code).toBe(2);
});

it('rotate --owner-key signs with the next key from then on; every owner’s command goes on', async () => {
  expect((await terminal.json(['rotate', '--owner-key'])).code).toBe(2);
  const { code, value } = await terminal.json(['rotate', '--owner-key', '--yes']);
  expect([code, value['generation']]).toEqual([0, 1]);
  const id = await remembered('Has a cat');
  for (const argv of [
    ['confirm', id, '--yes'],
    ['retract', id, '--yes'],
    ['rotate'],
    ['rotate', '--owner-key', '--yes'],
    ['collection', 'add', 'health'],
  ]) {
    expect(await terminal.json(argv), argv.join(' ')).toMatchObject({ code: 0 });
  }
  expect((await terminal.json(['doctor'])).value['checks']).toContainEqual(
    expect.objectContaining({ check: 'remembered head', status: 'ok' }),
  );
});

it('grant --device writes a file that sets another device up, which confirms and retracts and has no root', async () => {
  const file = terminal.path('phone.age');
  const device = { MEMSYNC_HOME: terminal.path('phone'), MEMSYNC_DEVICE_PASSPHRASE: 'carried apart', MEMSYNC_PASSPHRASE: '' };
  const give = ['grant', 'my phone', '--device', '--out', file, '--work-factor', '2'];
  expect((await terminal.json([...give, '--can', 'list'])).code).toBe(2);
  const { code, value } = await terminal.json(give, { env: { MEMSYNC_DEVICE_PASSPHRASE: 'carried apart' } });
  expect([code, value['file']]).toEqual([0, file]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect((await terminal.json(give, { env: { MEMSYNC_DEVICE_PASSPHRASE: 'x' } })).value).toMatchObject({ code: 'usage' });
  const init = ['init', '--device', file];
  expect((await terminal.json(init, { env: { ...device, MEMSYNC_DEVICE_PASSPHRASE: 'wrong' } })).value).toMatchObject({
    code: 'passphrase_wrong',
  });
  expect(existsSync(device.MEMSYNC_HOME)).toBe(false);
  expect((await terminal.json(init, { env: device })).value).toMatchObject({ vault, grant: value['grant'] });
  expect(readdirSync(device.MEMSYNC_HOME).toSorted()).toEqual(['device.age', 'device.token', 'vault.json']);
  const [cello, cats] = [await remembered('Plays the cello'), await remembered('Has two cats')];
  for (const argv of [
    ['list'],
    ['due'],
    ['show', cello],
    ['confirm', cello, '--yes'],
    ['retract', cats, '--yes'],
    ['grants'],
    ['rotate', '--status'],
  ]) {
    expect(await terminal.json(argv, { env: device }), argv.join(' ')).toMatchObject({ code: 0 });
  }
  for (const argv of [
    ['grant', '--label', 'x'],
    ['revoke', 'first app'],
    ['rotate'],
    ['rotate', '--owner-key', '--yes'],
    ['collection', 'add', 'x'],
  ]) {
    expect(await terminal.json(argv, { env: device }), argv.join(' ')).toMatchObject({ code: 5, value: { code: 'root_needed' } });
  }
  expect((await terminal.json(['show', cello])).value).toMatchObject({ memory: { lastValidatedAt: expect.any(String) } });
  expect((await terminal.json(['revoke', String(value['grant']), '--rotate'])).code).toBe(0);
  expect((await terminal.json(['list'], { env: device })).value).toMatchObject({ code: 'grant_revoked' });
});

it('init --recover takes the vault up again with the root file alone, on a machine that knows nothing', async () => {
  const id = await remembered('Keeps bees');
  copyFileSync(terminal.path('home/root.age'), terminal.path('root-copy.age'));
  const fresh = { MEMSYNC_HOME: terminal.path('new-machine') };
  const recover = ['init', '--recover', terminal.path('root-copy.age')];
  expect((await terminal.json([...recover, '--vault', 'ab'.repeat(32)], { env: fresh })).value).toMatchObject({ code: 'usage' });
  expect((await terminal.json(recover, { env: { ...fresh, MEMSYNC_PASSPHRASE: 'wrong' } })).value).toMatchObject({
    code: 'passphrase_wrong',
  });
  const { code, value } = await terminal.json(recover, { env: fresh });
  expect([code, value['vault']]).toEqual([0, vault]);
  expect(readdirSync(fresh.MEMSYNC_HOME).toSorted()).toEqual(['device.token', 'root.age', 'vault.json']);
  expect(await terminal.json(['confirm', id, '--yes'], { env: fresh })).toMatchObject({ code: 0 });
  const [lost = ''] = value['otherDevices'] as string[];
  expect((await terminal.json(['revoke', lost, '--rotate'], { env: fresh })).code).toBe(0);
  expect((await terminal.json(['list'])).value).toMatchObject({ code: 'grant_revoked' });
  // The first folder has lost its token by that; it recovers in place, from what it remembers.
  const again = ['init', '--recover', terminal.path('home/root.age')];
  expect(await terminal.json(again)).toMatchObject({ code: 0 });
  expect(await terminal.json(['retract', id, '--yes'])).toMatchObject({ code: 0 });
  mkdirSync(terminal.path('other'));
  expect((await terminal.json(['init', '--yes', '--work-factor', '2'], { env: { MEMSYNC_HOME: terminal.path('other') } })).code).toBe(0);
  expect((await terminal.json(again, { env: { MEMSYNC_HOME: terminal.path('other') } })).value).toMatchObject({ code: 'home_exists' });
  expect((await terminal.json(['init', '--recover', 'a', '--device', 'b'])).code).toBe(2);
  expect((await terminal.json(['init', '--vault', vault])).code).toBe(2);
});

it('a root file of an earlier version, which names no vault, needs --vault', async () => {
  const secret = new Redacted(new TextEncoder().encode('correct horse battery staple'));
  const root = await openRootFile(readFileSync(terminal.path('root-copy.age'), 'utf8'), secret);
  const old = writeText('old-root.age', await encodeRootFile(root, secret, 2));
  const fresh = { MEMSYNC_HOME: terminal.path('newer-machine') };
  expect((await terminal.json(['init', '--recover', old], { env: fresh })).value).toMatchObject({ code: 'usage' });
  expect(existsSync(fresh.MEMSYNC_HOME)).toBe(false);
  expect((await terminal.json(['init', '--recover', old, '--vault', vault], { env: fresh })).code).toBe(0);
});

function writeText(name: string, text: string): string {
  writeFileSync(terminal.path(name), text);
  return terminal.path(name);
}
