import { chmodSync, cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Terminal } from '../terminal.ts';

let old: Terminal;
let fresh: Terminal;
let app: { MEMSYNC_TOKEN: string };
const SECRET = { MEMSYNC_EXPORT_PASSPHRASE: 'along it goes' };

beforeEach(async () => {
  old = new Terminal();
  fresh = new Terminal();
  await old.serve();
  const { value } = await old.json(['init', '--yes', '--work-factor', '2']);
  app = { MEMSYNC_TOKEN: String(value['token']) };
});
afterEach(async () => {
  await old.close();
  await fresh.close();
});

async function remember(...texts: string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const text of texts) {
    const { value } = await old.json(['remember', text], { env: app });
    ids.push((value['memories'] as { id: string }[])[0]?.id ?? '');
  }
  return ids;
}

/** Rows without what only says how much time has passed. */
const ageless = (rows: unknown): unknown =>
  (rows as { ageSeconds: number; unvalidatedForSeconds: number }[]).map(({ ageSeconds: _age, unvalidatedForSeconds: _for, ...row }) => row);

const tool = (name: string): boolean => {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn(`${name} is not installed here: what it opens is not tried.`);
    return false;
  }
};

async function exported(...more: string[]): Promise<string> {
  const path = old.path('my.age');
  const { code, value } = await old.json(['export', path, '--work-factor', '2', ...more], { env: SECRET });
  expect({ code, value }).toMatchObject({ code: 0 });
  expect(existsSync(path)).toBe(true);
  return path;
}

it('an owner takes everything to another service, where old tokens work and nothing is fresher', async () => {
  const [nuts = '', porto = ''] = await remember('Allergic to hazelnuts', 'Lives in Porto', 'Plays the cello');
  expect((await old.json(['confirm', nuts, '--yes'])).code).toBe(0);
  expect((await old.json(['retract', porto, '--yes'])).code).toBe(0);
  const rows = (await old.json(['list', '--all'])).value;
  const path = await exported();

  await fresh.serve();
  cpSync(old.path('home'), fresh.path('home'), { recursive: true });
  chmodSync(fresh.path('home'), 0o700);
  const looked = await fresh.json(['import', path, '--dry-run'], { env: SECRET });
  expect(looked).toMatchObject({ code: 0, value: { outcome: 'new', dryRun: true, imported: null } });
  const taken = await fresh.json(['import', path], { env: SECRET });
  expect(taken).toMatchObject({ code: 0, value: { outcome: 'new', imported: { rows: 3, versions: 3, receipts: 0 } } });
  expect(ageless((await fresh.json(['list', '--all'])).value['memories'])).toEqual(ageless(rows['memories']));
  expect((await fresh.json(['retrieve', 'nuts'], { env: app })).code).toBe(0);
  expect(await fresh.json(['import', path], { env: SECRET })).toMatchObject({ code: 0, value: { outcome: 'present', imported: null } });
  expect((await fresh.json(['grant', '--label', 'Another app'])).code).toBe(0);
  expect(await fresh.json(['doctor'])).toMatchObject({ code: 0 });
});

it('age and jq open an export', async () => {
  if (!tool('age') || !tool('jq')) return expect(true).toBe(true);
  await remember('Allergic to hazelnuts', 'Lives in Porto');
  const key = execFileSync('age-keygen', { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const recipient = /public key: (age1\S+)/.exec(key)?.[1] ?? '';
  const path = old.path('to-key.age');
  expect((await old.json(['export', path, '--recipient', recipient])).code).toBe(0);
  const identity = old.path('key.txt');
  writeFileSync(identity, key);
  const plain = execFileSync('age', ['-d', '-i', identity, path], { encoding: 'utf8' });
  const texts = execFileSync('jq', ['-r', 'select(.type == "version") | .text'], { input: plain, encoding: 'utf8' });
  expect(texts.split('\n').sort()).toEqual(['', 'Allergic to hazelnuts', 'Lives in Porto']);
  expect((await old.json(['import', path, '--dry-run', '--identity', identity])).value).toMatchObject({ outcome: 'present' });
  const decrypted = old.path('plain.jsonl');
  writeFileSync(decrypted, plain);
  expect((await old.json(['import', decrypted, '--dry-run'])).value).toMatchObject({ outcome: 'present' });
  expect(JSON.parse(plain.split('\n')[0] ?? '')).toMatchObject({ type: 'readme', format: 'memsync-export/1' });
  expect(readFileSync(path).includes('hazelnuts')).toBe(false);
});

it('an owner with nothing but the root and an export has both again at another service', async () => {
  const [nuts = ''] = await remember('Allergic to hazelnuts');
  expect((await old.json(['confirm', nuts, '--yes'])).code).toBe(0);
  const path = await exported();
  await old.stop();
  await fresh.serve();
  const root = fresh.path('root.age');
  cpSync(old.path('home/root.age'), root);
  expect(await fresh.json(['import', path], { env: SECRET })).toMatchObject({ code: 4, value: { code: 'home_missing' } });
  expect(await fresh.json(['import', path, '--root', root], { env: SECRET })).toMatchObject({ code: 0, value: { outcome: 'new' } });
  const recovered = await fresh.json(['init', '--recover', root, '--yes']);
  expect(recovered).toMatchObject({ code: 0 });
  expect((await fresh.json(['list'])).value['memories']).toMatchObject([{ id: nuts, text: 'Allergic to hazelnuts', tier: 'active' }]);
  expect((await fresh.json(['retract', nuts, '--yes'])).code).toBe(0);
  // From here on folder and service know better than the file; and the folder, where the service does not.
  expect(await fresh.json(['import', path], { env: SECRET })).toMatchObject({ code: 0, value: { outcome: 'present', imported: null } });
  expect((await fresh.json(['list', '--standing', 'retracted'])).value['memories']).toHaveLength(1);
  await fresh.stop();
  for (const name of ['data', 'keys']) rmSync(fresh.path(name), { recursive: true });
  await fresh.serve();
  expect(await fresh.json(['import', path], { env: SECRET })).toMatchObject({ code: 7, value: { code: 'head_not_reached' } });
});
