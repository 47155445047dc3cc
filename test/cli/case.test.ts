import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Terminal } from './terminal.ts';

const terminal = new Terminal();
const file = (name: string) => terminal.path(name);
/** A release gate that an answer can meet from the start, but for its rows. */
const GATE = { gate: 'release', version: 1, require: [{ claim: 'output' }, { memory: 'active_validated', withinDays: 30 }] };

let app: { MEMSYNC_TOKEN: string };
let receipt: string;
const reviewers: Record<string, Record<string, string>> = {};

const as = (name: string, ...argv: string[]) => terminal.json(argv, { env: reviewers[name] ?? app });
const said = (name: string, ...argv: string[]) => terminal.run(argv, { env: reviewers[name] ?? app });

async function answered(): Promise<string> {
  const { value: served } = await terminal.json(['retrieve', 'hazelnuts'], { env: app });
  writeFileSync(file('answer.txt'), 'Better not [m1].');
  const made = ['receipt', '--retrieval', String(served['id']), '--model', 'm', '--provider', 'north', '--output', file('answer.txt')];
  const { value } = await terminal.json([...made, '--thread', 'sweets', '--turn', '1'], { env: app });
  return String(value['id']);
}

async function opened(gate: object = GATE): Promise<string> {
  writeFileSync(file('gate.json'), JSON.stringify(gate));
  const { code, value } = await as('app', 'case', 'open', receipt, '--gate', file('gate.json'), '--note', 'For Friday.');
  expect([code, value]).toMatchObject([0, { state: 'hold', receipt }]);
  return String(value['id']);
}

/** The service as somebody in between hands it on: the first answer to a decision is lost, and what `change` makes of cases is shown. */
async function between(change: (body: string) => string = (body) => body): Promise<{ url: string; decisions: number; close: () => void }> {
  const seen = { url: '', decisions: 0, close: () => void server.close() };
  const server = createServer((request, response) => {
    void (async () => {
      const body = Buffer.concat(await request.toArray()).toString();
      const headers = Object.entries(request.headers).filter(([name]) => /^(?:authorization|content-type|idempotency-key)$/.test(name));
      const answer = await fetch(`${terminal.environment['MEMSYNC_URL']}${request.url}`, {
        method: request.method ?? 'GET',
        headers: headers.map(([name, value]): [string, string] => [name, String(value)]),
        body: body === '' ? null : body,
      });
      if (request.url?.endsWith('/decision') === true && ++seen.decisions === 1) {
        request.socket.destroy();
        return;
      }
      const type = answer.headers.get('content-type') ?? 'application/json';
      response.writeHead(answer.status, { 'content-type': type }).end(change(await answer.text()));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  seen.url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  return seen;
}

beforeAll(async () => {
  await terminal.serve();
  const { value } = await terminal.json(['init', '--yes', '--work-factor', '2']);
  app = { MEMSYNC_TOKEN: String(value['token']) };
  await terminal.json(['remember', 'Allergic to hazelnuts', '--category', 'health'], { env: app });
  receipt = await answered();
  await terminal.json(['desk', 'make', 'releases']);
  for (const name of ['anna', 'ben']) {
    const env = { MEMSYNC_HOME: file(`home-${name}`) };
    const { value: made } = await terminal.json(['reviewer', 'init', '--yes', '--work-factor', '2'], { env });
    const added = await terminal.json(['desk', 'add', 'releases', '--reviewer', name, '--key', String(made['key'])]);
    reviewers[name] = { ...env, MEMSYNC_TOKEN: String(added.value['token']) };
  }
});
afterAll(() => terminal.close());

describe('memsync case', () => {
  it('opens a case over an answer, and lists it to those whose it is', async () => {
    const id = await opened();
    for (const name of ['app', 'anna']) expect(await as(name, 'case', 'list')).toMatchObject({ code: 0, value: { cases: [{ id }] } });
    expect((await said('anna', 'case', 'list', '--state', 'hold')).stdout).toMatch(
      new RegExp(`${id} {2}hold {3}just now .*releases, nobody’s`),
    );
    expect(await as('anna', 'case', 'list', '--state', 'clear')).toMatchObject({ value: { cases: [] } });
    expect((await said('anna', 'case', 'list', '--reopened')).stdout).toBe('No cases.\n');
    expect(await as('anna', 'case', 'show', `cse_${'00'.repeat(16)}`)).toMatchObject({ code: 4, value: { code: 'case_unknown' } });
  });

  it('refuses a policy that does not read, before anything is sent', async () => {
    for (const gate of [
      { ...GATE, require: [] },
      { ...GATE, version: 0 },
      { ...GATE, paid: true },
      { ...GATE, require: [{ claim: 'Output!' }] },
    ]) {
      writeFileSync(file('bent.json'), JSON.stringify(gate));
      expect(await as('app', 'case', 'open', receipt, '--gate', file('bent.json'))).toMatchObject({
        code: 1,
        value: { code: 'gate_malformed' },
      });
    }
    writeFileSync(file('bent.json'), '{');
    expect(await as('app', 'case', 'open', receipt, '--gate', file('bent.json'))).toMatchObject({ value: { code: 'json_invalid' } });
    writeFileSync(file('bent.json'), JSON.stringify({ ...GATE, require: [{ claim: 'vibes' }] }));
    expect(await as('app', 'case', 'open', receipt, '--gate', file('bent.json'))).toMatchObject({ value: { code: 'gate_malformed' } });
  });

  it('says by its exit code whether the gate is open, and what is missing', async () => {
    const id = await opened();
    const shut = await as('app', 'case', 'gate', id);
    expect(shut).toMatchObject({ code: 8, value: { open: false, state: 'hold', overridden: false, missing: [{ path: '/require/1' }] } });
    expect((await said('anna', 'case', 'gate', id)).stdout).toMatch(/^Shut\.\n {2}\/require\/1: /);
    const open = await opened({ ...GATE, require: [{ claim: 'output' }] });
    expect(await as('app', 'case', 'gate', open)).toMatchObject({ code: 0, value: { open: true, missing: [] } });
  });

  it('shows what is to be signed, signs it with the reviewer’s own key, and clears nothing while the gate is shut', async () => {
    const id = await opened();
    const held = await said('anna', 'case', 'decide', id, 'hold', '--reason', 'Nobody stands behind m1.', '--rows', 'm1', '--yes');
    expect(held).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Signed: dec_[0-9a-f]{32}\. The case is on hold\.\n$/) });
    expect(held.stderr).toMatch(
      /To be signed by anna: HOLD[\s\S]*> Nobody stands behind m1\.[\s\S]*Gate “release” version 1: SHUT[\s\S]*output +verified/,
    );
    const refused = await said('anna', 'case', 'decide', id, 'clear', '--reason', 'Looks fine.', '--yes');
    expect(refused.code).toBe(6);
    expect(refused.stderr).toMatch(/cannot be cleared while its gate is shut[\s\S]*\/require\/1: /);
    await terminal.json(['confirm', String(((await as('anna', 'case', 'show', id)).value['rows'] as { row: string }[])[0]?.row), '--yes']);
    expect(await as('app', 'case', 'gate', id)).toMatchObject({ code: 0 });
    expect(await as('anna', 'case', 'decide', id, 'clear', '--reason', 'Confirmed.', '--claims', 'output', '--yes')).toMatchObject({
      code: 0,
      value: { case: { state: 'clear' }, decision: { effective: true, gateOpen: true } },
    });
    const { stdout, code } = await said('ben', 'case', 'show', id);
    expect(code).toBe(0);
    expect(stdout).toMatch(/: CLEAR\nJudgement: not assessed[\s\S]*let through by {2}anna, .*with the gate open/);
    expect(stdout).toMatch(/clear by anna; signature holds/);
  });

  it('signs only on a yes, and only for what the case has', async () => {
    const id = await opened();
    const decide = (...argv: string[]) => as('anna', 'case', 'decide', id, ...argv);
    expect(await decide('hold', '--reason', 'x')).toMatchObject({ code: 2, value: { code: 'usage' } });
    for (const wrong of [
      ['hold', '--reason', 'x', '--claims', 'vibes', '--yes'],
      ['hold', '--reason', 'x', '--rows', 'm9', '--yes'],
      ['hold', '--reason', 'x', '--override', '--yes'],
      ['clear', '--reason', 'x', '--second', `dec_${'00'.repeat(16)}`, '--yes'],
      ['hold', '--reason', 'x'.repeat(5000), '--yes'],
      ['perhaps', '--reason', 'x', '--yes'],
    ])
      expect(await decide(...wrong), wrong.join(' ')).toMatchObject({ code: 2, value: { code: 'usage' } });
    expect((await as('anna', 'case', 'show', id)).value).toMatchObject({ decisions: [] });
    const bens = { ...reviewers['anna'], MEMSYNC_HOME: file('home-ben') };
    const other = await terminal.json(['case', 'decide', id, 'hold', '--reason', 'x', '--yes'], { env: bens });
    expect(other).toMatchObject({ code: 4, value: { code: 'reviewer_unknown' } });
    expect(await as('app', 'case', 'decide', id, 'hold', '--reason', 'x', '--yes')).toMatchObject({
      code: 5,
      value: { code: 'capability_missing' },
    });
  });

  it('decides nothing on a case that has moved, and says what has changed', async () => {
    const id = await opened();
    const questions = {
      hidden: () => Promise.reject(new Error('not asked')),
      line: () => Promise.reject(new Error('not asked')),
      key: () => Promise.reject(new Error('not asked')),
      agreed: async () => {
        expect(await as('ben', 'case', 'decide', id, 'reject', '--reason', 'It names a person.', '--yes')).toMatchObject({ code: 0 });
        return true;
      },
    };
    const ran = await terminal.run(['case', 'decide', id, 'hold', '--reason', 'Waiting.'], { env: reviewers['anna'] ?? {}, questions });
    expect(ran.code).toBe(6);
    expect(ran.stderr).toMatch(/The case has changed since you looked: Since you looked: .*ben decided reject.* Nothing was decided\./);
    expect((await as('anna', 'case', 'show', id)).value['decisions']).toHaveLength(1);
  });

  it('counts a decision once whose answer was lost on the way', async () => {
    const id = await opened();
    const middle = await between();
    const env = { ...reviewers['anna'], MEMSYNC_URL: middle.url };
    const ran = await terminal.run(['case', 'decide', id, 'hold', '--reason', 'Waiting.', '--yes'], { env });
    middle.close();
    expect([ran.code, middle.decisions]).toEqual([0, 2]);
    expect((await as('anna', 'case', 'show', id)).value['decisions']).toHaveLength(1);
  });

  it('says in capitals that what is shown was not signed, and signs nothing on a case that shows something else than it gives', async () => {
    const id = await opened();
    expect(await as('anna', 'case', 'decide', id, 'hold', '--reason', 'Waiting.', '--yes')).toMatchObject({ code: 0 });
    const forger = await between((body) => body.replace('"decision":"hold"', '"decision":"reject"'));
    const shown = await terminal.run(['case', 'show', id], { env: { ...reviewers['anna'], MEMSYNC_URL: forger.url } });
    forger.close();
    expect([shown.code, shown.stdout]).toEqual([
      7,
      expect.stringMatching(/SIGNATURE DOES NOT HOLD, do not go by this decision: what was signed/),
    ]);
    const liar = await between((body) => body.replace('"claim":"route","status":"asserted"', '"claim":"route","status":"verified"'));
    const env = { ...reviewers['anna'], MEMSYNC_URL: liar.url };
    const lied = await terminal.json(['case', 'decide', id, 'hold', '--reason', 'Waiting.', '--yes'], { env });
    liar.close();
    expect(lied).toMatchObject({ code: 7, value: { code: 'service_lied' } });
    expect(liar.decisions).toBe(0);
  });

  it('takes two reviewers to override a gate, which stays shut', async () => {
    const id = await opened({ ...GATE, require: [{ claim: 'settlement' }] });
    const clear = (name: string, ...argv: string[]) =>
      as(name, 'case', 'decide', id, 'clear', '--reason', 'The fair opens today.', '--yes', ...argv);
    const first = await clear('anna', '--override');
    expect(first).toMatchObject({ code: 0, value: { case: { state: 'hold' }, decision: { effective: false } } });
    const half = (first.value['decision'] as { payload: { decisionId: string } }).payload.decisionId;
    expect((await said('ben', 'case', 'show', id)).stdout).toContain(`--override --second ${half}`);
    expect(await clear('anna', '--override', '--second', half)).toMatchObject({ code: 6, value: { code: 'second_reviewer_needed' } });
    const second = await said('ben', 'case', 'decide', id, 'clear', '--reason', 'I agree.', '--override', '--second', half, '--yes');
    expect(second).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/It completes what anna signed, who said:\n {2}> The fair opens today\./),
    });
    const { stdout } = await said('anna', 'case', 'show', id);
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(/let through by anna and ben, by an override, .* although the gate was SHUT/);
    expect(stdout).toMatch(/THE GATE WAS OVERRIDDEN, for this reason:\n {4}> The fair opens today\./);
    const gate = await said('app', 'case', 'gate', id);
    expect(gate).toMatchObject({ code: 8, stdout: expect.stringContaining('a gate opens on evidence alone') });
  });

  it('hands a case over', async () => {
    const id = await opened();
    expect(await said('anna', 'case', 'handover', id, '--to', 'ben', '--note', 'Yours.')).toMatchObject({
      code: 0,
      stdout: 'ben has the case now.\n',
    });
    expect(await as('ben', 'case', 'list', '--assigned', 'me')).toMatchObject({ value: { cases: [{ id }] } });
    expect(await as('anna', 'case', 'list', '--assigned', 'me')).toMatchObject({ value: { cases: [] } });
    expect(await as('anna', 'case', 'handover', id, '--to', 'nobody')).toMatchObject({ code: 4, value: { code: 'reviewer_unknown' } });
  });

  it('goes through pages as one list', async () => {
    const { value } = await as('anna', 'case', 'list', '--limit', '200');
    const all = (value['cases'] as { id: string }[]).map(({ id }) => id);
    const seen: string[] = [];
    for (let cursor: string[] = []; ;) {
      const page = await as('anna', 'case', 'list', '--limit', '3', ...cursor);
      seen.push(...(page.value['cases'] as { id: string }[]).map(({ id }) => id));
      const next = page.value['cursor'] as string | null;
      if (next === null) break;
      cursor = ['--cursor', next];
    }
    expect(seen).toEqual(all);
    expect(all.length).toBeGreaterThan(5);
  });

  it('prints no token and no row’s text to a reviewer', async () => {
    for (const name of ['anna', 'ben']) {
      const { value } = await as(name, 'case', 'list', '--limit', '200');
      for (const { id } of value['cases'] as { id: string }[]) {
        const { stdout } = await said(name, 'case', 'show', id, '--all');
        expect(stdout).not.toMatch(/hazelnut|msr_|msk_/i);
      }
    }
  });
});
