import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeFileSync } from 'node:fs';
import { Terminal } from './terminal.ts';

let terminal: Terminal;
let env: { MEMSYNC_TOKEN: string };
beforeAll(async () => {
  terminal = new Terminal();
  await terminal.serve();
  const { value } = await terminal.json(['init', '--yes', '--work-factor', '2']);
  env = { MEMSYNC_TOKEN: String(value['token']) };
});
afterAll(() => terminal.close());

async function receipt(): Promise<void> {
  const { value } = await terminal.json(['retrieve', 'row'], { env });
  writeFileSync(terminal.path('answer.txt'), 'An answer.');
  const argv = ['receipt', '--retrieval', String(value['id']), '--model', 'm', '--output', terminal.path('answer.txt')];
  expect((await terminal.json(argv, { env })).code).toBe(0);
}

it('audits a vault with a history clean, and goes on from where it ended', async () => {
  const { value } = await terminal.json(['remember', 'A row about hazelnuts'], { env });
  const [{ id }] = value['memories'] as [{ id: string }];
  await terminal.json(['confirm', id, '--yes']);
  await receipt();
  await terminal.json(['jobs', 'run', 'log-heads']);
  const first = await terminal.json(['audit']);
  expect(first).toMatchObject({ code: 0, value: { clean: true, findings: [], receipts: { count: 1 } } });
  const again = await terminal.run(['audit']);
  expect(again.stdout).toContain('Nothing was found');
});
