import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Terminal } from './terminal.ts';

const terminal = new Terminal();
const file = (name: string) => terminal.path(name);
const reviewers: Record<string, Record<string, string>> = {};
const keys: Record<string, string> = {};

let app: { MEMSYNC_TOKEN: string };
let id: string;

const as = (name: string, ...argv: string[]) => terminal.json(argv, { env: reviewers[name] ?? app });
const verify = (...argv: string[]) => terminal.run(['verify', file('case.json'), '--key', file('keys.txt'), ...argv]);
const code = async (...argv: string[]) =>
  (await terminal.json(['verify', file('case.json'), '--key', file('keys.txt'), ...argv])).value['code'];

beforeAll(async () => {
  await terminal.serve();
  const { value } = await terminal.json(['init', '--yes', '--work-factor', '2']);
  app = { MEMSYNC_TOKEN: String(value['token']) };
  await terminal.json(['remember', 'Allergic to hazelnuts', '--category', 'health'], { env: app });
  const { value: served } = await terminal.json(['retrieve', 'hazelnuts'], { env: app });
  writeFileSync(file('answer.txt'), 'Better not [m1].');
  const made = ['receipt', '--retrieval', String(served['id']), '--model', 'm', '--output', file('answer.txt')];
  const { value: receipt } = await terminal.json([...made, '--out', file('receipt.json')], { env: app });
  await terminal.json(['desk', 'make', 'releases']);
  for (const name of ['anna', 'ben']) {
    const env = { MEMSYNC_HOME: file(`home-${name}`) };
    const { value: made } = await terminal.json(['reviewer', 'init', '--yes', '--work-factor', '2'], { env });
    keys[name] = String(made['key']);
    const added = await terminal.json(['desk', 'add', 'releases', '--reviewer', name, '--key', String(made['key'])]);
    reviewers[name] = { ...env, MEMSYNC_TOKEN: String(added.value['token']) };
  }
  writeFileSync(file('gate.json'), JSON.stringify({ gate: 'release', version: 1, require: [{ claim: 'settlement' }] }));
  const opened = await as('app', 'case', 'open', String(receipt['id']), '--gate', file('gate.json'), '--note', 'For Friday.');
  id = String(opened.value['id']);
  const clear = (name: string, ...more: string[]) =>
    as(name, 'case', 'decide', id, 'clear', '--reason', 'The fair opens today.', '--override', '--yes', ...more);
  const half = (await clear('anna')).value['decision'] as { payload: { decisionId: string } };
  await clear('ben', '--second', half.payload.decisionId);
  writeFileSync(file('keys.txt'), await (await fetch(`${terminal.environment['MEMSYNC_URL'] ?? ''}/log/key`)).text());
});
afterAll(() => terminal.close());

describe('a case’s bundle, with nobody to ask', () => {
  it('is written to a file', async () => {
    const ran = await terminal.run(['case', 'bundle', id, '--out', file('case.json')], { env: reviewers['anna'] ?? {} });
    expect(ran.stdout).toMatch(/^The case’s bundle is in .*case\.json\. To check it: memsync verify /);
  });

  it('is what the service printed, and is told in the log’s order', async () => {
    const printed = await as('ben', 'case', 'bundle', id);
    expect(printed.value).toMatchObject({
      case: id,
      reviewers: [
        { name: 'anna', key: keys['anna'] },
        { name: 'ben', key: keys['ben'] },
      ],
    });
    writeFileSync(file('anna.key'), `${keys['anna'] ?? ''}\n`);
    const ran = await verify('--reviewer', file('anna.key'), '--reviewer', keys['ben'] ?? '', '--receipt', file('receipt.json'));
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    const flat = ran.stdout.replaceAll(/\s+/g, ' ');
    expect(flat).toMatch(/stands CLEAR, by an override: its gate was shut judgement not assessed/);
    expect(flat).toMatch(/THE GATE WAS OVERRIDDEN by anna \(rev_\S+\) and ben \(rev_\S+\), for this reason: > The fair opens today\./);
    expect(flat).toMatch(/opened by grt_.*> For Friday\..*viewed by anna .*CLEAR by anna .* the first half .*viewed by ben .*CLEAR by ben/);
    expect(flat).toMatch(/not verified then: .*absent settlement DECIDED BEFORE PROOF/);
    expect(flat).toMatch(/about the receipt that you gave;.*Not known .*may have been withheld/);
    expect(flat).not.toContain('the reviewers: none');
    expect(ran.stdout).not.toMatch(/hazelnut|msr_/);
  });

  it('says as JSON the same, and that reviewers’ keys are the service’s word where none is given', async () => {
    const { code: ended, value } = await terminal.json(['verify', file('case.json'), '--key', file('keys.txt')]);
    expect([ended, value]).toMatchObject([0, { ok: true, judgement: 'not assessed', state: 'clear', overridden: true, case: id }]);
    expect(value['unknown']).toEqual(expect.arrayContaining([expect.stringMatching(/^the reviewers: .*the service’s word/)]));
    const steps = value['steps'] as { at: string; happened: { kind: string } }[];
    expect(steps.map(({ happened }) => happened.kind)).toEqual(['opened', 'viewed', 'decided', 'viewed', 'decided']);
    expect(steps[0]?.at).toMatch(/^\d{4}-.*Z$/);
    expect((await verify()).stdout).toContain('the reviewers: none of their keys was given');
  });

  it('ends with 1 and a code where something does not hold, and with 2 where the question makes no sense', async () => {
    expect(await code('--reviewer', keys['ben'] ?? '')).toBe('key_untrusted');
    expect(await code('--vault', '0'.repeat(64))).toBe('receipt_mismatch');
    expect((await verify('--reviewer', keys['ben'] ?? '')).code).toBe(1);
    for (const wrong of [
      ['--reviewer', 'anna'],
      ['--output', file('answer.txt')],
      ['--disclosure', file('receipt.json')],
    ])
      expect(await verify(...wrong)).toMatchObject({ code: 2 });
    const receipt = ['verify', file('receipt.json'), '--key', file('keys.txt'), '--reviewer', keys['ben'] ?? ''];
    expect(await terminal.run(receipt)).toMatchObject({ code: 2 });
    const text = readFileSync(file('case.json'), 'utf8');
    const bundle = JSON.parse(text) as { statements: unknown[] };
    writeFileSync(file('case.json'), JSON.stringify({ ...bundle, statements: bundle.statements.toSpliced(1, 1) }));
    expect(await code()).toBe('bundle_malformed');
    writeFileSync(file('case.json'), text);
  });
});
