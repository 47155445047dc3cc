import { expect, it } from 'vitest';
import type { Subject } from './conformance.ts';
import { change, commitOf, grantId, hash, idempotency, noted, NOW, retrieval, retrievalId, rowId, vaultId } from './samples.ts';

const JOB = 'demote-stale';
const A = vaultId('a');
const B = vaultId('b');

export function jobs(subject: Subject): void {
  const claim = (worker: string, now = NOW, staleBefore = NOW - 1000) => subject.store.claimTick(JOB, NOW - 50, worker, now, staleBefore);

  it('give a tick to one worker', async () => {
    const run = { job: JOB, tick: NOW - 50, worker: 'w1', attempt: 1, claimedAt: NOW, finishedAt: null, outcome: 'running', report: null };
    expect(await claim('w1')).toEqual(run);
    expect(await claim('w2')).toBeNull();
    expect(await claim('w1')).toBeNull();
    await subject.reopen();
    expect(await claim('w2')).toBeNull();
    expect(await subject.store.jobRuns(JOB, 10)).toEqual([run]);
  });

  it('tell ticks and jobs apart, and list the newest ticks first', async () => {
    for (const tick of [NOW, NOW + 2, NOW + 1]) expect(await subject.store.claimTick(JOB, tick, 'w', NOW, 0)).not.toBeNull();
    expect(await subject.store.claimTick('other', NOW, 'w', NOW, 0)).not.toBeNull();
    expect((await subject.store.jobRuns(JOB, 2)).map(({ tick }) => tick)).toEqual([NOW + 2, NOW + 1]);
    expect(await subject.store.jobRuns('other', 10)).toHaveLength(1);
    expect(await subject.store.jobRuns('none', 10)).toEqual([]);
  });

  it('never do again what is done', async () => {
    const run = await claim('w1');
    expect(run && (await subject.store.finishRun(run, 'done', NOW + 9, '{"rows":3}'))).toBe(true);
    expect(await claim('w2', NOW + 1e9, NOW + 1e9)).toBeNull();
    expect(await subject.store.jobRuns(JOB, 1)).toEqual([{ ...run, finishedAt: NOW + 9, outcome: 'done', report: '{"rows":3}' }]);
  });

  it('are remembered for the thousand latest ticks of each job', async () => {
    const { store } = subject;
    const other = await store.claimTick('other', 1, 'w', NOW, 0);
    expect(other && (await store.finishRun(other, 'done', NOW, '{}'))).toBe(true);
    for (let tick = 1; tick <= 1003; tick++) {
      const run = await store.claimTick(JOB, tick, 'w', NOW, 0);
      expect(run && (await store.finishRun(run, 'done', NOW, '{}'))).toBe(true);
    }
    const ticks = (await store.jobRuns(JOB, 2000)).map(({ tick }) => tick);
    expect([ticks.length, ticks[0], ticks.at(-1)]).toEqual([1000, 1003, 4]);
    expect(await store.jobRuns('other', 10)).toHaveLength(1);
  });

  it('give what failed to the next', async () => {
    const run = await claim('w1');
    expect(run && (await subject.store.finishRun(run, 'failed', NOW + 9, '{}'))).toBe(true);
    const again = await claim('w2', NOW + 10);
    expect(again).toEqual({ ...run, worker: 'w2', attempt: 2, claimedAt: NOW + 10 });
    expect(await claim('w3', NOW + 11)).toBeNull();
  });

  it('give away what began too long ago, and not a moment earlier', async () => {
    const run = await claim('w1');
    expect(await claim('w2', NOW + 5, NOW)).toBeNull();
    const again = await claim('w2', NOW + 5, NOW + 1);
    expect(again).toEqual({ ...run, worker: 'w2', attempt: 2, claimedAt: NOW + 5 });
    expect((await claim('w1', NOW + 20, NOW + 6))?.attempt).toBe(3);
  });

  it('let only the one that holds it close a run, and once', async () => {
    const late = await claim('w1');
    const held = await claim('w1', NOW + 5, NOW + 1);
    expect(late && (await subject.store.finishRun(late, 'done', NOW + 9, 'late'))).toBe(false);
    expect(held && (await subject.store.finishRun({ ...held, worker: 'w2' }, 'done', NOW + 9, 'not mine'))).toBe(false);
    expect(held && (await subject.store.finishRun(held, 'done', NOW + 9, 'held'))).toBe(true);
    expect(held && (await subject.store.finishRun(held, 'failed', NOW + 10, 'twice'))).toBe(false);
    expect(await subject.store.jobRuns(JOB, 1)).toEqual([{ ...held, finishedAt: NOW + 9, outcome: 'done', report: 'held' }]);
  });

  it('prune what has lapsed, the oldest first, so many at a time', async () => {
    const key = (n: number): Uint8Array => hash(`idempotency ${n}`);
    const lapsing = (n: number): number => NOW - 10 + n;
    await subject.store.commit(
      commitOf(
        change(A, null, 0, {
          retrievals: [10, 2, 20].map((n) => retrieval(n, lapsing(n))),
          idempotency: [10, 1, 5, 20].map((n) => noted(idempotency(n, lapsing(n)))),
          served: [4, 3, 5, 6, 2, 1].map((n) => ({
            threadTag: hash('thread'),
            at: NOW - 8 + n,
            retrieval: retrievalId(n),
            rows: [rowId(n - (n % 2)), rowId(1)],
          })),
        }),
        change(B, null, 0, { retrievals: [retrieval(4, lapsing(4))], idempotency: [noted(idempotency(11, lapsing(11)))] }),
      ),
    );
    expect(await subject.store.pruneExpired(NOW, NOW - 5, 2)).toEqual({ retrievals: 2, idempotency: 2, served: 2, reads: 0 });
    expect(await subject.store.retrieval(A, retrievalId(10))).not.toBeNull();
    expect(await subject.store.retrieval(A, retrievalId(2))).toBeNull();
    expect(await subject.store.retrieval(B, retrievalId(4))).toBeNull();
    expect(await subject.store.idempotency(A, grantId(1), key(10))).not.toBeNull();
    expect(await subject.store.pruneExpired(NOW, NOW - 5, 2)).toEqual({ retrievals: 1, idempotency: 1, served: 1, reads: 0 });
    expect(await subject.store.pruneExpired(NOW, NOW - 5, 2)).toEqual({ retrievals: 0, idempotency: 0, served: 0, reads: 0 });
    expect(await subject.store.servedTo(A, hash('thread'), 10)).toEqual([rowId(6), rowId(1), rowId(4)]);
    expect(await subject.store.retrieval(A, retrievalId(20))).toEqual(retrieval(20, lapsing(20)));
    const left = await Promise.all([1, 5, 10, 20].map((n) => subject.store.idempotency(A, grantId(1), key(n))));
    expect(left.map((one) => one?.expiresAt ?? null)).toEqual([null, null, null, lapsing(20)]);
    expect(await subject.store.idempotency(B, grantId(1), key(11))).toEqual(idempotency(11, lapsing(11)));
  });
}
