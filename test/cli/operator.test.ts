import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { MemSyncClient } from '../../src/sdk/client.ts';
import { Terminal } from './terminal.ts';

const terminal = new Terminal();
afterAll(() => terminal.close());

const file = (name: string) => terminal.path(name);
const client = () => new MemSyncClient({ url: terminal.environment['MEMSYNC_URL'] ?? '' });
const operator = (...argv: string[]) => terminal.json(['operator', ...argv]);
const keyFile = (name: string) => readFileSync(file(`keys/${name}`), 'utf8');
let token = '';

/** A receipt of this moment, its bundle in a file by that name. */
async function receipt(name: string): Promise<string> {
  const app = { env: { MEMSYNC_TOKEN: token, MEMSYNC_HOME: file('none') } };
  const { value } = await terminal.json(['retrieve', 'cello', '--limit', '1'], app);
  writeFileSync(file('answer.txt'), 'Plays the cello [m1].');
  const made = ['receipt', '--retrieval', String(value['id']), '--model', 'm', '--output', file('answer.txt'), '--out', file(name)];
  const { code, value: said } = await terminal.json(made, app);
  expect([code, said]).toMatchObject([0, {}]);
  return name;
}

/** What verifying by the root and the history alone comes to. */
async function verified(name: string, history = 'history.txt') {
  const { code, value } = await terminal.json(['verify', file(name), '--root', file('root.txt'), '--key-history', file(history)]);
  const failures = value['failures'] as { code: string }[] | undefined;
  return [code, failures?.map((failure) => failure.code).join(' ') ?? value['code']];
}

async function restarted(): Promise<void> {
  await terminal.serve();
  writeFileSync(file('history.txt'), await client().keyHistory());
}

const BUNDLES: string[] = [];

describe('an operator’s root', () => {
  it('is made in a private file of its own, never over another', async () => {
    const { code, value } = await operator(
      'root',
      '--out',
      file('operator.age'),
      '--name',
      'memory.example/operator',
      '--yes',
      '--work-factor',
      '2',
    );
    expect([code, value['root']]).toEqual([0, expect.stringMatching(/^memory\.example\/operator\+[0-9a-f]{8}\+/)]);
    writeFileSync(file('root.txt'), `${String(value['root'])}\n`);
    expect(statSync(file('operator.age')).mode & 0o777).toBe(0o600);
    expect(await operator('root', '--out', file('operator.age'), '--yes')).toMatchObject({ code: 2 });
    expect(await operator('root', '--out', file('x.age'), '--name', 'a b', '--yes')).toMatchObject({ code: 2 });
  });

  it('is not needed: a service without one serves no history', async () => {
    await terminal.serve();
    await expect(client().keyHistory()).rejects.toMatchObject({ code: 'not_found' });
    token = String((await terminal.json(['init', '--yes', '--work-factor', '2'])).value['token']);
    await terminal.run(['remember', 'Plays the cello', '--kind', 'user_stated'], {
      env: { MEMSYNC_TOKEN: token, MEMSYNC_HOME: file('none') },
    });
    BUNDLES.push(await receipt('zero.json'));
    expect(await operator('status')).toMatchObject({ code: 0, value: { statements: [], matches: null } });
  });

  it('signs nothing while the service runs, nor before there is a first statement', async () => {
    expect(await operator('sign', '--root', file('operator.age'))).toMatchObject({ code: 3, value: { code: 'data_in_use' } });
    await terminal.stop();
    expect(await operator('rotate', '--root', file('operator.age'))).toMatchObject({ code: 2, value: { code: 'usage' } });
    expect(await operator('request', '--out', file('request.txt'))).toMatchObject({ code: 2, value: { code: 'usage' } });
  });

  it('states the keys in use, once', async () => {
    const before = [keyFile('log.key'), keyFile('receipts.key')];
    const { code, value } = await operator('sign', '--root', file('operator.age'), '--from-start');
    expect([code, value['stated']]).toMatchObject([0, { number: 0, size: 0 }]);
    expect([keyFile('log.key'), keyFile('receipts.key')]).toEqual(before);
    expect(await operator('sign', '--root', file('operator.age'))).toMatchObject({ code: 0, value: { stated: null } });
    expect(await operator('sign', '--root', file('operator.age'), '--from-start')).toMatchObject({ code: 2 });
    await restarted();
    const lines = (await client().logKey()).trim().split('\n');
    expect([value['stated']]).toMatchObject([{ log: lines[0], receipts: lines[1] }]);
    BUNDLES.push(await receipt('one.json'));
    for (const name of BUNDLES) expect([name, await verified(name)]).toEqual([name, [0, '']]);
  });

  it('replaces keys, and every receipt from before, between and after still verifies by root and history alone', async () => {
    const origin = (await client().logKey()).split('+')[0];
    for (const [name, options, replaced] of [
      ['two.json', [], ['log.key', 'receipts.key']],
      ['three.json', ['--receipts'], ['receipts.key']],
      ['four.json', ['--log'], ['log.key']],
    ] as const) {
      await terminal.stop();
      const before = { 'log.key': keyFile('log.key'), 'receipts.key': keyFile('receipts.key') };
      expect(await operator('rotate', '--root', file('operator.age'), ...options)).toMatchObject({ code: 0, value: { replaced } });
      for (const key of ['log.key', 'receipts.key'] as const)
        expect([key, keyFile(key) !== before[key]]).toEqual([key, replaced.some((one) => one === key)]);
      await restarted();
      BUNDLES.push(await receipt(name));
      for (const bundle of BUNDLES) expect([bundle, await verified(bundle)]).toEqual([bundle, [0, '']]);
    }
    expect((await client().logKey()).split('+')[0]).toBe(origin);
    expect(readFileSync(file('history.txt'), 'utf8').match(/^memsync\/keys\/v1$/gm)).toHaveLength(4);
    expect(await operator('status')).toMatchObject({ code: 0, value: { matches: true } });
  });

  it('of another kind is not believed, nor a history that ends too early', async () => {
    await operator('root', '--out', file('other.age'), '--yes', '--work-factor', '2');
    await terminal.stop();
    for (const what of ['sign', 'rotate'])
      expect(await operator(what, '--root', file('other.age'))).toMatchObject({ code: 1, value: { code: 'key_untrusted' } });
    const history = readFileSync(file('history.txt'), 'utf8');
    writeFileSync(file('early.txt'), `${history.split('\n\n').slice(0, 2).join('\n\n')}\n`);
    expect(await verified('one.json', 'early.txt')).toEqual([0, '']);
    expect(await verified('four.json', 'early.txt')).toEqual([1, 'key_untrusted']);
    writeFileSync(file('bent.txt'), history.replace('size 0', 'size 1'));
    expect(await verified('one.json', 'bent.txt')).toEqual([1, 'key_history_broken']);
  });

  it('hands over to another, by which the same history is believed', async () => {
    const { value } = await operator('sign', '--root', file('operator.age'), '--new-root', file('other.age'));
    expect(value['stated']).toMatchObject({ number: 4, root: expect.stringMatching(/^memsync-operator\+/) });
    expect(await operator('rotate', '--root', file('operator.age'))).toMatchObject({ code: 1, value: { code: 'key_untrusted' } });
    expect(await operator('rotate', '--root', file('other.age'))).toMatchObject({ code: 0, value: { stated: { number: 5 } } });
    await restarted();
    BUNDLES.push(await receipt('five.json'));
    for (const bundle of BUNDLES) expect([bundle, await verified(bundle)]).toEqual([bundle, [0, '']]);
    writeFileSync(file('root.txt'), (value['stated'] as { root: string }).root);
    for (const bundle of BUNDLES) expect([bundle, await verified(bundle)]).toEqual([bundle, [0, '']]);
  });

  it('may be elsewhere: asked, signed there, applied', async () => {
    await terminal.stop();
    const before = keyFile('receipts.key');
    expect(await operator('request', '--out', file('request.txt'), '--receipts')).toMatchObject({
      code: 0,
      value: { asked: { number: 6 } },
    });
    expect(keyFile('receipts.key')).toBe(before);
    const elsewhere = { MEMSYNC_DATA: file('nowhere/data'), MEMSYNC_KEYS: file('nowhere/keys') };
    const sign = (root: string) =>
      terminal.json(['operator', 'sign', file('request.txt'), '--root', file(root), '--out', file('signed.txt')], { env: elsewhere });
    expect(await sign('operator.age')).toMatchObject({ code: 1, value: { code: 'key_untrusted' } });
    expect(await sign('other.age')).toMatchObject({ code: 0 });
    expect(existsSync(file('nowhere'))).toBe(false);
    writeFileSync(
      file('bent.txt'),
      readFileSync(file('signed.txt'), 'utf8').replace(/receipts .*/, (line) => line.replace('receipts ', 'receipts x')),
    );
    expect((await operator('apply', file('bent.txt'))).code).not.toBe(0);
    expect(await operator('apply', file('signed.txt'))).toMatchObject({ code: 0, value: { replaced: ['receipts.key'] } });
    expect(keyFile('receipts.key')).not.toBe(before);
    expect(await operator('apply', file('signed.txt'))).toMatchObject({ code: 2 });
    expect(existsSync(file('keys/requested'))).toBe(false);
    await restarted();
    BUNDLES.push(await receipt('six.json'));
    for (const bundle of BUNDLES) expect([bundle, await verified(bundle)]).toEqual([bundle, [0, '']]);
  });

  it('is asked before a service starts on keys that it has not stated', async () => {
    await terminal.stop();
    writeFileSync(file('keys/receipts.key'), `${'5a'.repeat(32)}\n`);
    const ran = await terminal.spawn(['serve', '--json']);
    expect([ran.code, ran.stdout]).toEqual([7, expect.stringContaining('"keys_unstated"')]);
    expect(await operator('status')).toMatchObject({ code: 1, value: { matches: false, unstated: ['receipts.key'] } });
    expect(await operator('rotate', '--root', file('other.age'))).toMatchObject({ value: { code: 'keys_unstated' } });
    expect(await operator('sign', '--root', file('other.age'))).toMatchObject({ code: 0, value: { stated: { number: 7 } } });
    await restarted();
    BUNDLES.push(await receipt('seven.json'));
    for (const bundle of BUNDLES) expect([bundle, await verified(bundle)]).toEqual([bundle, [0, '']]);
  });
});

describe('memsync verify', () => {
  it('wants a root with its history, or keys', async () => {
    const verify = (...options: string[]) => terminal.json(['verify', file('one.json'), ...options]);
    expect(await verify()).toMatchObject({ code: 2, value: { code: 'usage' } });
    expect(await verify('--root', file('root.txt'))).toMatchObject({ code: 2 });
    expect(await verify('--key-history', file('history.txt'))).toMatchObject({ code: 2 });
    const now = await client().logKey();
    expect(await verify('--key', now, '--root', file('root.txt'), '--key-history', file('history.txt'))).toMatchObject({ code: 1 });
  });
});
