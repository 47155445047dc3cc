import { afterEach, beforeEach, expect, it } from 'vitest';
import { ToyEmbeddings } from '../support/embedding-service.ts';
import { Terminal } from './terminal.ts';

let terminal: Terminal;
let toy: ToyEmbeddings;
beforeEach(async () => {
  toy = await ToyEmbeddings.open();
  terminal = new Terminal();
});
afterEach(async () => {
  await terminal.close();
  await toy.close();
});

it('the doctor says where texts go, and a retrieval that it did without', async () => {
  expect((await terminal.run(['doctor'])).stdout).not.toContain('embeddings');
  Object.assign(terminal.environment, {
    MEMSYNC_EMBEDDINGS_URL: toy.url,
    MEMSYNC_EMBEDDINGS_MODEL: 'toy',
    MEMSYNC_EMBEDDINGS_KEY: 'sk-not-to-be-seen',
  });
  toy.mood = 'failing';
  await terminal.serve();
  const { value } = await terminal.json(['init', '--yes']);
  terminal.environment['MEMSYNC_TOKEN'] = String(value['token']);
  await terminal.run(['remember', 'Plays the cello']);
  const answer = await terminal.run(['retrieve', 'cello']);
  expect(answer.stdout).toContain('Plays the cello');
  expect(answer.stdout).toMatch(/degraded +found by words alone/);
  const { stdout } = await terminal.run(['doctor']);
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain(`embeddings: The texts of rows and queries are sent to ${toy.url}, for vectors of toy.`);
  toy.mood = 'well';
  const why = async (): Promise<string> => (await terminal.run(['retrieve', 'tarvik', '--why'])).stdout;
  await expect.poll(why, { timeout: 20_000, interval: 200 }).toContain('its meaning 100 %');
  expect(await why()).not.toContain('degraded');
  for (const { stdout, stderr } of terminal.printed) expect(stdout + stderr).not.toContain('sk-not');
});
