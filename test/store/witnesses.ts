import { expect, it } from 'vitest';
import type { StoredWitness } from '../../src/store/witnesses.ts';
import type { Subject } from './conformance.ts';

const LOG = 'log.example';
const KEPT = { newest: 1000, spared: 0 };

/** What the face promises of what witnesses have said. */
export function witnesses(subject: Subject): void {
  const keep = (size: number, checkpoint: string, before: string | null = null, kept = KEPT, origin = LOG): Promise<boolean> =>
    subject.store.witnesses.keepCosigned(origin, { size, checkpoint }, before, kept);
  const all = async (after = 0, origin = LOG) =>
    (await subject.store.witnesses.cosigned(origin, after)).map(({ size, checkpoint }) => [size, checkpoint]);

  it('gives cosigned checkpoints in the order in which they were written', async () => {
    for (const size of [5, 9, 7]) expect(await keep(size, `at ${size}`)).toBe(true);
    await subject.reopen();
    expect(await all()).toEqual([
      [5, 'at 5'],
      [9, 'at 9'],
      [7, 'at 7'],
    ]);
    expect(await subject.store.witnesses.cosignedAt(LOG, 9)).toMatchObject({ size: 9, checkpoint: 'at 9' });
    expect(await subject.store.witnesses.cosignedAt(LOG, 8)).toBeNull();
  });

  it('replaces a checkpoint by what was made from it, and by nothing else', async () => {
    await keep(5, 'one');
    await keep(6, 'six');
    expect(await keep(5, 'other')).toBe(false);
    expect(await keep(5, 'other', 'none')).toBe(false);
    expect(await keep(7, 'other', 'one')).toBe(false);
    expect(await all()).toEqual([
      [5, 'one'],
      [6, 'six'],
    ]);
    expect(await keep(5, 'one two', 'one')).toBe(true);
    expect(await all()).toEqual([
      [6, 'six'],
      [5, 'one two'],
    ]);
  });

  it('tells what has been written since, the last one written again included', async () => {
    await keep(5, 'one');
    const since = async () => Math.max(0, ...(await subject.store.witnesses.cosigned(LOG, 0)).map(({ revision }) => revision));
    const first = await since();
    expect(await all(first)).toEqual([]);
    await keep(5, 'one two', 'one');
    expect(await all(first)).toEqual([[5, 'one two']]);
    const second = await since();
    await keep(6, 'six');
    expect(await all(second)).toEqual([[6, 'six']]);
    expect(await all(first)).toHaveLength(2);
  });

  it('keeps the newest, what is spared, and what was written just now', async () => {
    for (const size of [1, 2, 3, 4, 5]) await keep(size, `at ${size}`, null, { newest: 3, spared: 1 });
    expect((await all()).map(([size]) => size)).toEqual([1, 3, 4, 5]);
    await keep(2, 'late', null, { newest: 3, spared: 4 });
    expect((await all()).map(([size]) => size)).toEqual([3, 4, 5, 2]);
    await keep(6, 'at 6', null, { newest: 1, spared: 0 });
    expect((await all()).map(([size]) => size)).toEqual([6]);
  });

  it('keeps logs of different names apart', async () => {
    await keep(5, 'ours');
    expect(await keep(5, 'theirs', null, { newest: 1, spared: 0 }, 'other')).toBe(true);
    expect(await keep(9, 'theirs', null, { newest: 1, spared: 0 }, 'other')).toBe(true);
    expect(await all()).toEqual([[5, 'ours']]);
    expect(await all(0, 'other')).toEqual([[9, 'theirs']]);
  });

  it('remembers each witness of a log by its key', async () => {
    const { witnesses: store } = subject.store;
    const one: StoredWitness = { cosigner: 'a+1', size: 7, askedAt: 10, cosignedAt: 9, refusal: null };
    const two: StoredWitness = {
      cosigner: 'b+2',
      size: 0,
      askedAt: 11,
      cosignedAt: null,
      refusal: { reason: 'unreachable', since: 3, times: 4 },
    };
    await store.noteWitness(LOG, two);
    await store.noteWitness(LOG, one);
    await store.noteWitness('other', { ...one, size: 99 });
    await subject.reopen();
    expect(await subject.store.witnesses.witnesses(LOG)).toEqual([one, two]);
    await subject.store.witnesses.noteWitness(LOG, { ...two, refusal: null, size: 8, cosignedAt: 12 });
    expect(await subject.store.witnesses.witnesses(LOG)).toEqual([one, { ...two, refusal: null, size: 8, cosignedAt: 12 }]);
    expect(await subject.store.witnesses.witnesses('none')).toEqual([]);
  });
}
