import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DiffReply } from '../../schemas/diff.ts';
import { ReceiptReply } from '../../schemas/receipt.ts';
import { ReplayReply } from '../../schemas/replay.ts';
import { RetrievalReply } from '../../schemas/retrieval.ts';
import { Terminal } from './terminal.ts';

let terminal: Terminal;
let token: string;
let tuesday: string;
let thursday: string;
const app = () => ({ env: { MEMSYNC_TOKEN: token } });

async function answered(query: string, ...options: string[]): Promise<string> {
  const { id } = RetrievalReply.parse((await terminal.json(['retrieve', query], app())).value);
  writeFileSync(terminal.path('answer.txt'), 'No hazelnuts.');
  const { value } = await terminal.json(['receipt', '--retrieval', id, '--output', terminal.path('answer.txt'), ...options], app());
  return ReceiptReply.parse(value).id;
}

async function remembered(text: string): Promise<string> {
  const { value } = await terminal.json(['remember', text], app());
  return (value as { memories: { id: string }[] }).memories[0]?.id ?? '';
}

let allergy: string;
let gone: string;
beforeAll(async () => {
  terminal = new Terminal();
  await terminal.serve();
  token = String((await terminal.json(['init', '--yes', '--work-factor', '2'], { spawn: true })).value['token']);
  allergy = await remembered('Allergic to hazelnuts');
  gone = await remembered('Keeps hazelnuts in the kitchen');
  tuesday = await answered('hazelnuts', '--model', 'one');
  await terminal.run(['retract', gone, '--yes']);
  thursday = await answered('hazelnuts', '--model', 'two', '--provider', 'elsewhere');
});
afterAll(() => terminal.close());

it('says in one line that a replay is identical', async () => {
  const { code, stdout } = await terminal.run(['replay', tuesday]);
  expect(stdout).toMatch(/^Identical: 2 rows, 3 lines, 2 scores, as of \d{4}-.*Z, event \d+\.\n$/);
  expect(code).toBe(0);
  const { value } = await terminal.json(['replay', tuesday], app());
  expect(ReplayReply.parse(value)).toMatchObject({ outcome: 'identical', receipt: tuesday });
});

it('says what changed between two receipts, and why a row is gone', async () => {
  const { code, stdout } = await terminal.run(['diff', tuesday, thursday]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/model +one → two\n/);
  expect(stdout).toMatch(/provider +none → elsewhere\n/);
  expect(stdout).toContain(`- ${gone}\n    gone, was m2: retracted by the owner\n    "Keeps hazelnuts in the kitchen"`);
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  const { value } = await terminal.json(['diff', tuesday, 'now']);
  expect(DiffReply.parse(value).lines.map(({ what }) => what)).toEqual(['ledger', 'row.gone']);
  expect((await terminal.run(['diff', thursday, 'now'])).stdout).toMatch(/Nothing changed: /);
});

it('compares bundles without a service, and says then what it does not know', async () => {
  for (const [id, name] of [
    [tuesday, 'a.json'],
    [thursday, 'b.json'],
  ] as const)
    expect((await terminal.run(['receipts', 'bundle', id, '--out', terminal.path(name)])).code).toBe(0);
  const away = { env: { MEMSYNC_URL: 'http://127.0.0.1:1' } };
  const { value } = await terminal.json(['diff', terminal.path('a.json'), terminal.path('b.json')], away);
  const { lines } = DiffReply.parse(value);
  expect(lines).toContainEqual({ what: 'row.gone', from: 'm2', to: null, row: gone });
  expect(lines).toContainEqual({ what: 'model.label', from: 'one', to: 'two' });
  expect((await terminal.run(['receipts', 'bundle', thursday, '--disclose', 'none', '--out', terminal.path('c.json')])).code).toBe(0);
  const hidden = DiffReply.parse((await terminal.json(['diff', terminal.path('a.json'), terminal.path('c.json')], away)).value).lines;
  expect(hidden).toContainEqual({ what: 'row.gone', from: 'm1', to: null, row: allergy, why: 'withheld' });
  expect(hidden).toContainEqual({ what: 'row.withheld', from: '0', to: '1' });
  const shown = DiffReply.parse((await terminal.json(['diff', terminal.path('c.json'), terminal.path('a.json')], away)).value).lines;
  expect(shown).toContainEqual({ what: 'row.added', from: null, to: 'm1', row: allergy, why: 'withheld' });
  expect(await terminal.run(['diff', terminal.path('a.json'), 'now'])).toMatchObject({ code: 2 });
});

it('names the rows of a replay that is reduced', async () => {
  await terminal.run(['erase', allergy, '--yes']);
  const { code, stdout } = await terminal.run(['replay', tuesday]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Reduced: 1 row in its scope erased since: 1 of 2 rows served are left/);
  expect(stdout).toMatch(new RegExp(`m1 +${allergy} +erased\n`));
  expect(stdout).toMatch(new RegExp(`m2 +${gone} +the same line; rank 2 then, 1 now\n`));
  expect((await terminal.run(['diff', tuesday, thursday])).stdout).toContain(`- ${allergy}\n    erased; was m1`);
});
