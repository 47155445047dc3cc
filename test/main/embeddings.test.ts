import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Health } from '../../schemas/health.ts';
import { RetrievalReply } from '../../schemas/retrieval.ts';
import { systemClock } from '../../src/core/clock.ts';
import { ToyEmbeddings } from '../support/embedding-service.ts';
import { ask, ownerAt } from '../support/http-owner.ts';
import { Ground } from '../support/process.ts';

let ground: Ground;
let toy: ToyEmbeddings;
beforeEach(async () => {
  ground = new Ground();
  toy = await ToyEmbeddings.open();
});
afterEach(async () => {
  await ground.close();
  await toy.close();
});

const KEY = 'sk-not-to-be-seen';

async function retrieved(url: string, token: string): Promise<RetrievalReply> {
  const { body } = await ask(`${url}/v1/retrievals`, token, { query: 'which quindle' });
  return RetrievalReply.parse(body);
}

it('a service that is set to use embeddings has rows found by them soon, goes on without, and tells nobody the key', async () => {
  const environment = {
    MEMSYNC_EMBEDDINGS_URL: toy.url,
    MEMSYNC_EMBEDDINGS_MODEL: 'toy',
    MEMSYNC_EMBEDDINGS_KEY: KEY,
    MEMSYNC_LOG_LEVEL: 'debug',
  };
  const one = await ground.start(environment);
  const owner = await ownerAt(one.url, systemClock);
  const token = await owner.grant();
  await ask(`${one.url}/v1/memories`, token, { memories: [{ text: 'My florrin practises in Porto' }] });
  await expect.poll(async () => (await retrieved(one.url, token)).rows.length, { timeout: 20_000 }).toBe(1);
  const { engine } = await retrieved(one.url, token);
  expect(engine).toMatch(/\+toy\/16@[0-9a-f]{16}$/);
  expect(toy.asked.every(({ authorization, path }) => authorization === `Bearer ${KEY}` && path === '/v1/embeddings')).toBe(true);
  const health = async (url: string): Promise<Health> => Health.parse(await (await fetch(`${url}/healthz`)).json());
  expect((await health(one.url)).embeddings).toEqual({ model: 'toy', dimensions: null, answering: true });
  toy.mood = 'slow';
  const { body } = await ask(`${one.url}/v1/retrievals`, token, { query: 'another question' });
  expect(body['degraded']).toBe('embeddings_unavailable');
  expect((await health(one.url)).embeddings?.answering).toBe(false);
  expect(await one.stop()).toBe(0);

  toy.mood = 'well';
  const sent = toy.texts.length;
  const two = await ground.start(environment);
  expect((await retrieved(two.url, token)).engine).toBe(engine);
  expect(toy.texts.slice(sent)).toEqual(['which quindle']);
  expect(await two.stop()).toBe(0);

  const three = await ground.start();
  expect(await retrieved(three.url, token)).toMatchObject({ rows: [], engine: expect.stringMatching(/^lexical\/\d+$/) });
  expect(await health(three.url)).not.toHaveProperty('embeddings');
  expect(await three.stop()).toBe(0);

  const said = [one, two, three].map(({ out, err }) => out + err).join('');
  expect(said).toContain('sent to a service for embeddings');
  const files = readdirSync(ground.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  expect(files.length).toBeGreaterThan(3);
  for (const written of [said, ...files.map((file) => readFileSync(file, 'latin1'))]) {
    for (const secret of [KEY, 'florrin', 'quindle']) expect(written).not.toContain(secret);
  }
});

it('a service that is told to send texts in the clear does not start, and says why in one line', async () => {
  const environment = { MEMSYNC_EMBEDDINGS_URL: 'http://vectors.example', MEMSYNC_EMBEDDINGS_MODEL: 'm', MEMSYNC_EMBEDDINGS_KEY: KEY };
  const refusal = await ground.start(environment).catch(String);
  expect(refusal).toContain('MEMSYNC_EMBEDDINGS_URL: must be https');
  expect(refusal).not.toContain(KEY);
});
