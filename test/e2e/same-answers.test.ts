import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Memory } from '../../schemas/memory.ts';
import { RetrievalReply } from '../../schemas/retrieval.ts';
import { systemClock } from '../../src/core/clock.ts';
import { ask, ownerAt } from '../support/http-owner.ts';
import { Ground, type ServiceProcess } from '../support/process.ts';

const SETTINGS = { MEMSYNC_LOG_LEVEL: 'error', MEMSYNC_RATE_PER_MINUTE: '100000000' };
const QUESTIONS = [
  'Where did Ana hike?',
  'hazelnuts or photos',
  'what did Ben say in May 2024',
  'mountain weather',
  '猫 🌅',
  'the kind of pets',
];
const WORDS = 'hike hazelnut photo picture mountain weather Porto cello dog cat train rain dinner sister May 猫 🌅 work office tea?'.split(
  ' ',
);

const ground = new Ground();
afterAll(() => ground.close());

/** Made-up talk, the same each time: three threads, two who speak, plain facts between. */
function rows(from: number, count: number): unknown[] {
  return Array.from({ length: count }, (_, i) => {
    const number = from + i;
    const word = (salt: number): string => WORDS[(number * 7919 + salt * 104_729 + number * number * salt) % WORDS.length] ?? '';
    const text = `${word(1)} ${word(2)} ${word(3)} and ${word(4)}, I said ${number}`;
    const claimed =
      number % 5 === 0 ? {} : { claimed: { thread: `t${number % 3}`, speaker: number % 2 === 0 ? 'Ana' : 'Ben', role: 'user' } };
    return { text, observedAt: new Date(Date.UTC(2024, 3 + (number % 4), 1 + (number % 28), 12)).toISOString(), ...claimed };
  });
}

/** What an answer says that does not depend on when it is asked. */
async function answers(service: ServiceProcess, token: string, at: { seq: number }): Promise<string[]> {
  const all: string[] = [];
  for (const query of QUESTIONS) {
    for (const asOf of [undefined, at]) {
      const { status, body } = await ask(`${service.url}/v1/retrievals`, token, { query, limit: 20, includeDormant: true, asOf });
      expect(status).toBe(200);
      const reply = RetrievalReply.parse(body);
      expect(reply.rows.length).toBeGreaterThan(0);
      all.push(JSON.stringify([reply.engine, reply.rows.map(({ id, rank, score, why }) => [id, rank, score, why])]));
    }
  }
  return all;
}

it(
  'the same vault gives the same rows, scores and reasons: after a restart, from two processes at once, from snapshots and without',
  { timeout: 120_000 },
  async () => {
    const first = await ground.start(SETTINGS);
    const owner = await ownerAt(first.url, systemClock);
    const token = await owner.grant();
    const batches = await Promise.all(
      [0, 1, 2, 3].map((batch) => ask(`${first.url}/v1/memories`, token, { memories: rows(150 * batch, 150) })),
    );
    const made = batches.flatMap(({ status, body }) => {
      expect(status).toBe(201);
      return body['memories'] as Memory[];
    });
    const at = { seq: Number((batches[1]?.body['head'] as { seq: number } | undefined)?.seq) };
    for (const memory of made.slice(0, 20)) {
      const patched = await fetch(`${first.url}/v1/memories/${memory.id}`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ text: `${memory.text}, and a photo of it` }),
      });
      expect(patched.status).toBe(200);
    }
    await owner.post('erased', { scope: 'rows', rows: made.slice(30, 40).map(({ id }) => id) });
    const expected = await answers(first, token, at);
    // Beside it, another has to work everything out by itself.
    const second = await ground.start(SETTINGS);
    expect(await answers(second, token, at)).toEqual(expected);
    expect((await ask(`${second.url}/v1/memories`, token, { memories: rows(600, 50) })).status).toBe(201);
    const grown = await answers(first, token, at);
    expect(grown).not.toEqual(expected);
    expect(await answers(second, token, at)).toEqual(grown);
    // What they leave behind as they stop is what the next one opens from.
    expect([await first.stop(), await second.stop()]).toEqual([0, 0]);
    const third = await ground.start(SETTINGS);
    expect(await answers(third, token, at)).toEqual(grown);
    expect(await third.stop()).toBe(0);
    // A service with keys of its own can use nothing of that.
    rmSync(join(ground.folder, 'keys', 'folds.key'));
    const fourth = await ground.start(SETTINGS);
    expect(await answers(fourth, token, at)).toEqual(grown);
    expect(await fourth.stop()).toBe(0);
  },
);
