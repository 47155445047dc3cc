import { statSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { BIN, Terminal } from './terminal.ts';
import { has, onTerminal } from './pty.ts';

const SCRIPT = has('script');
if (!SCRIPT) console.warn('util-linux’s `script` is not installed: what is asked on a terminal goes UNTESTED');

const terminal = new Terminal();
afterAll(() => terminal.close());
const init = ['reviewer', 'init', '--work-factor', '2'];

describe('memsync reviewer', () => {
  it('makes a key that its passphrase alone opens, in a private file, once', async () => {
    expect(await terminal.json(['reviewer', 'show'])).toMatchObject({ code: 4, value: { code: 'not_found' } });
    const { code, value } = await terminal.json([...init, '--yes']);
    expect([code, value]).toEqual([0, { key: expect.stringMatching(/^[0-9a-f]{64}$/), file: terminal.path('home/reviewer.age') }]);
    expect(statSync(terminal.path('home/reviewer.age')).mode & 0o777).toBe(0o600);
    expect(await terminal.json(['reviewer', 'show'])).toMatchObject({ code: 0, value });
    expect(await terminal.json([...init, '--yes'])).toMatchObject({ code: 2, value: { code: 'usage' } });
    expect(await terminal.json(['reviewer', 'show'], { env: { MEMSYNC_PASSPHRASE: 'another' } })).toMatchObject({
      code: 5,
      value: { code: 'passphrase_wrong' },
    });
    expect(await terminal.json(['reviewer', 'show'])).toMatchObject({ value });
  });

  it('leaves nothing where it cannot write, and asks where nothing is said', async () => {
    writeFileSync(terminal.path('file'), '');
    const nowhere = { env: { MEMSYNC_HOME: terminal.path('file/home') } };
    expect(await terminal.json([...init, '--yes'], nowhere)).toMatchObject({ code: 2, value: { code: 'config_invalid' } });
    const unset = { env: { MEMSYNC_HOME: terminal.path('other'), MEMSYNC_PASSPHRASE: '' } };
    expect(await terminal.json([...init, '--yes'], unset)).toMatchObject({ code: 2, value: { code: 'usage' } });
    expect(await terminal.json(init, unset)).toMatchObject({ code: 2, value: { code: 'usage' } });
  });

  it('gives a script the public key alone', async () => {
    const env = { MEMSYNC_HOME: terminal.path('third') };
    const { stdout } = await terminal.run([...init, '--yes', '--key-only'], { env });
    expect(stdout).toMatch(/^[0-9a-f]{64}\n$/);
    expect((await terminal.run(['reviewer', 'show'], { env })).stdout).toContain(stdout.trim());
  });

  it.skipIf(!SCRIPT)('asks for the passphrase on a terminal, and shows it never', async () => {
    const { MEMSYNC_PASSPHRASE: _, ...rest } = terminal.environment;
    const env = { ...rest, MEMSYNC_HOME: terminal.path('fourth') };
    const made = await onTerminal([process.execPath, BIN, ...init], env, [
      ['passphrase for your key: ', 'one passphrase'],
      ['Once more: ', 'one passphrase'],
    ]);
    expect(made).toMatchObject({ code: 0, printed: expect.stringMatching(/key {2}[0-9a-f]{64}/) });
    const shown = await onTerminal([process.execPath, BIN, 'reviewer', 'show'], env, [['reviewer’s passphrase: ', 'one passphrase']]);
    expect(shown.code).toBe(0);
    expect(/[0-9a-f]{64}/.exec(shown.printed)?.[0]).toBe(/[0-9a-f]{64}/.exec(made.printed)?.[0]);
    expect(made.printed + shown.printed).not.toContain('one passphrase');
  });
});
