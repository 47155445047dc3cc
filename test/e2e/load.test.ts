import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { MemSyncClient } from '../../src/sdk/client.ts';
import { ownerAt } from '../support/http-owner.ts';
import type { NamedRow, TestOwner } from '../support/owner.ts';
import { Ground, type ServiceProcess } from '../support/process.ts';

const PER_SECOND = 100;
const SECONDS = 5;

const ground = new Ground();
let service: ServiceProcess;
let owner: TestOwner;

beforeAll(async () => {
  service = await ground.start({ MEMSYNC_LOG_LEVEL: 'error' });
  owner = await ownerAt(service.url, systemClock);
});

afterAll(() => ground.close());

it('lets the owner confirm and revoke at the first try while an app appends 100 rows a second', async () => {
  const app = new MemSyncClient({ url: service.url, token: await owner.grant() });
  const first = await app.remember({
    memories: Array.from({ length: 20 }, (_, i) => ({ text: `Row ${i} of those that the owner confirms` })),
  });
  const appending = append(app);
  const between = await ownerActs(app, first.memories, appending);
  expect(await appending).toBe(PER_SECOND * SECONDS);
  // The app did write in between.
  for (const counts of Object.values(between)) {
    expect(counts.length).toBeGreaterThan(2);
    expect(counts.filter((count) => count > 0).length).toBeGreaterThan(counts.length / 2);
  }
});

/**
 * Confirms a row, and gives and revokes a grant, again and again until `meanwhile` is over. Each event is sent once, and names a head that the
 * app's rows have left behind by then: a refusal ends the test. Gives how many of the app's events came in between.
 */
async function ownerActs(app: MemSyncClient, rows: readonly NamedRow[], meanwhile: Promise<unknown>): Promise<Record<string, number[]>> {
  const confirmed: number[] = [];
  const revoked: number[] = [];
  const acting = new AbortController();
  void meanwhile.finally(() => acting.abort());
  while (!acting.signal.aborted) {
    for (const row of rows) {
      if (acting.signal.aborted) break;
      await pause(50);
      confirmed.push(await appendedBefore(owner.confirm(row)));
      const { token, grantId, body, boxes } = owner.grantParts({ label: 'a guest' });
      await owner.post('granted', body, { boxes });
      await pause(50);
      revoked.push(await appendedBefore(owner.post('revoked', { grant: grantId })));
      const refused = await new MemSyncClient({ url: service.url, token }).retrieve({ query: 'row' }).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: 'grant_revoked' });
      expect((await app.show(row.id)).lastValidatedAt).not.toBeNull();
    }
  }
  return { confirmed, revoked };
}

/** How many events the ledger took between the head that the owner's event names and the event. */
async function appendedBefore(event: Promise<{ seq: number }>): Promise<number> {
  const seen = owner.head.seq;
  return (await event).seq - seen - 1;
}

/** One row every ten milliseconds, whether or not the ones before have been answered; gives how many were acknowledged. */
async function append(app: MemSyncClient): Promise<number> {
  const started = performance.now();
  const answers: Promise<number>[] = [];
  for (let i = 0; i < PER_SECOND * SECONDS; i += 1) {
    await pause(Math.max(0, started + (i * 1000) / PER_SECOND - performance.now()));
    answers.push(app.remember({ memories: [{ text: `Row ${i} of many that an app appends` }] }).then(({ memories }) => memories.length));
  }
  return (await Promise.all(answers)).reduce((sum, count) => sum + count, 0);
}
