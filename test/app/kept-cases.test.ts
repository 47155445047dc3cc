import { afterEach, beforeEach, expect, it } from 'vitest';
import { remember } from '../../src/app/remember.ts';
import type { CaseContext, LogContext } from '../../src/app/log-operation.ts';
import { Stale } from '../../src/app/writer.ts';
import { MemSyncError } from '../../src/core/errors.ts';
import type { StoredCase } from '../../src/store/cases.ts';
import { inOneCommit } from '../support/one-commit.ts';
import { World } from '../support/world.ts';

let world: World;

const digits = '1'.padStart(32, '0');
const CASE: StoredCase = {
  id: `cse_${digits}`,
  desk: `dsk_${digits}`,
  vault: 'ab'.repeat(32),
  receipt: `rcp_${digits}`,
  openedAt: 0,
  state: 'hold',
  assigned: null,
  decidedBeforeProof: false,
  reopened: 0,
  revision: 1,
  sealed: new Uint8Array([1]),
};

beforeEach(async () => {
  world = await World.open();
  await store().commit({ vaults: [], log: null, cases: [{ expected: null, next: CASE, events: [] }] });
});

afterEach(async () => {
  await world.close();
});

const store = () => world.services.store;
const commits = (): number => world.services.writer.counts.commits;
const events = async (): Promise<number[]> => (await store().cases.events(CASE.id)).map(({ number }) => number);
const revision = async (): Promise<number | undefined> => (await store().cases.case(CASE.id))?.revision;

/** Notes something on the case: an entry in the log, an event, and the next revision. */
function note({ log, keepCase }: CaseContext & Pick<LogContext, 'log'>, { revision: expected, ...rest }: StoredCase): void {
  const event = { case: CASE.id, number: expected, at: 0, logIndex: log(new Uint8Array(32)), sealed: new Uint8Array([2]) };
  keepCase({ expected, next: { ...rest, revision: expected + 1 }, events: [event] });
}

/** Notes something on the case as it is by then; `composes` on what the commit has made of it already, or waits for the next. */
function noting(composes: boolean, after: () => void = () => undefined, between: () => Promise<void> = async () => undefined) {
  return world.services.writer.enter({
    prepare: async () => {
      const found = await store().cases.case(CASE.id);
      await between();
      return found ?? CASE;
    },
    build: (found, context) => {
      const kept = context.keptCases.findLast(({ next }) => next.id === CASE.id)?.next;
      note(context, composes ? (kept ?? found) : found);
      after();
    },
  });
}

it('what two do to one case goes into one commit, where the second builds on the first', async () => {
  const before = commits();
  const outcomes = await inOneCommit(world.services, [() => noting(true), () => noting(true), () => noting(true)]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
  expect(commits() - before).toBe(1);
  expect([await revision(), await events(), world.services.log.size]).toEqual([4, [1, 2, 3], 3]);
});

it('or into the next one, where it does not; nobody beside it is built anew', async () => {
  const [before, conflicts] = [commits(), world.services.writer.counts.conflicts];
  let built = 0;
  const beside = (): Promise<void> =>
    world.services.writer.enter({ prepare: async () => null, build: (_, { log }) => void log(new Uint8Array(32).fill((built += 1))) });
  const outcomes = await inOneCommit(world.services, [() => noting(false), () => noting(false), beside]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
  expect([commits() - before, built, world.services.writer.counts.conflicts - conflicts]).toEqual([2, 1, 0]);
  expect([await revision(), await events(), world.services.log.size]).toEqual([3, [1, 2], 3]);
});

it('a case that another process has changed meanwhile is read and changed anew, and those beside it are written', async () => {
  const owner = await world.owner();
  const app = await owner.grant();
  const { counts } = world.services.writer;
  const [before, written] = [counts.conflicts, commits()];
  let times = 0;
  const elsewhere = async (): Promise<void> => {
    times += 1;
    if (times > 1) return;
    await store().commit({ vaults: [], log: null, cases: [{ expected: 1, next: { ...CASE, revision: 2 }, events: [] }] });
  };
  const acts = [
    () => noting(true, undefined, elsewhere),
    () => remember(world.services, app, { memories: [{ text: 'Plays chess' }] }, null),
  ];
  const outcomes = await inOneCommit(world.services, acts);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
  expect([counts.conflicts - before, await revision(), await events(), world.services.log.size]).toEqual([1, 3, [2], 1]);
  // Each in a commit of its own: who was beside it does not wait for it.
  expect(commits() - written).toBe(2);
  expect(await store().rows(owner.vault)).toHaveLength(1);
});

it('what is refused after it was put into the log and the queue leaves nothing in either, and costs the others nothing', async () => {
  const before = commits();
  const refuse = (error: Error) => (): void => {
    throw error;
  };
  let tries = 0;
  const once = (): void => {
    tries += 1;
    if (tries === 1) throw new Stale();
  };
  const acts = [
    () => noting(true),
    () => noting(true, refuse(new MemSyncError('input_invalid', 'No.'))),
    () => noting(true, once),
    () => noting(true),
  ];
  const outcomes = await inOneCommit(world.services, acts);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  expect([commits() - before, tries]).toEqual([2, 2]);
  expect([await revision(), await events(), world.services.log.size]).toEqual([4, [1, 2, 3], 3]);
});

it('a change that leaves the revision where it is, is a mistake of ours', async () => {
  const same = world.services.writer.enter({
    prepare: async () => null,
    build: (_, { keepCase }) => keepCase({ expected: 1, next: CASE, events: [] }),
  });
  await expect(same).rejects.toThrow(RangeError);
  expect(await revision()).toBe(1);
});
