import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BIN, type Ran, Terminal } from './terminal.ts';

let terminal: Terminal;
let made: Ran;
beforeAll(async () => {
  terminal = new Terminal();
  await terminal.serve();
  made = await terminal.run(['init', '--yes', '--token-only', '--work-factor', '2']);
});
afterAll(() => terminal.close());

it.each([[['init', '--yes', '--token-only', '--work-factor', '2']], [['list', '--ids']]])(
  '%j prints nothing where the service does not answer, and says so beside it',
  async (argv) => {
    const home = argv[0] === 'init' ? { MEMSYNC_HOME: terminal.path('another') } : {};
    const { code, stdout, stderr } = await terminal.run(argv, { env: { MEMSYNC_URL: 'http://127.0.0.1:1', ...home } });
    expect([code === 0, stdout]).toEqual([false, '']);
    expect(stderr).toMatch(/^memsync: The service does not answer[\s\S]*What to do: /);
  },
);

it('prints what scripts go on with, and nothing else', async () => {
  expect(made).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^msk_[0-9a-f]{104}\n$/) });
  expect(await terminal.run(['list', '--ids'])).toMatchObject({ code: 0, stdout: '', stderr: '' });
  const env = { MEMSYNC_TOKEN: made.stdout.trim() };
  const { value } = await terminal.json(['remember', 'Likes tea', 'Likes figs'], { env });
  const ids = (value['memories'] as { id: string }[]).map(({ id }) => id);
  const listed = (await terminal.run(['list', '--ids'])).stdout;
  expect(listed.split('\n').toSorted()).toEqual(['', ...ids.toSorted()]);
  const first = listed.slice(0, listed.indexOf('\n') + 1);
  expect((await terminal.run(['list', '--ids', '--limit', '1'])).stdout).toBe(first);
  expect((await terminal.spawn(['confirm', '--yes', '--file', '-'], { input: first })).stdout).toContain('Confirmed 1 row');
});

it('names what is wrong, with no field where there is none', async () => {
  const { stderr } = await terminal.run(['show', 'mem_000']);
  expect(stderr).toContain('must');
  expect(stderr).not.toMatch(/^ *:/m);
});

it('gives no token where init makes none', async () => {
  expect(await terminal.run(['init', '--device', 'x', '--token-only'])).toMatchObject({ code: 2, stdout: '' });
});

it('waits for what comes through a pipe that somebody else has set not to wait, as npx does', async () => {
  const [node, bin] = [process.execPath, BIN].map((path) => `'${path}'`);
  const holder = `${node} -e 'process.stdin.pause(); setTimeout(() => process.exit(), 4000)' <&3`;
  const script = `{ sleep 3; echo 'no id'; } | { exec 3<&0; ${holder} & sleep 0.5; ${node} ${bin} confirm --yes --file - 2>&1; wait; }`;
  const { stdout } = await promisify(execFile)('sh', ['-c', script], { env: terminal.environment });
  expect(stdout).toContain('Standard input, line 1: there is no row id in it.');
});
