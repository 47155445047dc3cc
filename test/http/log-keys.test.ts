import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listen, type Listening } from '../../src/http/listen.ts';
import { makeLogger } from '../../src/http/logger.ts';
import { Metrics } from '../../src/http/metrics.ts';
import { buildHttp } from '../../src/http/server.ts';
import { verifyBytes } from '../../src/crypto/ed25519.ts';
import { verifyKeyHistory } from '../../src/log/key-history.ts';
import { addEntries, OPERATOR, stateKeys } from '../support/operator.ts';
import { problemIn } from '../support/site.ts';
import { World } from '../support/world.ts';

let world: World;
let server: Listening;

async function listening(): Promise<Listening> {
  const rule = { ratePerMinute: 1_000_000, openVaults: 'loopback', host: '127.0.0.1' } as const;
  return listen(buildHttp(world.services, { ...rule, logger: makeLogger('silent'), metrics: new Metrics(world.services) }), '127.0.0.1', 0);
}

beforeAll(async () => {
  world = await World.open();
  server = await listening();
});
afterAll(async () => {
  await server.close(100);
  await world.close();
});

describe('GET /log/keys', () => {
  it('is not there without an operator’s root', async () => {
    problemIn(await supertest(server.url).get('/log/keys'), 'not_found');
  });

  it('is everybody’s to read with one: the whole history, as text, never old', async () => {
    await addEntries(world.services, 'one');
    await stateKeys(world);
    await stateKeys(world, { log: true, receipts: true });
    await server.close(100);
    server = await listening();
    const { status, headers, text } = await supertest(server.url).get('/log/keys');
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([200, 'text/plain; charset=utf-8', 'no-cache']);
    const history = verifyKeyHistory(text, OPERATOR.key, verifyBytes);
    expect(history.map(({ number, size }) => [number, size])).toEqual([
      [0, 1],
      [1, 1],
    ]);
    const keys = (await supertest(server.url).get('/log/key')).text.split('\n');
    expect(keys.slice(0, 2).every((line) => text.endsWith(history[1]?.note ?? '-') && history[1]?.note.includes(line))).toBe(true);
    expect(keys).toHaveLength(3);
  });
});
