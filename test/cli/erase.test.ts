import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Certificate } from '../../schemas/certificate.ts';
import { RememberReply } from '../../schemas/memory.ts';
import type { Questions } from '../../src/cli/questions.ts';
import { Terminal } from './terminal.ts';

let terminal: Terminal;
let token: string;

beforeAll(async () => {
  terminal = new Terminal();
  await terminal.serve();
  token = String((await terminal.json(['init', '--yes', '--work-factor', '2'])).value['token']);
});
afterAll(() => terminal.close());

async function remembered(text: string, env: Record<string, string> = { MEMSYNC_TOKEN: token }): Promise<string> {
  const { value } = await terminal.json(['remember', text, '--kind', 'user_stated'], { env });
  return RememberReply.parse(value).memories[0]?.id ?? '';
}

/** Somebody who types these lines, and says yes to what can be answered so. */
function typing(...lines: string[]): Questions & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    hidden: () => Promise.reject(new Error('the passphrase is in the environment')),
    agreed: (question) => Promise.resolve(asked.push(question) > 0),
    line: (question) => Promise.resolve(asked.push(question) > 0 ? (lines.shift() ?? '') : ''),
    key: () => Promise.resolve('q'),
  };
}

const keys = async (): Promise<string> => {
  const text = await (await fetch(`${terminal.environment['MEMSYNC_URL']}/log/key`)).text();
  writeFileSync(terminal.path('keys.txt'), text);
  return terminal.path('keys.txt');
};

it('erases rows after a plain warning and a yes; the certificate is in a file that `verify` checks', async () => {
  const [a, b, kept] = [await remembered('Lives in Porto'), await remembered('Plays chess'), await remembered('Likes tea')];
  writeFileSync(terminal.path('ids.txt'), `${b}\n`);
  const questions = typing();
  const file = terminal.path('erased.json');
  const ran = await terminal.run(['erase', a, '--file', terminal.path('ids.txt'), '--certificate', file], { questions });
  expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('Erased 2 rows (2 versions), gone from the disk') });
  for (const said of ['for good', 'old backups', 'what apps have read', 'Lives in Porto']) expect(ran.stderr).toContain(said);
  expect(questions.asked).toEqual(['Erase 2 rows for good?']);
  expect(Certificate.safeParse(JSON.parse(readFileSync(file, 'utf8'))).success).toBe(true);
  const checked = await terminal.run(['verify', file, '--key', await keys()]);
  expect(checked).toMatchObject({ code: 0, stdout: expect.stringContaining('rows: 2 rows, 2 versions') });
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"payload": "(.{20})./, '"payload": "$1X'));
  expect((await terminal.run(['verify', file, '--key', await keys()])).code).not.toBe(0);
  const { value } = await terminal.json(['list']);
  expect((value['memories'] as { id: string }[]).map(({ id }) => id)).toEqual([kept]);
  expect((await terminal.run(['show', a])).stderr).toContain('The owner has erased this row');
});

it('has the name of a collection typed, and does nothing for another one', async () => {
  await terminal.json(['collection', 'add', 'work']);
  const { value } = await terminal.json(['grant', 'Planner', '--collection', 'work', '--can', 'remember,list']);
  const env = { MEMSYNC_TOKEN: String(value['token']) };
  const id = await remembered('Works at Brightwell', env);
  const [wrong, right] = [typing('Work'), typing('work')];
  expect(await terminal.run(['erase', '--collection', 'work'], { questions: wrong })).toMatchObject({ code: 1 });
  expect((await terminal.json(['show', id])).code).toBe(0);
  expect(await terminal.run(['erase', '--collection', 'work'], { questions: right })).toMatchObject({ code: 0 });
  expect(right.asked).toEqual([expect.stringContaining('“work”')]);
  expect((await terminal.json(['show', id])).code).not.toBe(0);
  expect((await terminal.run(['list'])).stdout).not.toContain('Brightwell');
  expect((await terminal.run(['erase', '--collection', 'play'], { questions: typing('play') })).code).not.toBe(0);
});

it('takes one of rows, a collection and the vault; nothing is done where the asking is refused', async () => {
  const id = await remembered('Sings in a choir');
  for (const argv of [[], [id, '--vault'], ['--collection', 'default', '--vault']]) {
    expect((await terminal.run(['erase', ...argv, '--yes'])).code).toBe(2);
  }
  const no: Questions = { ...typing(), agreed: () => Promise.resolve(false) };
  expect((await terminal.run(['erase', id], { questions: no })).stdout).not.toContain('Erased');
  expect((await terminal.json(['show', id])).code).toBe(0);
});

it('the whole vault goes at the word “everything”, and says so to whoever comes after', async () => {
  const file = terminal.path('all.json');
  expect(await terminal.run(['erase', '--vault'], { questions: typing('yes') })).toMatchObject({ code: 1 });
  const { code, value } = await terminal.json(['erase', '--vault', '--yes', '--certificate', file]);
  expect(code).toBe(0);
  expect(value).toMatchObject({ erased: { scope: 'vault' }, certificate: { kind: 'erasure' } });
  expect(existsSync(file)).toBe(true);
  expect((await terminal.run(['verify', file, '--key', await keys()])).stdout).toContain('vault: ');
  const after = await terminal.run(['list']);
  expect(after.code).not.toBe(0);
  expect(after.stderr).toContain('The owner has erased this vault');
});
