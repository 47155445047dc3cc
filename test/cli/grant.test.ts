import { afterAll, beforeAll, expect, it } from 'vitest';
import { Terminal } from './terminal.ts';

let terminal: Terminal;

beforeAll(async () => {
  terminal = new Terminal();
  await terminal.serve();
  await terminal.run(['init', '--yes', '--work-factor', '2']);
});
afterAll(() => terminal.close());

/** What a row counts as that an app with this grant says the user stated. */
async function counted(...ceiling: string[]): Promise<[ceiling: unknown, effective: unknown]> {
  const { value } = await terminal.json(['grant', '--label', 'claims much', ...ceiling]);
  const env = { MEMSYNC_TOKEN: String(value['token']) };
  const said = await terminal.json(['remember', `Claimed ${ceiling.length}`, '--kind', 'user_stated'], { env });
  const [row] = said.value['memories'] as { origin: { effective: string } }[];
  return [value['originCeiling'], row?.origin.effective];
}

it('an app may not speak for the owner unless it is told so', async () => {
  expect(await counted()).toEqual(['app_asserted', 'app_asserted']);
  expect(await counted('--ceiling', 'user_stated')).toEqual(['user_stated', 'user_stated']);
});

it('the owner is told which it is', async () => {
  expect((await terminal.run(['grant', 'Notes'])).stdout).toContain('It may not say that you said so');
  expect((await terminal.run(['grant', 'Diary', '--ceiling', 'user_stated'])).stdout).toContain('It may say that you said so');
  expect((await terminal.run(['grant', '--help'])).stdout).toMatch(/say\s+that\s+you\s+said\s+so/);
});
