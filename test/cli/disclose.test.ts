import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Disclosure } from '../../schemas/disclosure.ts';
import { RememberReply } from '../../schemas/memory.ts';
import { Bundle, ReceiptReply } from '../../schemas/receipt.ts';
import { RetrievalReply } from '../../schemas/retrieval.ts';
import type { Questions } from '../../src/cli/questions.ts';
import { Terminal } from './terminal.ts';

const TEXTS = ['No hazelnuts at a picnic', 'Fears wasps at any picnic', 'In rain no \u202e picnic'];

let terminal: Terminal;
let token: string;
let receipt: string;
let tags: string[];
let ids: string[];

beforeAll(async () => {
  terminal = new Terminal();
  await terminal.serve();
  const { value } = await terminal.json(['init', '--yes', '--work-factor', '2'], { spawn: true });
  token = String(value['token']);
  ids = [];
  for (const text of TEXTS) ids.push(RememberReply.parse((await terminal.json(['remember', text], app())).value).memories[0]?.id ?? '');
  await terminal.run(['confirm', ids[0] ?? '', '--yes']);
  const found = RetrievalReply.parse((await terminal.json(['retrieve', 'picnic', '--limit', '10'], app())).value);
  writeFileSync(terminal.path('answer.txt'), 'No hazelnuts.');
  const made = await terminal.json(['receipt', '--retrieval', found.id, '--model', 'm', '--output', terminal.path('answer.txt')], app());
  const reply = ReceiptReply.parse(made.value);
  receipt = reply.id;
  tags = ids.map((id) => reply.rows.find(({ row }) => row === id)?.tag ?? '');
  const keys = await (await fetch(`${terminal.environment['MEMSYNC_URL']}/log/key`)).text();
  writeFileSync(terminal.path('keys.txt'), keys);
});
afterAll(() => terminal.close());

const app = () => ({ env: { MEMSYNC_TOKEN: token } });
const out = (name: string): string => terminal.path(name);
const disclose = (...argv: string[]) => terminal.run(['disclose', receipt, ...argv]);
const verify = (...argv: string[]) => terminal.run(['verify', ...argv, '--key', out('keys.txt')]);
const answering = (yes: boolean, asked: string[]): Questions => {
  const nobody = (): Promise<never> => Promise.reject(new Error('not asked for'));
  return { hidden: nobody, line: nobody, key: nobody, agreed: (prompt) => Promise.resolve(asked.push(prompt) > 0 && yes) };
};

describe('memsync disclose', () => {
  it('says what will be shown before it writes, and writes nothing without a yes', async () => {
    const asked: string[] = [];
    const [tag = ''] = tags;
    const no = await terminal.run(['disclose', receipt, tag, '--out', out('no.json')], { questions: answering(false, asked) });
    expect(no).toMatchObject({ code: 1, stdout: '' });
    expect(asked).toEqual([`Write 1 row to ${out('no.json')}?`]);
    expect(no.stderr).toContain(`"${TEXTS[0]}"`);
    expect(no.stderr.replaceAll('\n', ' ')).toMatch(/It cannot be taken back: .*erasing a row later does not reach it\./);
    expect(no.stderr).toContain('Of the other 2 rows of the receipt: that they were served, and nothing else.');
    for (const other of TEXTS.slice(1)) expect(no.stderr).not.toContain(other.slice(0, 12));
    expect(existsSync(out('no.json'))).toBe(false);
    expect(await disclose(tag, '--out', out('no.json'))).toMatchObject({ code: 2 });
    expect(existsSync(out('no.json'))).toBe(false);
  });

  it('writes a file for its owner alone, which proves itself offline', async () => {
    const done = await disclose(tags[0] ?? '', '--out', out('m.json'), '--yes', '--json');
    expect(JSON.parse(done.stdout)).toEqual({
      receipt,
      file: out('m.json'),
      rows: [{ tag: tags[0], row: ids[0], version: 1 }],
      closed: 2,
    });
    expect(statSync(out('m.json')).mode & 0o777).toBe(0o600);
    const text = readFileSync(out('m.json'), 'utf8');
    expect(Disclosure.parse(JSON.parse(text)).rows.map((row) => row.text)).toEqual([TEXTS[0]]);
    for (const other of [...TEXTS.slice(1), ...ids.slice(1)]) expect(text).not.toContain(other.slice(0, 36));

    // With no service to ask, nor a folder or token.
    const alone = { env: { MEMSYNC_URL: 'http://127.0.0.1:9', MEMSYNC_HOME: out('nowhere') } };
    const shown = await terminal.run(['verify', out('m.json'), '--key', out('keys.txt')], alone);
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expect(shown.stdout).toContain(`Opened: what the rows themselves say\n  [${tags[0]}]`);
    expect(shown.stdout).toContain(`"${TEXTS[0]}"`);
    expect(shown.stdout).toContain(`${tags[0]}: its line says what its row’s commitment holds.`);
    expect(shown.stdout).toMatch(/undisclosed rows: of 2 out of 3 nothing is shown/);
    expect(shown.stdout.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });

  it('joins what several files show, beside a bundle that shows nothing', async () => {
    await terminal.run(['receipts', 'bundle', receipt, '--disclose', 'none', '--out', out('none.json')]);
    const none = readFileSync(out('none.json'), 'utf8');
    expect(Bundle.parse(JSON.parse(none)).disclosures.tags).toEqual([null, null, null]);
    for (const text of TEXTS) expect(none).not.toContain(text.slice(0, 12));
    await disclose(tags[1] ?? '', tags[2] ?? '', '--out', out('two.json'), '--yes');
    const closed = await verify(out('none.json'), '--json');
    expect(closed.code).toBe(0);
    const both = await verify(out('none.json'), '--disclosure', out('m.json'), '--disclosure', out('two.json'), '--json');
    const { ok, rows, unknown } = JSON.parse(both.stdout) as { ok: boolean; rows: { opened: { text: string } }[]; unknown: string[] };
    expect([ok, rows.map((row) => row.opened.text).toSorted()]).toEqual([true, TEXTS.toSorted()]);
    expect(unknown.filter((line) => /^undisclosed rows|^the rows’ own/.test(line))).toEqual([]);
    // What could act on a terminal is escaped, in JSON too.
    const words = await verify(out('two.json'));
    for (const printed of [both.stdout, words.stdout]) expect(printed).not.toContain('\u202e');
    expect(words.stdout).toContain('\\u202e');
  });

  it('does not pass off one text for another', async () => {
    const text = readFileSync(out('m.json'), 'utf8');
    writeFileSync(out('bent.json'), text.replaceAll('hazelnuts', 'walnuts'));
    const bent = await verify(out('bent.json'));
    expect(bent).toMatchObject({ code: 1, stdout: expect.stringContaining('This does not hold.') });
    expect(bent.stdout).not.toContain('Opened:');
    const beside = await verify(out('none.json'), '--disclosure', out('bent.json'), '--json');
    expect(beside.code).toBe(1);
    expect(JSON.parse(beside.stdout)).toMatchObject({ ok: false, failures: [{ code: 'disclosure_mismatch' }] });
    expect(await verify(out('none.json'), '--disclosure', out('keys.txt'))).toMatchObject({ code: 1 });
    expect(await verify(out('none.json'), '--disclosure', out('nothing.json'))).toMatchObject({ code: 2 });
  });

  it('refuses tags that are none, and opens an app its own receipts', async () => {
    for (const wrong of ['1', 'm0', 'all']) expect(await disclose(wrong, '--out', out('x.json'), '--yes')).toMatchObject({ code: 2 });
    expect(await terminal.json(['disclose', receipt, 'm9', '--out', out('x.json'), '--yes'])).toMatchObject({
      value: { code: 'memory_unknown' },
    });
    expect(await terminal.json(['receipts', 'bundle', receipt, '--disclose', 'some'])).toMatchObject({ code: 2, value: { code: 'usage' } });
    const own = { env: { MEMSYNC_TOKEN: token, MEMSYNC_HOME: out('nowhere') } };
    expect(await terminal.run(['disclose', receipt, 'm1', '--out', out('own.json'), '--yes'], own)).toMatchObject({ code: 0 });
    expect(existsSync(out('x.json'))).toBe(false);
  });

  it('has nothing to open once a row is erased; what was handed over proves itself all the same', async () => {
    expect((await terminal.run(['erase', ids[0] ?? '', '--yes'])).code).toBe(0);
    const gone = await terminal.json(['disclose', receipt, tags[0] ?? '', '--out', out('late.json'), '--yes']);
    expect(gone).toMatchObject({ value: { code: 'memory_erased' } });
    expect(existsSync(out('late.json'))).toBe(false);
    expect(await verify(out('m.json'))).toMatchObject({ code: 0, stdout: expect.stringContaining(`"${TEXTS[0]}"`) });
  });
});
