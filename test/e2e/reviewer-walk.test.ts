import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BIN, Terminal } from '../cli/terminal.ts';

/** The guide's chapter, which is walked here as a compliance reviewer would. */
const GUIDE = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'guide.md'), 'utf8');
const CHAPTER = /^### Reviewing an answer\n[\s\S]*?(?=^### )/m.exec(GUIDE)?.[0] ?? '';
const README = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8');
const blocks = (language: string): string[] =>
  Array.from(CHAPTER.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'gm')), ([, block]) => block ?? '');
/** Every command of the chapter, a line each, in order. */
const COMMANDS = blocks('sh').flatMap((block) => block.trim().split('\n'));

const MODEL = 'the weights of a model, or what stands for them here';
const APPROVED = createHash('sha256').update(MODEL).digest('hex');
const SALT = 'ab'.repeat(32);

const terminal = new Terminal();
const file = (name: string) => terminal.path(name);
const tried = new Set<string>();
const ids: Record<string, string> = {};
let app: Record<string, string>;
let anna: Record<string, string>;
let ben: Record<string, string>;

interface Printed {
  readonly code: number;
  /** What was printed, and the same with every run of white space as one blank. */
  readonly text: string;
  readonly flat: string;
}

/** Runs the one command of the chapter that begins so, as it stands there, in a shell. */
async function walk(start: string, env: Record<string, string>): Promise<Printed> {
  const [line, ...more] = COMMANDS.filter((command) => command.startsWith(start));
  if (line === undefined || more.length > 0) throw new Error(`the chapter has ${more.length} other commands like: ${start}`);
  tried.add(line);
  const options = { cwd: terminal.folder, env: { ...terminal.environment, ...env, ...ids, NO_COLOR: '1' } };
  const script = line.replaceAll('dec_…', ids['HALF'] ?? 'dec_…');
  const { code, stdout, stderr } = await promisify(execFile)('bash', ['--norc', '-c', script], options).then(
    (ran) => ({ code: 0, ...ran }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
  const text = `${stderr}${stdout}`;
  return { code, text, flat: text.replaceAll(/\s+/g, ' ') };
}

/** An answer to the question, with what the app knows of it then. */
async function answered(turn: number, provider: string, evidence?: object): Promise<string> {
  const asked = { method: 'POST', headers: { authorization: `Bearer ${app['MEMSYNC_TOKEN']}`, 'content-type': 'application/json' } };
  const { value: served } = await terminal.json(['retrieve', 'Are there hazelnuts in the praline?'], { env: app });
  const body = {
    retrievalId: served['id'],
    model: { label: 'house-model', provider, artifact: { sha256: APPROVED } },
    output: { text: 'Better not: you are allergic to hazelnuts [m1].' },
    conversation: { thread: 'sweets', turn },
    evidence,
  };
  const reply = await fetch(`${terminal.environment['MEMSYNC_URL']}/v1/receipts`, { ...asked, body: JSON.stringify(body) });
  if (!reply.ok) throw new Error(await reply.text());
  const { id } = (await reply.json()) as { id: string };
  return id;
}

/** What the app, or the owner, does meanwhile; its answer. */
async function meanwhile(...argv: string[]): Promise<Record<string, unknown>> {
  const { code, value } = await terminal.json(argv, { env: argv[0] === 'confirm' || argv[0] === 'grant' ? {} : app });
  if (code !== 0) throw new Error(`memsync ${argv.join(' ')}: ${JSON.stringify(value)}`);
  return value;
}

beforeAll(async () => {
  await terminal.serve();
  // What the guide calls `npx memsync`, and what sends an answer out.
  mkdirSync(file('bin'));
  writeFileSync(file('bin/npx'), `#!/bin/sh\nshift\nexec '${process.execPath}' '${BIN}' "$@"\n`);
  writeFileSync(file('bin/publish'), '#!/bin/sh\ncp "$1" published.txt\n');
  for (const name of ['npx', 'publish']) chmodSync(file(`bin/${name}`), 0o755);
  terminal.environment['PATH'] = `${file('bin')}:${terminal.environment['PATH'] ?? ''}`;

  const { value } = await terminal.json(['init', '--yes', '--work-factor', '2']);
  app = { MEMSYNC_TOKEN: String(value['token']), MEMSYNC_HOME: file('none') };
  const { memories } = (await meanwhile('remember', 'Allergic to hazelnuts', '--category', 'health', '--kind', 'user_stated')) as {
    memories: [{ id: string }];
  };
  ids['ROW'] = memories[0].id;
  ids['LAST'] = await answered(1, 'north');
  ids['RECEIPT'] = await answered(2, 'south', {
    external_data: {
      kind: 'external-items',
      items: [
        {
          decision: 'admitted',
          source: 'https://sweets.example/praline',
          fetchedAt: new Date(Date.now() - 3_600_000).toISOString(),
          path: 'plain',
          content: { salt: SALT, digest: 'cd'.repeat(32) },
        },
        {
          decision: 'refused',
          reason: 'not on the list',
          source: 'https://elsewhere.example/rumour',
          fetchedAt: new Date(Date.now() - 60_000).toISOString(),
          path: 'plain',
          content: { salt: SALT, digest: 'ce'.repeat(32) },
        },
      ],
    },
    payment: { kind: 'invoice-note', amount: '0.02', asset: 'USD' },
  });
  writeFileSync(file('model.bin'), MODEL);
  writeFileSync(file('answer.txt'), 'Better not.');
  writeFileSync(file('release.json'), (blocks('json')[0] ?? '').replace('5e8f…', APPROVED));
  const keys = await fetch(`${terminal.environment['MEMSYNC_URL']}/log/key`);
  writeFileSync(file('keys.txt'), await keys.text());
}, 120_000);
afterAll(() => terminal.close());

describe('a compliance reviewer, with the guide, a token and a bundle', () => {
  it('is led there by the README', () => {
    expect(README).toMatch(/\(docs\/guide\.md#reviewing-an-answer\)/);
    expect(CHAPTER.length).toBeGreaterThan(1000);
  });

  it('gets a desk, a key and a token', { timeout: 180_000 }, async () => {
    const annas = { MEMSYNC_HOME: file('anna'), MEMSYNC_PASSPHRASE: 'anna’s own' };
    for (const start of ['npx memsync reviewer init', 'npx memsync desk make', 'npx memsync desk add'])
      expect(await walk(start, annas), start).toMatchObject({ code: 0 });
    expect((await walk('npx memsync desk show', annas)).text).toContain(readFileSync(file('anna.key'), 'utf8').trim());
    anna = { ...annas, MEMSYNC_TOKEN: readFileSync(file('anna.token'), 'utf8').trim() };
    const bens = { MEMSYNC_HOME: file('ben') };
    const { value: made } = await terminal.json(['reviewer', 'init', '--yes', '--work-factor', '2'], { env: bens });
    const { value } = await terminal.json(['desk', 'add', 'releases', '--reviewer', 'ben', '--key', String(made['key'])]);
    ben = { ...bens, MEMSYNC_TOKEN: String(value['token']) };
  });

  it('finds the answer held before a gate that says what is missing', { timeout: 180_000 }, async () => {
    const opened = await walk('npx memsync case open', app);
    expect(opened).toMatchObject({ code: 0 });
    ids['CASE'] = /cse_[0-9a-f]{32}/.exec(opened.text)?.[0] ?? '';
    ids['SHUT'] = String((await meanwhile('case', 'open', ids['RECEIPT'] ?? '', '--gate', file('release.json')))['id']);
    const gate = await walk('npx memsync case gate "$CASE" &&', app);
    expect(gate.code).toBe(8);
    expect(gate.flat).toMatch(/Shut\. \/require\/0: .*model.*\/require\/2: .*m1/);
    expect(() => readFileSync(file('published.txt'))).toThrow('ENOENT');
  });

  it('overrides a gate only with a second reviewer', { timeout: 180_000 }, async () => {
    const first = await walk('npx memsync case decide "$SHUT" clear --reason "The fair opens today."', anna);
    expect(first).toMatchObject({ code: 0, text: expect.stringContaining('once a second reviewer signs') });
    ids['HALF'] = /Signed: (dec_[0-9a-f]{32})/.exec(first.text)?.[1] ?? '';
    const second = await walk('npx memsync case decide "$SHUT" clear --reason "I have read the draft."', ben);
    expect(second).toMatchObject({ code: 0, text: expect.stringContaining('The case is clear') });
    expect(await terminal.json(['case', 'gate', ids['SHUT'] ?? ''], { env: app })).toMatchObject({ code: 8, value: { overridden: true } });
  });

  it('holds it, and clears it once the evidence is there', { timeout: 180_000 }, async () => {
    const held = await walk('npx memsync case decide "$CASE" hold', anna);
    expect(held).toMatchObject({ code: 0 });
    expect(held.flat).toMatch(/To be signed by anna: HOLD .*SHUT.*model asserted.*Signed: dec_[0-9a-f]{32}\. The case is on hold\./);
    const early = await terminal.json(['case', 'decide', ids['CASE'] ?? '', 'clear', '--reason', 'Soon.', '--yes'], { env: anna });
    expect(early).toMatchObject({ code: 6, value: { code: 'gate_not_open' } });
    await meanwhile('confirm', ids['ROW'] ?? '', '--yes');
    await meanwhile('evidence', 'add', ids['RECEIPT'] ?? '', 'model', '--bytes', file('model.bin'));
    expect(await terminal.json(['case', 'gate', ids['CASE'] ?? ''], { env: app })).toMatchObject({ code: 0 });
    const cleared = await walk('npx memsync case decide "$CASE" clear', anna);
    expect(cleared).toMatchObject({ code: 0 });
    expect(cleared.flat).toMatch(/To be signed by anna: CLEAR .* Signed: dec_[0-9a-f]{32}\. The case is clear\./);
  });

  it('asks of it what a reviewer asks, a command a question', { timeout: 180_000 }, async () => {
    // What came after the decision: a doubt about the row, and another artefact under the same answer.
    const doubter = await meanwhile('grant', 'doubter', '--can', 'contest', '--can', 'retrieve');
    await terminal.json(['contest', ids['ROW'] ?? ''], { env: { ...app, MEMSYNC_TOKEN: String(doubter['token']) } });
    await meanwhile('evidence', 'add', ids['RECEIPT'] ?? '', 'model', '--kind', 'model-artifact', '--set', `sha256=${'00'.repeat(32)}`);
    await meanwhile('receipts', 'bundle', ids['RECEIPT'] ?? '', '--out', file('receipt.json'));
    await meanwhile('receipts', 'bundle', ids['LAST'] ?? '', '--out', file('last.json'));

    const rows = await walk('npx memsync verify receipt.json', anna);
    expect(rows.flat).toMatch(
      new RegExp(`\\[m1\\] active, user_stated, (?:moments|\\d+ \\w+) old then, .*never confirmed by the owner.*${ids['ROW']}, version 1`),
    );
    const claims = await walk('npx memsync claims receipt.json', anna);
    expect(claims.text.replaceAll(/\s/g, '')).toContain(APPROVED);
    expect(claims.flat).toMatch(/https:\/\/sweets\.example\/praline/);
    expect(claims.flat).toMatch(/https:\/\/elsewhere\.example\/rumour/);
    expect(claims.flat).toMatch(/payment.*asserted.*(?:does not prove|Does not prove).*paid is not proved/);
    const providers = await walk('npx memsync diff last.json', anna);
    expect(providers.flat).toMatch(/provider.*north.*south/);

    const shown = await walk('npx memsync case show "$CASE"  ', anna);
    expect(shown.code).toBe(0);
    expect(shown.flat).toMatch(/: HOLD, reopened 1 time Judgement: not assessed\./);
    expect(shown.flat).toMatch(/let through by nobody now \(reopened .*, as model failed\); before, by anna, .*, with the gate open/);
    expect(shown.flat).toMatch(new RegExp(`on what proof then: model \\(verified then\\), ${ids['ROW']}`));
    expect(shown.flat).toMatch(/leaned on m1 \(contested now\): cited, of 1 row served/);
    expect(shown.flat).toMatch(/model failed asserted at issue → verified \d\d:\d\d → failed \d\d:\d\d/);
    expect(shown.text.split('\n').length).toBeLessThanOrEqual(60);

    const whole = await walk('npx memsync case show "$CASE" --all', anna);
    expect(whole.flat).toMatch(/clear by anna; signature holds; gate open > The approved model; m1 is confirmed\. /);
    expect(whole.flat).toMatch(
      /saw the log at \d+ entries, the gate open; verified memory, model, output; asserted external_data, payment, route/,
    );
    expect(whole.flat).toMatch(/since then: model was verified and is failed; the gate is SHUT now/);
    expect(whole.flat).toMatch(/#\d+ [-0-9: ]+ reopened/);

    const now = await walk('npx memsync case gate "$CASE"  ', anna);
    expect(now).toMatchObject({ code: 8, text: expect.stringMatching(/^Shut\.\n/) });
  });

  it('takes the case along, and convinces somebody who trusts nobody', { timeout: 180_000 }, async () => {
    expect(await walk('npx memsync case bundle', anna)).toMatchObject({ code: 0 });
    const { value } = await terminal.json(['reviewer', 'show'], { env: ben });
    writeFileSync(file('ben.key'), `${String(value['key'])}\n`);
    const held = await walk('npx memsync verify case.json', { MEMSYNC_HOME: file('nobody') });
    expect(held).toMatchObject({ code: 0 });
    expect(held.flat).toMatch(/clear by anna/i);
    expect(held.flat).toMatch(/The approved model; m1 is confirmed\./);
    // By somebody else's key it is nothing that anna has decided.
    const other = await terminal.json(['verify', file('case.json'), '--key', file('keys.txt'), '--reviewer', file('ben.key')]);
    expect(other).toMatchObject({ value: { code: 'key_untrusted' } });
    expect(other.code).not.toBe(0);
  });

  it('works through the queue', { timeout: 180_000 }, async () => {
    expect((await walk('npx memsync case list --reopened', anna)).text).toMatch(new RegExp(`${ids['CASE']} {2}hold .*\\n {2}REOPENED`));
    expect((await walk('npx memsync case list --decided-before-proof', anna)).text).toMatch(
      new RegExp(`${ids['SHUT']} {2}hold .*\\n {2}REOPENED, DECIDED BEFORE PROOF`),
    );
    expect(await walk('npx memsync case handover', anna)).toMatchObject({ code: 0, text: 'ben has the case now.\n' });
    expect((await walk('npx memsync case list --state hold --assigned me', ben)).text).toContain(ids['CASE']);
  });

  it('has run every command of the chapter', () => {
    expect(COMMANDS.filter((command) => !tried.has(command))).toEqual([]);
    expect(COMMANDS.length).toBeGreaterThan(15);
  });
});
