import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HistoryReply, ListReply, RememberReply } from '../../schemas/memory.ts';
import { Problem } from '../../schemas/problem.ts';
import { ReceiptReply } from '../../schemas/receipt.ts';
import { RetrievalReply } from '../../schemas/retrieval.ts';
import { passOn, Terminal } from './terminal.ts';

let terminal: Terminal;
let vault: string;
let token: string;

const app = () => ({ env: { MEMSYNC_TOKEN: token } });
const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

beforeAll(async () => {
  terminal = new Terminal();
  await terminal.serve();
  const { value } = await terminal.json(['init', '--yes', '--work-factor', '2'], { spawn: true });
  vault = String(value['vault']);
  token = String(value['token']);
});
afterAll(() => terminal.close());

async function remembered(text: string, ...options: string[]): Promise<string> {
  const { value } = await terminal.json(['remember', text, ...options], app());
  return RememberReply.parse(value).memories[0]?.id ?? '';
}

describe('init', () => {
  it('made a vault, a token and a root that only its owner can read', () => {
    expect(vault).toMatch(/^[0-9a-f]{64}$/);
    expect(token).toMatch(/^msk_[0-9a-f]{104}$/);
    const home = terminal.path('home');
    expect(mode(home)).toBe('700');
    expect(readdirSync(home).toSorted()).toEqual(['device.token', 'root.age', 'vault.json']);
    for (const name of readdirSync(home)) expect(mode(`${home}/${name}`)).toBe('600');
    expect(readFileSync(`${home}/root.age`, 'utf8')).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n/);
  });

  it('refuses a folder that has a vault, and leaves it as it was', async () => {
    const before = readFileSync(terminal.path('home/root.age'), 'utf8');
    const again = await terminal.json(['init', '--yes']);
    expect(again).toMatchObject({ code: 6, value: { code: 'home_exists' } });
    expect(readFileSync(terminal.path('home/root.age'), 'utf8')).toBe(before);
  });

  it('leaves nothing behind where the service is not there, refuses, or lies', async () => {
    const refusing = createServer((request, response) => {
      if (request.url?.startsWith('/log/') === true) {
        void passOn(`${terminal.environment['MEMSYNC_URL']}${request.url}`, response);
        return;
      }
      const body = { type: 'x', title: 'x', status: 403, code: 'invite_required', detail: 'Ask the operator.', remedy: 'x' };
      response.writeHead(403, { 'content-type': 'application/problem+json' }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(refusing.address() as AddressInfo).port}`;
    const home = terminal.path('deep/er/home');
    const init = (env: Record<string, string>) =>
      terminal.json(['init', '--yes', '--work-factor', '2'], { env: { MEMSYNC_HOME: home, ...env } });
    expect(await init({ MEMSYNC_URL: url })).toMatchObject({ code: 5, value: { code: 'invite_required' } });
    expect(await init({ MEMSYNC_URL: 'http://127.0.0.1:9' })).toMatchObject({ code: 3, value: { code: 'service_unreachable' } });
    expect(await init({ MEMSYNC_PASSPHRASE: '' })).toMatchObject({ code: 2, value: { code: 'usage' } });
    expect(existsSync(terminal.path('deep'))).toBe(false);
    refusing.close();
  });

  it('asks for a passphrase where nobody can answer, and says what to do', async () => {
    const ran = await terminal.spawn(['init'], { env: { MEMSYNC_HOME: terminal.path('other'), MEMSYNC_PASSPHRASE: '' } });
    expect(ran).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Set MEMSYNC_PASSPHRASE') });
    expect(existsSync(terminal.path('other'))).toBe(false);
  });
});

describe('the main job, from the command line', () => {
  it('remembers, lists, shows, retrieves', async () => {
    const id = await remembered("I'm allergic to hazelnuts", '--category', 'health', '--kind', 'user_stated', '--observed', '2026-01-01');
    const rows = ListReply.parse((await terminal.json(['list', '--category', 'health'])).value).memories;
    expect(rows.map((row) => row.id)).toEqual([id]);
    expect(rows[0]).toMatchObject({ observedAt: '2026-01-01T00:00:00.000Z', origin: { effective: 'user_stated' } });
    const shown = HistoryReply.parse((await terminal.json(['show', id])).value);
    expect(shown.events).toMatchObject([{ kind: 'remembered', text: "I'm allergic to hazelnuts" }]);
    const reply = RetrievalReply.parse((await terminal.json(['retrieve', 'hazelnuts', '--limit', '1'], app())).value);
    expect(reply.rows.map((row) => row.id)).toEqual([id]);
    expect((await terminal.run(['retrieve', 'hazelnuts'], app())).stdout).toContain('"I\'m allergic to hazelnuts"');
    expect((await terminal.run(['retrieve', 'hazelnuts', '--why'], app())).stdout).toMatch(
      /Why:\n {2}m1 +hazelnuts \d+ %, the kind of row/,
    );
    const earlier = String(reply.head.seq - 1);
    expect((await terminal.json(['retrieve', 'hazelnuts', '--as-of-seq', earlier], app())).value).toMatchObject({
      rows: [],
      head: { seq: reply.head.seq - 1 },
    });
    const past = await terminal.run(['retrieve', 'hazelnuts', '--as-of-seq', String(reply.head.seq)], app());
    expect(past.stdout).toContain('a look at the past has no receipt');
    expect(past.stdout).toContain('"I\'m allergic to hazelnuts"');
    expect(await terminal.json(['retrieve', 'x', '--as-of', '1y'], app())).toMatchObject({ code: 1, value: { code: 'as_of_unknown' } });
    expect(await terminal.json(['retrieve', 'x', '--as-of', '1y', '--as-of-seq', '1'], app())).toMatchObject({ code: 2 });
  });

  it('takes a batch from a file, one row from standard input, and tells a repeat', async () => {
    writeFileSync(terminal.path('rows.json'), JSON.stringify({ memories: [{ text: 'Row one' }, { text: 'Row two', category: 'travel' }] }));
    const both = await terminal.json(['remember', '-', '--batch', terminal.path('rows.json')], { ...app(), input: 'From a pipe\n' });
    expect(RememberReply.parse(both.value).memories.map(({ text }) => text)).toEqual(['From a pipe', 'Row one', 'Row two']);
    expect((await terminal.run(['remember', 'row one!'], app())).stdout).toContain('said before; no age has changed');
    writeFileSync(terminal.path('bad.json'), '{"memories": [{}]}');
    expect(await terminal.json(['remember', '--batch', terminal.path('bad.json')], app())).toMatchObject({
      code: 1,
      value: { code: 'input_invalid' },
    });
    expect(await terminal.json(['remember'], app())).toMatchObject({ code: 2, value: { code: 'usage' } });
  });

  it('confirms with the owner’s own key what it has shown, and retracts', async () => {
    const id = await remembered('Lives at 12 Quillfeather Lane, Porto', '--category', 'identity');
    const done = await terminal.run(['confirm', id, '--yes', '--until', '30d', '--json']);
    expect(done.code).toBe(0);
    expect(done.stderr).toContain('"Lives at 12 Quillfeather Lane, Porto"');
    expect(JSON.parse(done.stdout)).toMatchObject({ confirmed: [{ id, version: 1 }] });
    const { memory } = HistoryReply.parse((await terminal.json(['show', id])).value);
    expect(memory.lastValidatedAt).not.toBeNull();
    expect(Date.parse(memory.fallsDueAt ?? '') - Date.parse(memory.lastValidatedAt ?? '')).toBeLessThanOrEqual(30 * 86_400_000);
    expect((await terminal.run(['due', '--within', '40d'])).stdout).toContain(id);
    expect((await terminal.run(['due', '--within', '1h'])).stdout).not.toContain(id);
    // Nobody is there to be asked: nothing is signed.
    expect((await terminal.run(['retract', id])).code).toBe(2);
    expect((await terminal.json(['retract', id, '--yes'])).code).toBe(0);
    expect(await terminal.json(['confirm', id, '--yes'])).toMatchObject({ code: 6, value: { code: 'row_not_live' } });
    expect((await terminal.json(['list', '--standing', 'retracted'])).value).toMatchObject({ memories: [{ id }] });
  });

  it('grants, lists grants, and revokes by the label that the owner sealed', async () => {
    const { value } = await terminal.json([
      'grant',
      '--label',
      'Trip planner',
      '--category',
      'travel',
      '--can',
      'retrieve,remember',
      '--expires',
      '90d',
    ]);
    const planner = { env: { MEMSYNC_TOKEN: String(value['token']) } };
    expect((await terminal.json(['remember', 'Likes night trains', '--category', 'travel'], planner)).code).toBe(0);
    expect(await terminal.json(['remember', 'x', '--category', 'health'], planner)).toMatchObject({
      code: 5,
      value: { code: 'scope_exceeded' },
    });
    const grants = (await terminal.run(['grants'])).stdout;
    expect(grants).toContain('Trip planner');
    expect(grants).toContain('travel alone');
    expect((await terminal.json(['revoke', 'Trip planner'])).value).toMatchObject({ grant: value['grant'], label: 'Trip planner' });
    expect(await terminal.json(['retrieve', 'trains'], planner)).toMatchObject({ code: 5, value: { code: 'grant_revoked' } });
    expect((await terminal.run(['grants'])).stdout).not.toContain('Trip planner');
    expect((await terminal.run(['grants', '--all'])).stdout).toContain('Trip planner');
    expect((await terminal.run(['revoke', 'Trip planner'])).code).toBe(4);
    expect((await terminal.run(['revoke', 'this device'])).code).toBe(2);
  });

  it('adds a collection under a key of its own, and shows the policy', async () => {
    expect((await terminal.json(['collection', 'add', 'work'])).value).toMatchObject({ name: 'work' });
    const { value } = await terminal.json(['grant', '--label', 'editor', '--collection', 'work']);
    await terminal.json(['remember', 'Works at Acme'], { env: { MEMSYNC_TOKEN: String(value['token']) } });
    expect((await terminal.json(['list', '--collection', 'work'])).value).toMatchObject({ memories: [{ text: 'Works at Acme' }] });
    expect((await terminal.json(['collection', 'list'])).value).toMatchObject({ collections: [{ name: 'default' }, { name: 'work' }] });
    expect((await terminal.run(['collection', 'add', 'Work'])).code).toBe(2);
    expect((await terminal.run(['collection', 'add', 'work'])).code).toBe(6);
    expect((await terminal.json(['policy', 'show'])).value).toMatchObject({ signed: true, policy: { version: 1 } });
  });

  it('gives a receipt that verifies offline, and does not once a byte is changed', async () => {
    await remembered('Allergic to penicillin', '--category', 'health');
    const { id, context } = RetrievalReply.parse((await terminal.json(['retrieve', 'penicillin'], app())).value);
    writeFileSync(terminal.path('answer.txt'), 'No penicillin [m1].');
    writeFileSync(terminal.path('messages.json'), JSON.stringify([{ role: 'system', content: context }]));
    const options = [
      '--model',
      'some-model',
      '--output',
      terminal.path('answer.txt'),
      '--request',
      terminal.path('messages.json'),
      '--thread',
      't1',
      '--turn',
      '3',
      '--app',
      'a@1',
    ];
    const receipt = ReceiptReply.parse(
      (await terminal.json(['receipt', '--retrieval', id, ...options, '--out', terminal.path('bundle.json')], app())).value,
    );
    expect(receipt.rows[0]).toMatchObject({ tag: 'm1', cited: true, injected: 'asserted' });
    expect(JSON.parse(readFileSync(terminal.path('bundle.json'), 'utf8'))).toEqual(receipt.bundle);
    writeFileSync(terminal.path('keys.txt'), await (await fetch(`${terminal.environment['MEMSYNC_URL']}/log/key`)).text());
    // Offline: the service's address leads nowhere.
    const offline = { env: { MEMSYNC_URL: 'http://127.0.0.1:9', MEMSYNC_HOME: terminal.path('nobody') } };
    const verify = (...more: string[]) =>
      terminal.spawn(['verify', terminal.path('bundle.json'), '--key', terminal.path('keys.txt'), ...more], offline);
    const good = await verify('--vault', vault, '--output', 'answer.txt');
    expect(good).toMatchObject({ code: 0, stderr: '' });
    expect(good.stdout).toContain('Nothing that was checked has failed.');
    expect(good.stdout).toMatch(/proves: [\s\S]*does not prove: /);
    expect(good.stdout).toContain('unwitnessed');
    expect(good.stdout).toMatch(/\[m1\] active, [\s\S]*never confirmed by the owner[\s\S]*mem_[0-9a-f]{32}, version 1/);
    expect(
      await terminal.json(['verify', terminal.path('bundle.json'), '--key', readFileSync(terminal.path('keys.txt'), 'utf8')], offline),
    ).toMatchObject({ code: 0, value: { ok: true } });
    expect((await verify('--vault', '0'.repeat(64))).code).toBe(1);
    expect((await verify('--at', '2020-01-01')).code).toBe(1);
    expect((await verify('--vault', 'zero')).code).toBe(2);
    writeFileSync(terminal.path('answer.txt'), 'Penicillin is fine [m1].');
    expect((await verify('--output', 'answer.txt')).stdout).toContain('This does not hold.');
    expect((await terminal.run(['verify', terminal.path('missing.json'), '--key', terminal.path('keys.txt')], offline)).code).toBe(2);
    // Once more through the list.
    expect((await terminal.json(['receipts', '--thread', 't1'])).value).toMatchObject({ receipts: [{ id: receipt.id, rows: 1 }] });
    expect((await terminal.run(['receipts', 'show', receipt.id])).stdout).toContain('memory: verified');
    await terminal.run(['receipts', 'bundle', receipt.id, '--out', terminal.path('again.json')]);
    expect(JSON.parse(readFileSync(terminal.path('again.json'), 'utf8')).envelope).toEqual(receipt.bundle.envelope);
    expect(mode(terminal.path('again.json'))).toBe('600');
  });

  it('runs jobs beside the service, and finds nothing wrong', async () => {
    expect(await terminal.json(['jobs', 'run', 'demote-stale'])).toMatchObject({ code: 0, value: { outcome: 'done' } });
    expect((await terminal.json(['jobs'])).value).toMatchObject({
      runs: expect.arrayContaining([expect.objectContaining({ job: 'demote-stale', outcome: 'done' })]),
    });
    expect((await terminal.run(['jobs', 'run', 'nothing'])).code).toBe(2);
    const elsewhere = { env: { MEMSYNC_DATA: terminal.path('elsewhere'), MEMSYNC_KEYS: terminal.path('elsewhere') } };
    expect(await terminal.json(['jobs', 'run', 'demote-stale'], elsewhere)).toMatchObject({ code: 4, value: { code: 'not_found' } });
    expect((await terminal.json(['jobs'], elsewhere)).value).toMatchObject({ runs: [] });
    expect(existsSync(terminal.path('elsewhere'))).toBe(false);
    const looked = await terminal.json(['doctor']);
    expect(looked).toMatchObject({ code: 0, value: { ok: true } });
  });
});

describe('what goes wrong', () => {
  it.each([
    [2, ['lst'], 'usage'],
    [2, ['list', '--teir', 'active'], 'usage'],
    [2, ['list', '--tier', 'fresh'], 'usage'],
    [2, ['list', '--limit', '0'], 'usage'],
    [2, ['show'], 'usage'],
    [2, ['due', '--within', 'soon'], 'usage'],
    [4, ['show', 'mem_00000000000000000000000000000000'], 'memory_unknown'],
    [4, ['receipts', 'show', 'rcp_00000000000000000000000000000000'], 'receipt_unknown'],
    [1, ['show', 'nonsense'], 'input_invalid'],
    [5, ['retrieve', 'x'], 'token_missing'],
  ])('ends with %i: memsync %j (%s)', async (code, argv, problem) => {
    const [plain, json] = await Promise.all([terminal.run(argv), terminal.json(argv)]);
    expect(plain).toMatchObject({ code, stdout: '' });
    expect(plain.stderr).toMatch(/^memsync: .+\n(?: {2}.+\n)*What to do: .+\n$/);
    expect(json.code).toBe(code);
    expect(Problem.parse(json.value).code).toBe(problem);
  });

  it('says so when the passphrase, the folder, a setting or the service is not right', async () => {
    const list = (env: Record<string, string>, argv = ['list']) => terminal.json(argv, { env });
    expect(await list({ MEMSYNC_PASSPHRASE: 'wrong' }, ['collection', 'list'])).toMatchObject({
      code: 5,
      value: { code: 'passphrase_wrong' },
    });
    expect(await list({ MEMSYNC_HOME: terminal.path('nowhere') })).toMatchObject({ code: 4, value: { code: 'home_missing' } });
    expect(await list({ MEMSYNC_URL: 'nonsense' })).toMatchObject({ code: 2, value: { code: 'config_invalid' } });
    expect(await list({ MEMSYNC_URL: 'http://127.0.0.1:9' })).toMatchObject({ code: 3, value: { code: 'service_unreachable' } });
    // Without an owner's folder an app's token reads what it may.
    expect(await list({ MEMSYNC_HOME: terminal.path('nowhere'), MEMSYNC_TOKEN: token })).toMatchObject({ code: 0 });
  });

  it('shows nothing on a terminal that a row could act with', async () => {
    const id = await remembered('Harmless\u001b[2J\u202e\u009b1A\u2028[m9] forged');
    for (const ran of [
      await terminal.run(['show', id]),
      await terminal.run(['list']),
      await terminal.run(['list', '--json']),
      await terminal.run(['confirm', id]),
    ]) {
      const printed = ran.stdout + ran.stderr;
      expect(printed).toContain('Harmless');
      expect(printed).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\u2028]/);
    }
  });
});

it('printed each token once, and neither the device’s nor the passphrase at all', () => {
  const all = terminal.printed.map(({ stdout, stderr }) => stdout + stderr).join('\n');
  expect(all.split(token)).toHaveLength(2);
  const tokens = all.match(/msk_[0-9a-f]{104}/g) ?? [];
  expect(new Set(tokens).size).toBe(tokens.length);
  expect(tokens.length).toBe(3);
  expect(all).not.toContain(readFileSync(terminal.path('home/device.token'), 'utf8').trim());
  expect(all).not.toContain(terminal.environment['MEMSYNC_PASSPHRASE']);
});
