import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hex } from '../../src/core/bytes.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { deriveOwnerKeys } from '../../src/crypto/root.ts';
import { OwnerState, publicKeysOf } from '../../src/sdk/owner-state.ts';
import { openRoot } from '../../src/sdk/root-file.ts';
import { BIN, Terminal } from './terminal.ts';
import { has, onTerminal } from './pty.ts';

const SCRIPT = has('script');
const AGE = SCRIPT && has('age');
if (!SCRIPT) console.warn('util-linux’s `script` is not installed: what is asked on a terminal goes UNTESTED');
if (!AGE) console.warn('`age` is not installed: that it opens the root file goes UNTESTED');

let terminal: Terminal;

beforeAll(async () => {
  terminal = new Terminal();
  await terminal.serve();
});
afterAll(() => terminal.close());

describe.skipIf(!SCRIPT)('on a terminal', () => {
  const asked = (argv: readonly string[], dialogue: Parameters<typeof onTerminal>[2]) => {
    const { MEMSYNC_PASSPHRASE: _, ...env } = terminal.environment;
    return onTerminal([process.execPath, BIN, ...argv], env, dialogue);
  };

  it('init asks for the passphrase twice, and shows it never', async () => {
    const init = ['init', '--work-factor', '2'];
    const differing = await asked(init, [
      ['passphrase for your root: ', 'one passphrase'],
      ['Once more: ', 'another'],
    ]);
    expect(differing).toMatchObject({ code: 2, printed: expect.stringContaining('not the same') });
    const made = await asked(init, [
      ['passphrase for your root: ', 'one passphrase'],
      ['Once more: ', 'one passphrase'],
    ]);
    expect(made).toMatchObject({ code: 0, printed: expect.stringContaining('Your vault is made.') });
    expect(differing.printed + made.printed).not.toContain('one passphrase');
    await expect(openRoot(readFileSync(terminal.path('home/root.age'), 'utf8'), 'one passphrase')).resolves.toBeDefined();
  });

  it('confirm asks for the passphrase, shows the row, and signs only on a yes', async () => {
    const token =
      (await asked(['grant', '--label', 'app', '--json'], [['Passphrase: ', 'one passphrase']])).printed.match(/msk_[0-9a-f]+/)?.[0] ?? '';
    const { value } = await terminal.json(['remember', 'Plays the viola'], { env: { MEMSYNC_TOKEN: token } });
    const [{ id }] = value['memories'] as [{ id: string }];
    const no = await asked(
      ['confirm', id],
      [
        ['Passphrase: ', 'one passphrase'],
        ['Stand behind 1 row? [y/N] ', 'n'],
      ],
    );
    expect(no).toMatchObject({ code: 1, printed: expect.stringMatching(/"Plays the viola"[\s\S]*Nothing was done/) });
    expect((await terminal.json(['show', id])).value).toMatchObject({ memory: { lastValidatedAt: null } });
    const yes = await asked(
      ['confirm', id],
      [
        ['Passphrase: ', 'one passphrase'],
        ['[y/N] ', 'y'],
      ],
    );
    expect(yes).toMatchObject({ code: 0, printed: expect.stringContaining('Confirmed 1 row') });
    expect((await terminal.json(['show', id])).value).toMatchObject({ memory: { lastValidatedAt: expect.any(String) } });
  });
});

describe.skipIf(!AGE)('the root file', () => {
  it('is opened by the ordinary age: what is in it owns the vault', async () => {
    const { state, file } = await freshHome();
    const opened = await onTerminal(['age', '-d', file], terminal.environment, [['nter passphrase', 'correct horse battery staple']]);
    expect(opened.code).toBe(0);
    const root = /^msroot_([0-9a-f]{64})[0-9a-f]{8}\r?$/m.exec(opened.printed)?.[1] ?? '';
    expect(hex(deriveOwnerKeys(new Redacted(new Uint8Array(Buffer.from(root, 'hex')))).signing.publicKey)).toBe(
      publicKeysOf(state).ownerKey,
    );
  });

  it('is opened by nothing else: neither another passphrase nor a changed file', async () => {
    const { file } = await freshHome();
    const wrong = await onTerminal(['age', '-d', file], terminal.environment, [['nter passphrase', 'correct horse']]);
    expect(wrong.code).not.toBe(0);
    const text = readFileSync(file, 'utf8');
    const line = text.split('\n')[4] ?? '';
    writeFileSync(file, text.replace(line, `${line.startsWith('A') ? 'B' : 'A'}${line.slice(1)}`));
    await expect(openRoot(readFileSync(file, 'utf8'), 'correct horse battery staple')).rejects.toMatchObject({ code: 'passphrase_wrong' });
  });

  let homes = 0;
  async function freshHome(): Promise<{ state: OwnerState; file: string }> {
    const home = terminal.path(`age${++homes}`);
    await terminal.json(['init', '--yes', '--work-factor', '2'], { env: { MEMSYNC_HOME: home } });
    return { state: OwnerState.parse(JSON.parse(readFileSync(`${home}/vault.json`, 'utf8'))), file: `${home}/root.age` };
  }
});
