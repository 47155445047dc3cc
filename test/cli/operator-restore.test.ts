import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { MemSyncClient } from '../../src/sdk/client.ts';
import { Terminal } from './terminal.ts';

const terminal = new Terminal();
afterAll(() => terminal.close());

const file = (name: string) => terminal.path(name);
const client = () => new MemSyncClient({ url: terminal.environment['MEMSYNC_URL'] ?? '' });
const operator = (...argv: string[]) => terminal.json(['operator', ...argv, '--root', file('operator.age')]);
let token = '';
let row = '';
let first = '';
let backup = '';

const app = () => ({ env: { MEMSYNC_TOKEN: token, MEMSYNC_HOME: file('none') } });

async function receipt(name: string): Promise<string> {
  const { value } = await terminal.json(['retrieve', 'cello', '--limit', '1'], app());
  writeFileSync(file('answer.txt'), 'Plays the cello [m1].');
  const made = ['receipt', '--retrieval', String(value['id']), '--model', 'm', '--output', file('answer.txt'), '--out', file(name)];
  return String((await terminal.json(made, app())).value['id']);
}

async function restarted(): Promise<void> {
  await terminal.serve();
  writeFileSync(file('history.txt'), await client().keyHistory());
}

/** What verifying by root and history alone comes to. */
async function verified(name: string) {
  const { code, value } = await terminal.json(['verify', file(name), '--root', file('root.txt'), '--key-history', file('history.txt')]);
  return [code, value['failures'] ?? value['keys']];
}

/** What doctor says of the log that is remembered. */
async function remembered(...options: string[]) {
  const { value } = await terminal.json(['doctor', ...options]);
  return (value['checks'] as { check: string; status: string; detail: string }[]).find(({ check }) => check === 'log, as remembered');
}

describe('an owner of a service with an operator’s root', () => {
  it('remembers it at first sight, or wants the one that was named', async () => {
    const root = ['operator', 'root', '--out', file('operator.age'), '--yes', '--work-factor', '2'];
    writeFileSync(file('root.txt'), String((await terminal.json(root)).value['root']));
    expect(await operator('sign')).toMatchObject({ code: 0, value: { stated: { number: 0, size: 0 } } });
    await restarted();
    const init = ['init', '--yes', '--work-factor', '2'];
    const other = 'memsync-operator+00000000+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==';
    expect(await terminal.json([...init, '--operator-root', other])).toMatchObject({ code: 2 });
    const { value } = await terminal.json([...init, '--operator-root', file('root.txt')]);
    expect(value['operatorRoot']).toMatch(/^memsync-operator\+[0-9a-f]{8}\+/);
    token = String(value['token']);
    const said = await terminal.json(['remember', 'Plays the cello', '--kind', 'user_stated'], app());
    row = (said.value['memories'] as { id: string }[])[0]?.id ?? '';
    first = await receipt('one.json');
    expect(await remembered()).toMatchObject({ status: 'ok', detail: expect.stringContaining('has stated its keys') });
    backup = ((await terminal.json(['backup', file('safe')])).value['backup'] as { id: string }).id;
  });

  it('follows the log to new keys, and what the service signs with them is believed', async () => {
    await terminal.stop();
    expect(await operator('rotate')).toMatchObject({ code: 0 });
    await restarted();
    expect((await terminal.json(['confirm', row, '--yes'])).code).toBe(0);
    expect(await remembered()).toMatchObject({ status: 'ok', detail: expect.stringContaining('has stated its keys') });
    await receipt('two.json');
    const gone = await terminal.json(['remember', 'To be erased'], app());
    const id = (gone.value['memories'] as { id: string }[])[0]?.id ?? '';
    expect((await terminal.json(['erase', id, '--yes', '--certificate', file('erased.json')])).code).toBe(0);
    expect(await verified('erased.json')).toEqual([0, { log: 1, receipts: 1 }]);
    for (const name of ['one.json', 'two.json']) expect([name, await verified(name)]).toEqual([name, [0, []]]);
  });

  it('has backups from before a change of keys known for the service’s own', async () => {
    const { value } = await terminal.json(['backup', file('safe'), '--list']);
    expect([(value['backups'] as unknown[]).length, value['unreadable']]).toEqual([1, []]);
    expect(await terminal.json(['backup', file('safe'), '--verify', '--at', backup])).toMatchObject({ code: 0, value: { verified: true } });
  });

  it('is told of a restore as ever; the service runs, and the root states the log’s new name later', async () => {
    await terminal.stop();
    const { code, value } = await terminal.json(['restore', file('safe'), '--replace']);
    const { name, was } = value['log'] as { name: string; was: string };
    expect([code, name.startsWith(`${was}/restored-`)]).toEqual([0, true]);
    await restarted();
    expect(await remembered()).toMatchObject({ status: 'failed', detail: expect.stringContaining(name) });
    expect((await terminal.json(['doctor', '--accept-restore', '--yes'])).value).toMatchObject({ accepted: true });
    expect(await remembered()).toMatchObject({ status: 'ok' });
    await terminal.json(['reinstate', row, '--yes']);
    await receipt('three.json');
    const { checks } = (await terminal.json(['doctor'])).value as { checks: { check: string }[] };
    expect(checks).toContainEqual(expect.objectContaining({ check: 'operator’s root', status: 'warning' }));
    // Nobody has stated this name: by the root alone nothing under it is believed yet.
    expect((await verified('three.json'))[0]).toBe(1);
    await terminal.stop();
    expect(await operator('sign')).toMatchObject({ code: 0, value: { stated: { number: 2, origin: name } } });
    await restarted();
    await terminal.json(['receipts', 'bundle', first, '--out', file('anew.json')]);
    await receipt('four.json');
    for (const bundle of ['one.json', 'two.json', 'anew.json', 'four.json'])
      expect([bundle, await verified(bundle)]).toEqual([bundle, [0, []]]);
    expect(await remembered()).toMatchObject({ status: 'ok', detail: expect.stringContaining('has stated its keys') });
  });

  it('is led even to keys that had to be made anew, as all of them were lost, by the root alone', async () => {
    const history = readFileSync(file('history.txt'), 'utf8');
    const then = ['log', 'receipts'].map((label) => new RegExp(`^${label} (.*)$`, 'm').exec(history)?.[1] ?? '').join('\n');
    await terminal.stop();
    rmSync(file('keys'), { recursive: true });
    mkdirSync(file('keys'), { mode: 0o700 });
    writeFileSync(file('keys/statements'), history, { mode: 0o600 });
    expect(await terminal.json(['restore', file('safe'), '--replace', '--key', then])).toMatchObject({ code: 0 });
    expect(await terminal.spawn(['serve', '--json'])).toMatchObject({ code: 7, stdout: expect.stringContaining('"keys_unstated"') });
    expect(await operator('sign')).toMatchObject({ code: 0, value: { stated: { number: 3 } } });
    await restarted();
    expect((await terminal.json(['doctor', '--accept-restore', '--yes'])).value).toMatchObject({ accepted: true });
    expect(await remembered()).toMatchObject({ status: 'ok', detail: expect.stringContaining('has stated its keys') });
    await terminal.json(['reinstate', row, '--yes']);
    await receipt('five.json');
    for (const bundle of ['one.json', 'two.json', 'four.json', 'five.json'])
      expect([bundle, await verified(bundle)]).toEqual([bundle, [0, []]]);
  });
});
