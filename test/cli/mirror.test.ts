import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseVerifierKey } from '../../src/log/verifier-key.ts';
import { checkMirror } from '../support/mirror-check.ts';
import { Terminal } from './terminal.ts';

let terminal: Terminal;

beforeAll(async () => {
  terminal = new Terminal();
  await terminal.serve();
});
afterAll(() => terminal.close());

const publish = (folder: string) => ({
  argv: ['jobs', 'run', 'publish-log'],
  more: { env: { MEMSYNC_LOG_MIRROR: terminal.path(folder) } },
});

it('publishes the log by hand, beside the service', async () => {
  const { argv, more } = publish('mirror');
  expect(await terminal.run(argv, more)).toMatchObject({ code: 0, stdout: 'publish-log: done, mirrors 1, size 0, written 0, removed 0\n' });
  const read = (name: string) => readFile(join(terminal.path('mirror'), name)).catch(() => null);
  const key = String(await readFile(join(terminal.path('mirror'), 'key'))).split('\n')[0] ?? '';
  expect(await checkMirror(read, parseVerifierKey(key))).toMatchObject({ size: 0 });
});

it('says what is in the way of a mirror, and what to do', async () => {
  mkdirSync(terminal.path('site'));
  writeFileSync(join(terminal.path('site'), 'index.html'), '');
  const { argv, more } = publish('site');
  const { code, stdout } = await terminal.run(argv, more);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^publish-log: failed, error config_invalid\n.*something else than a mirror.*\nWhat to do: .*\n$/);
  expect(await terminal.json(argv, more)).toMatchObject({
    code: 1,
    value: {
      outcome: 'failed',
      report: { error: 'config_invalid' },
      detail: expect.any(String) as string,
      remedy: expect.any(String) as string,
    },
  });
});
