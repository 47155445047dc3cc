import { connect } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ListReply } from '../../schemas/memory.ts';
import { systemClock } from '../../src/core/clock.ts';
import { ask, ownerAt } from '../support/http-owner.ts';
import { Ground } from '../support/process.ts';

let ground: Ground;
beforeEach(() => {
  ground = new Ground();
});
afterEach(() => ground.close());

/** Ids of every row that a token sees. */
async function idsAt(url: string, token: string): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const { body } = await ask(`${url}/v1/memories?limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`, token);
    const page: ListReply = ListReply.parse(body);
    ids.push(...page.memories.map(({ id }) => id));
    cursor = page.cursor;
  }
  return ids;
}

describe('the process', () => {
  it('says where it is and how to begin, and stops when told', async () => {
    const service = await ground.start();
    expect(service.out).toMatch(
      /^MemSync serves at http:\/\/127\.0\.0\.1:\d+\ndata {2}\S+\nkeys {2}\S+\n0 vaults\nIn another terminal: npx memsync init\n$/,
    );
    expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
    expect(await service.stop()).toBe(0);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('on %s answers what is in flight and loses nothing', async (signal) => {
    const service = await ground.start();
    const owner = await ownerAt(service.url, systemClock);
    const token = await owner.grant();
    const acknowledged: string[] = [];
    const refusals: string[] = [];
    const caller = async (lane: number): Promise<void> => {
      for (let i = 0; ; i++) {
        try {
          const { status, body } = await ask(`${service.url}/v1/memories`, token, { memories: [{ text: `Lane ${lane}, line ${i}` }] });
          if (status !== 201) return void refusals.push(String(body['code']));
          acknowledged.push((body['memories'] as { id: string }[])[0]?.id ?? '');
        } catch (error) {
          const cause = error instanceof Error && error.cause instanceof Error && 'code' in error.cause ? error.cause.code : error;
          return void refusals.push(String(cause));
        }
      }
    };
    const callers = Array.from({ length: 16 }, (_, lane) => caller(lane));
    while (acknowledged.length < 100) await new Promise((resolve) => setImmediate(resolve));
    service.signal(signal);
    expect(await service.ended).toBe(0);
    await Promise.all(callers);
    // A caller ends at a door that is shut, never in the middle of an answer that it will not get to know.
    expect(refusals).toHaveLength(16);
    for (const refusal of refusals) expect(['ECONNREFUSED', 'ECONNRESET', 'UND_ERR_SOCKET', 'shutting_down']).toContain(refusal);
    const again = await ground.start();
    const kept = await idsAt(again.url, token);
    expect(kept).toEqual(expect.arrayContaining(acknowledged));
    expect(again.out).toContain('1 vault\n');
    // Nothing was written that nobody was told of.
    expect(kept.length).toBe(acknowledged.length);
  });

  it('ends at once at the second signal', async () => {
    const service = await ground.start();
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(
      `POST /v1/retrievals HTTP/1.1\r\nhost: x\r\nauthorization: Bearer x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`,
    );
    // Answered after the first bytes of the other have been read: both connections are the same process's, in order.
    await fetch(`${service.url}/healthz`);
    service.signal('SIGTERM');
    while ((await fetch(`${service.url}/healthz`).catch(() => null)) !== null) await new Promise((resolve) => setImmediate(resolve));
    service.signal('SIGTERM');
    expect(await service.ended).toBe('SIGTERM');
    socket.destroy();
  });

  it('ends with 1 at an error that nothing caught, which the log has', async () => {
    const service = await ground.start({}, 'throwing');
    expect(await service.ended).toBe(1);
    const line = service.err.split('\n').find((text) => text.includes('nothing caught this'));
    expect(JSON.parse(line ?? '')).toMatchObject({
      level: 60,
      err: { name: 'SyntaxError', at: expect.arrayContaining([expect.stringContaining('throwing.ts')]) as unknown },
    });
  });

  it('may be one of two on the same folders, and says so', async () => {
    const one = await ground.start();
    const owner = await ownerAt(one.url, systemClock);
    const token = await owner.grant();
    const two = await ground.start();
    expect(two.out).toMatch(/Note: process \d+ serves the same data folder/);
    expect(one.out).not.toContain('Note:');
    const lanes = await Promise.all(
      [one, two].map(async ({ url }, lane) => {
        const ids: string[] = [];
        for (let i = 0; i < 20; i++) {
          const { status, body } = await ask(`${url}/v1/memories`, token, { memories: [{ text: `Process ${lane}, line ${i}` }] });
          expect({ status, detail: body['detail'] }).toEqual({ status: 201, detail: undefined });
          ids.push((body['memories'] as { id: string }[])[0]?.id ?? '');
        }
        return ids;
      }),
    );
    for (const { url } of [one, two]) expect((await idsAt(url, token)).toSorted()).toEqual(lanes.flat().toSorted());
    expect([await one.stop(), await two.stop()]).toEqual([0, 0]);
    expect((await ground.start()).out).not.toContain('Note:');
  });

  it('does not start on an address that is taken', async () => {
    const service = await ground.start();
    const port = new URL(service.url).port;
    await expect(ground.start({ MEMSYNC_PORT: port })).rejects.toThrow('EADDRINUSE');
    expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
  });
});
