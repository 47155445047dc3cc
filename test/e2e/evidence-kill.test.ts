import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { MemSyncClient } from '../../src/sdk/client.ts';
import { ownerAt } from '../support/http-owner.ts';
import { Ground } from '../support/process.ts';

const SETTINGS = { MEMSYNC_LOG_LEVEL: 'error', MEMSYNC_RATE_PER_MINUTE: '100000000' };
const ROUNDS = 4;
const CALLERS = 8;

const ground = new Ground();
afterAll(() => ground.close());

/** What was answered for, by receipt: the addendum's id and its place in the log. */
type Acknowledged = Map<string, Map<string, number>>;

it('evidence that was acknowledged is there after a kill, in its place, and numbered without a gap', { timeout: 240_000 }, async () => {
  let service = await ground.start(SETTINGS);
  const owner = await ownerAt(service.url, systemClock);
  const token = await owner.grant();
  const acknowledged: Acknowledged = new Map();
  let client = new MemSyncClient({ url: service.url, token });
  await client.remember({ memories: [{ text: 'Allergic to hazelnuts' }] });
  for (let round = 0; round < ROUNDS; round += 1) {
    const { id: retrievalId } = await client.retrieve({ query: 'Which nuts?' });
    const { id } = await client.receipt({
      retrievalId,
      model: { label: 'm' },
      output: { text: 'None.' },
      evidence: { enclave: { kind: 'note', round } },
    });
    const known = new Map<string, number>();
    acknowledged.set(id, known);
    const callers = handers(client, id, known);
    await expect.poll(() => known.size, { timeout: 60_000, interval: 2 }).toBeGreaterThan(10 + round * 7);
    await pause(round);
    service.signal('SIGKILL');
    await service.ended;
    await Promise.all(callers);

    service = await ground.start(SETTINGS);
    client = new MemSyncClient({ url: service.url, token });
    for (const [receipt, places] of acknowledged) {
      const { claims, logSize } = await client.claims(receipt);
      const steps = claims.flatMap(({ history }) => history).filter(({ addendum }) => addendum !== null);
      const there = new Map(steps.map(({ addendum, logIndex }) => [addendum ?? '', logIndex]));
      for (const [addendum, logIndex] of places) expect(there.get(addendum)).toBe(logIndex);
      expect(steps.every(({ logIndex }) => logIndex < logSize)).toBe(true);
      const { addenda = [] } = await client.bundle(receipt);
      expect(addenda).toHaveLength(steps.length);
      const numbers = addenda.map(({ envelope }) => {
        const said = JSON.parse(Buffer.from(envelope.payload, 'base64').toString()) as { predicate: { number: number } };
        return said.predicate.number;
      });
      expect(numbers).toEqual(numbers.map((_, i) => i + 1));
    }
  }
  expect(await service.stop()).toBe(0);
});

/** So many at a time. */
function handers(client: MemSyncClient, receipt: string, known: Map<string, number>): Promise<void>[] {
  return Array.from({ length: CALLERS }, (_, caller) => hand(client, receipt, caller, known));
}

/** Hands in evidence until the service is gone, and notes what it has acknowledged. */
async function hand(client: MemSyncClient, receipt: string, caller: number, known: Map<string, number>): Promise<void> {
  for (let n = 0; n < 100; n += 1) {
    const answer = await client.addEvidence(receipt, { evidence: { route: { kind: 'note', caller, n } } }).catch(() => null);
    if (answer === null) return;
    for (const { addendum, logIndex } of answer.added) known.set(addendum, logIndex);
  }
}
