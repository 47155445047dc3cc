import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { MemSyncClient } from '../../src/sdk/client.ts';
import { Terminal } from '../cli/terminal.ts';

const PRELOAD = fileURLToPath(new URL('./die-at.ts', import.meta.url));
const terminal = new Terminal();
afterAll(() => terminal.close());

const file = (name: string) => terminal.path(name);
const rotate = (at: number) =>
  terminal.spawn(['operator', 'rotate', '--root', file('operator.age'), '--json'], {
    env: { NODE_OPTIONS: `--import ${PRELOAD}`, DIE_AT: String(at), DIE_IN: file('keys'), DIE_COUNT: file('count') },
  });

/** A receipt of this moment; resolves once its bundle is in a file by that name. */
async function receipt(name: string, env: Record<string, string>): Promise<void> {
  const { value } = await terminal.json(['retrieve', 'cello', '--limit', '1'], { env });
  const made = ['receipt', '--retrieval', String(value['id']), '--model', 'm', '--output', file('answer.txt'), '--out', file(name)];
  expect((await terminal.json(made, { env })).code).toBe(0);
}

it('a change of keys that is killed is done or not begun, and the service goes on with every receipt good', async () => {
  writeFileSync(file('answer.txt'), 'Plays the cello [m1].');
  const root = (await terminal.json(['operator', 'root', '--out', file('operator.age'), '--yes', '--work-factor', '2'])).value['root'];
  writeFileSync(file('root.txt'), String(root));
  await terminal.json(['operator', 'sign', '--root', file('operator.age')]);
  await terminal.serve();
  const token = String((await terminal.json(['init', '--yes', '--work-factor', '2'])).value['token']);
  const env = { MEMSYNC_TOKEN: token, MEMSYNC_HOME: file('none') };
  await terminal.json(['remember', 'Plays the cello', '--kind', 'user_stated'], { env });
  await receipt('0.json', env);
  await terminal.stop();
  expect(await rotate(0)).toMatchObject({ code: 0 });
  const steps = Number(readFileSync(file('count'), 'utf8'));
  expect(steps).toBeGreaterThan(30);

  const bundles = ['0.json'];
  let statements = 2;
  const came = new Set<number>();
  for (const before of [28, 20, 12, 6, 1]) {
    expect((await rotate(steps - before)).code).toBe(-1);
    await terminal.serve();
    const history = await new MemSyncClient({ url: terminal.environment['MEMSYNC_URL'] ?? '' }).keyHistory();
    writeFileSync(file('history.txt'), history);
    const now = history.match(/^memsync\/keys\/v1$/gm)?.length ?? 0;
    came.add(now - statements);
    statements = now;
    bundles.push(`${before}.json`);
    await receipt(`${before}.json`, env);
    for (const bundle of bundles) {
      const verified = await terminal.json(['verify', file(bundle), '--root', file('root.txt'), '--key-history', file('history.txt')]);
      expect([before, bundle, verified.value['failures']]).toEqual([before, bundle, []]);
    }
    await terminal.stop();
    expect(readdirSync(file('keys')).filter((name) => /\.new$|^rotating$/.test(name))).toEqual([]);
  }
  // Both ends were met.
  expect(came).toEqual(new Set([0, 1]));
  expect(existsSync(file('keys/statements'))).toBe(true);
}, 300_000);
