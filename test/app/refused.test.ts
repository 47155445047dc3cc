import { afterEach, beforeEach, expect, it } from 'vitest';
import { list } from '../../src/app/list.ts';
import { remember } from '../../src/app/remember.ts';
import { type CommitContext, Stale } from '../../src/app/writer.ts';
import { MemSyncError } from '../../src/core/errors.ts';
import { World } from '../support/world.ts';
import type { TestOwner } from '../support/owner.ts';

let world: World;
let owner: TestOwner;
let app: string;

beforeEach(async () => {
  world = await World.open();
  owner = await world.owner();
  app = await owner.grant();
});

afterEach(async () => {
  await world.close();
});

const say = (text: string) => remember(world.services, app, { memories: [{ text }] }, null);
const said = async () => (await list(world.services, app, {})).memories.map(({ text }) => text).toSorted();

/** An operation on the vault that does something and is then refused. */
function refusedAfter(act: (context: CommitContext) => void, error = (): Error => new MemSyncError('input_invalid', 'No.')) {
  let tries = 0;
  return world.services.writer.submit({
    prepare: async () => ({ tail: (await world.services.vaults.acquire(owner.vault)).state }),
    build: (_prepared, context) => {
      tries += 1;
      if (tries > 1) return tries;
      act(context);
      throw error();
    },
  });
}

const demote = ({ draft }: CommitContext): void => {
  draft.appendJobEvent({ kind: 'restored', at: draft.now, job: 'test', lostTo: 1 });
};

it('an operation that is refused after it has appended leaves nothing in the ledger, and those beside it are written', async () => {
  await say('Plays chess');
  const [first, refused, second] = await Promise.allSettled([say('Plays the piano'), refusedAfter(demote), say('Plays tennis')]);
  expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'input_invalid' } });
  expect([first.status, second.status]).toEqual(['fulfilled', 'fulfilled']);
  await world.restart();
  expect(await said()).toEqual(['Plays chess', 'Plays tennis', 'Plays the piano']);
  expect((await list(world.services, app, {})).memories.map(({ tier }) => tier)).not.toContain('dormant');
});

it('one that is refused after it has entered something into the log leaves nothing there', async () => {
  const refused = refusedAfter(({ log }) => void log(new Uint8Array(32)));
  await expect(refused).rejects.toMatchObject({ code: 'input_invalid' });
  await say('Plays chess');
  expect(world.services.log.size).toBe(0);
});

it('one that finds itself stale after it has appended is begun again, on a vault without what it had appended', async () => {
  await say('Plays chess');
  const again = refusedAfter(demote, () => new Stale());
  expect(await again).toBe(2);
  await world.restart();
  expect((await list(world.services, app, {})).memories.map(({ tier }) => tier)).not.toContain('dormant');
});

it('one that is refused and has done nothing costs the others nothing', async () => {
  const before = world.services.writer.counts.commits;
  const [said] = await Promise.allSettled([say('Plays chess'), refusedAfter(() => undefined)]);
  expect(said.status).toBe('fulfilled');
  expect(world.services.writer.counts.commits - before).toBe(1);
});

it('one that the store cannot write fails alone: those beside it are written', async () => {
  const other = await world.owner();
  const box = { grant: null, collection: other.key('default').name.collection, epoch: 1, box: new Uint8Array(8) };
  const unwritable = world.services.writer.submit({
    prepare: async () => ({ tail: (await world.services.vaults.acquire(other.vault)).state }),
    build: (_prepared, { draft }) => void draft.boxes.push(box, box),
  });
  const before = world.services.writer.counts.failures;
  const [failed, said] = await Promise.allSettled([unwritable, say('Plays chess')]);
  expect(failed).toMatchObject({ status: 'rejected', reason: { code: 'store_failed' } });
  expect(said.status).toBe('fulfilled');
  expect(world.services.writer.counts.failures - before).toBe(2);
});
