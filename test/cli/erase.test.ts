import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIMITS } from '../../schemas/limits.ts';
import { RememberReply } from '../../schemas/memory.ts';
import type { Questions } from '../../src/cli/questions.ts';
import { MemSyncClient } from '../../src/sdk/client.ts';
import { Terminal } from './terminal.ts';

let terminal: Terminal;
let token: string;

beforeAll(async () => {
  terminal = new Terminal();
  await terminal.serve();
  token = String((await terminal.json(['init', '--yes', '--work-factor', '2'])).value['token']);
});
afterAll(() => terminal.close());

async function remembered(text: string, ...options: string[]): Promise<string> {
  const { value } = await terminal.json(['remember', text, ...options], { env: { MEMSYNC_TOKEN: token } });
  return RememberReply.parse(value).memories[0]?.id ?? '';
}

async function listed(): Promise<string[]> {
  const { value } = await terminal.json(['list', '--all']);
  return (value['memories'] as { id: string }[]).map(({ id }) => id);
}

/** Somebody who answers what is asked with these, one after the other; what was asked is kept. */
function answering(...answers: (string | boolean)[]): Questions & { readonly asked: string[] } {
  const asked: string[] = [];
  const next = (question: string): string | boolean => {
    asked.push(question);
    return answers.shift() ?? false;
  };
  return {
    asked,
    hidden: (question) => Promise.resolve(String(next(question))),
    agreed: (question) => Promise.resolve(next(question) === true),
    line: (question) => Promise.resolve(String(next(question))),
    key: (question) => Promise.resolve(String(next(question))),
  };
}

async function verified(path: string): Promise<Record<string, unknown>> {
  const keys = terminal.path('keys.txt');
  writeFileSync(keys, await (await fetch(`${String(terminal.environment['MEMSYNC_URL'])}/log/key`)).text());
  const { code, value } = await terminal.json(['verify', terminal.path(path), '--key', keys]);
  expect(code).toBe(0);
  const refused = await terminal.json(['verify', terminal.path(path), '--key', keys, '--vault', '0'.repeat(64)]);
  expect(refused.value).toMatchObject({ code: 'receipt_mismatch' });
  expect((await terminal.run(['verify', terminal.path(path), '--key', keys, '--output', keys])).code).toBe(2);
  const { stdout } = await terminal.run(['verify', terminal.path(path), '--key', keys]);
  expect(stdout).toMatch(/\nNot known\n {2}- unwitnessed: [^]*\n {2}- the keys: no root [^]*\n {2}- the vault: you named none/);
  return value['predicate'] as Record<string, unknown>;
}

describe('rows', () => {
  it('go on a yes, shown first; the certificate is kept, and verifies', async () => {
    const [kept, gone] = [await remembered('Plays the cello'), await remembered('Is allergic to hazelnuts')];
    const no = await terminal.run(['erase', gone], { questions: answering(false) });
    expect(no).toMatchObject({ code: 1, stderr: expect.stringContaining('Nothing was done') });
    expect(await listed()).toContain(gone);
    const asked = answering(true);
    const yes = await terminal.run(['erase', gone, '--certificate', terminal.path('one.json')], { questions: asked });
    expect(yes.code).toBe(0);
    expect(asked.asked).toEqual(['Erase 1 row for good?']);
    // Before anything is signed: what goes, and what it does not reach.
    for (const said of ['Is allergic to hazelnuts', 'for good', 'what apps have read', 'old backups']) expect(yes.stderr).toContain(said);
    expect(yes.stdout).toMatch(/^Erased 1 row \(1 version\), gone from the disk\. Certificate crt_[0-9a-f]{32}\./);
    expect(await verified('one.json')).toMatchObject({ scope: 'rows', rows: [gone], counts: { rows: 1, versions: 1 } });
    expect(await listed()).toEqual([kept]);
    const shown = await terminal.run(['show', gone]);
    expect(shown).toMatchObject({ code: 4, stderr: expect.stringContaining('erased') });
  });

  it('come from a file or a pipe; those that are gone already are passed over, those that never were are not', async () => {
    const ids = [await remembered('Has a dog'), await remembered('Has a cat'), await remembered('Has a fish')];
    writeFileSync(terminal.path('ids.txt'), ids.slice(0, 2).join('\n'));
    expect((await terminal.json(['erase', '--file', terminal.path('ids.txt'), '--yes'])).value['erased']).toMatchObject({ rows: 2 });
    const again = await terminal.spawn(['erase', '--file', '-', '--yes', '--json'], { input: ids.join('\n') });
    expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('2 rows of these are erased already') });
    expect(JSON.parse(again.stdout)).toMatchObject({ erased: { scope: 'rows', rows: 1, versions: 1 } });
    const all = await terminal.run(['erase', ...ids, '--yes']);
    expect(all).toMatchObject({ code: 4, stderr: expect.stringContaining('erased already') });
    const typo = await terminal.run(['erase', 'mem_'.padEnd(36, '0'), '--yes']);
    expect(typo).toMatchObject({ code: 4, stderr: expect.stringContaining('There is no row') });
  });

  it('that do not open are erased all the same', async () => {
    const [whole, damaged] = [await remembered('Sings in a choir'), await remembered('Swims on Mondays')];
    const db = new Database(terminal.path('data/memsync.db'));
    db.prepare('UPDATE versions SET sealed_text = zeroblob(length(sealed_text)) WHERE row_id = ?').run(
      Buffer.from(damaged.slice(4), 'hex'),
    );
    db.close();
    const ran = await terminal.run(['erase', whole, damaged, '--yes']);
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('Erased 2 rows') });
    expect(ran.stderr).toContain(`does not open: ${damaged}`);
    expect(await listed()).not.toContain(whole);
  });

  it('more than ten thousand take two events, each with its certificate', async () => {
    const client = new MemSyncClient({ url: String(terminal.environment['MEMSYNC_URL']), token });
    const ids: string[] = [];
    while (ids.length <= LIMITS.eventRows) {
      const size = Math.min(LIMITS.batchRows, LIMITS.eventRows + 1 - ids.length);
      const memories = Array.from({ length: size }, (_, i) => ({ text: `Wrote down the number ${ids.length + i}` }));
      ids.push(...(await client.remember({ memories })).memories.map(({ id }) => id));
    }
    writeFileSync(terminal.path('many.txt'), ids.join('\n'));
    const argv = ['erase', '--file', terminal.path('many.txt'), '--yes', '--json', '--certificate', terminal.path('many.json')];
    const { stdout, stderr } = await terminal.run(argv);
    expect(JSON.parse(stdout)).toMatchObject({
      erased: { rows: LIMITS.eventRows + 1 },
      certificates: [{ id: expect.any(String) }, { id: expect.any(String) }],
    });
    expect(stderr).toContain('Erasing: 2 of 2 parts');
    expect(await verified('many.json')).toMatchObject({ counts: { rows: LIMITS.eventRows } });
    expect(await verified('many.2.json')).toMatchObject({ counts: { rows: 1 }, rows: [ids.at(-1)] });
  }, 180_000);
});

it('one thing at a time, and nothing by mistake', async () => {
  for (const argv of [['erase'], ['erase', '--vault', '--collection', 'default'], ['erase', '--vault', '--status']])
    expect(await terminal.run(argv)).toMatchObject({ code: 2, stderr: expect.stringContaining('one of the three') });
  expect((await terminal.run(['erase', '--collection', 'nothing', '--yes'])).code).not.toBe(0);
});

it('a collection goes once its name is typed, with its key', async () => {
  await terminal.json(['collection', 'add', 'work']);
  const granted = await terminal.json(['grant', 'At work', '--collection', 'work']);
  const work = { env: { MEMSYNC_TOKEN: String(granted.value['token']) } };
  const { value } = await terminal.json(['remember', 'Works at Brightwell', '--collection', 'work'], work);
  const [row] = RememberReply.parse(value).memories;
  const wrong = await terminal.run(['erase', '--collection', 'work'], { questions: answering('yes') });
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('Nothing was done') });
  expect((await terminal.run(['show', row?.id ?? ''])).code).toBe(0);
  const asked = answering('work');
  const ran = await terminal.run(['erase', '--collection', 'work', '--certificate', terminal.path('work.json')], { questions: asked });
  expect(asked.asked).toEqual(['To erase the collection “work”, type work: ']);
  expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('Erased 1 row (1 version)') });
  expect(await verified('work.json')).toMatchObject({ scope: 'collection', rows: [], counts: { rows: 1 } });
  expect((await terminal.run(['retrieve', 'Brightwell'], work)).stdout).not.toContain('Brightwell');
  expect((await terminal.run(['remember', 'Works elsewhere', '--collection', 'work'], work)).code).toBe(4);
  // The rest of the vault is as it was: it is listed, and more is remembered.
  const more = await remembered('Lives in Porto');
  expect(await listed()).toContain(more);
});

it('what has been erased is on record, and the last certificate can be had again', async () => {
  const { value } = await terminal.json(['erase', '--status', '--certificate', terminal.path('again.json')]);
  expect(value).toMatchObject({
    pending: 0,
    erasures: expect.arrayContaining([{ id: expect.any(String), kind: 'erasure', at: expect.any(String) }]),
  });
  expect(readFileSync(terminal.path('again.json'), 'utf8')).toBe(readFileSync(terminal.path('work.json'), 'utf8'));
  expect((await terminal.run(['erase', '--status'])).stdout).toContain('CERTIFICATE');
});

it('the whole vault goes once “everything” is typed; its certificate is still to be had', async () => {
  const wrong = await terminal.run(['erase', '--vault'], { questions: answering('y') });
  expect(wrong.code).toBe(1);
  const rows = (await listed()).length;
  const asked = answering('everything');
  const ran = await terminal.run(['erase', '--vault', '--certificate', terminal.path('vault.json')], { questions: asked });
  expect(asked.asked).toEqual(['To erase the whole vault, type everything: ']);
  expect(ran.code).toBe(0);
  expect(await verified('vault.json')).toMatchObject({ scope: 'vault', counts: { rows } });
  expect(await terminal.run(['list'])).toMatchObject({ code: expect.any(Number), stderr: expect.stringContaining('erased this vault') });
  const later = await terminal.run(['erase', '--status', '--certificate', terminal.path('later.json')]);
  expect(later.code).toBe(0);
  expect(existsSync(terminal.path('later.json'))).toBe(true);
  expect(await verified('later.json')).toMatchObject({ scope: 'vault' });
});
