import { cpSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
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

it('of two copies that have parted, the one that the keys remember goes on, and the other is refused', async () => {
  await terminal.json(['remember', 'A row about hazelnuts'], { env });
  await receipt();
  expect((await terminal.json(['audit'])).code).toBe(0);
  await terminal.stop();
  cpSync(terminal.path('data'), terminal.path('copy'), { recursive: true });
  await terminal.serve();
  await terminal.json(['remember', 'Another row'], { env });
  await receipt();
  await terminal.stop();
  // What the keys remember, the copy does not have.
  const copy = { MEMSYNC_DATA: terminal.path('copy') };
  const refused = await terminal.run(['serve'], { env: copy });
  expect(refused).toMatchObject({ code: 7 });
  expect(refused.stderr).toContain('memsync restore');
  await terminal.serve();
  expect(await terminal.json(['audit'])).toMatchObject({ code: 0, value: { clean: true, receipts: { count: 2 } } });
  await terminal.stop();
  // Should the copy go on all the same, it goes on as restored: what it lacks is said, and its log takes another name.
  expect((await terminal.json(['backup', terminal.path('safe')], { env: copy })).code).toBe(7);
  expect(await terminal.json(['restore', terminal.path('safe'), '--replace'], { env: copy })).toMatchObject({ code: 0 });
  terminal.environment['MEMSYNC_DATA'] = copy.MEMSYNC_DATA;
  await terminal.serve();
  const { code, value } = await terminal.json(['audit', '--again']);
  expect(code).toBe(1);
  expect((value['findings'] as { code: string }[]).map((one) => one.code)).toEqual(['log_key_changed', 'checkpoint_invalid']);
  expect((await terminal.json(['doctor', '--accept-restore', '--yes'])).code).toBe(0);
  const accepted = await terminal.json(['audit', '--again']);
  expect(accepted.value).toMatchObject({ clean: true, receipts: { count: 1 }, ledger: { whole: true } });
  expect((accepted.value['ledger'] as { restored: number[] }).restored).toHaveLength(1);
});
