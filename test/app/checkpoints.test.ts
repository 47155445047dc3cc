import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Memory } from '../../schemas/memory.ts';
import { keepCheckpoints } from '../../src/app/checkpoints/keep-checkpoints.ts';
import { edit } from '../../src/app/edit.ts';
import { foldOn, readGenesis, readVaultState } from '../../src/app/ledger-reader.ts';
import { list } from '../../src/app/list.ts';
import { remember } from '../../src/app/remember.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import { MemoryMarks } from '../../src/app/marks.ts';
import { startServices, stopServices } from '../../src/app/start.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import { openKeyFolder } from '../../src/config/key-folder.ts';
import { systemRandom } from '../../src/core/random.ts';
import type { VaultState } from '../../src/memory/state.ts';
import { plain } from '../memory/random-fold.ts';
import type { TestOwner } from '../support/owner.ts';
import { DAY, World } from '../support/world.ts';

let world: World;
let owner: TestOwner;
let app: string;

beforeEach(async () => {
  world = await World.open();
  owner = await world.owner();
  app = await owner.grant();
});

afterEach(() => world.close());

async function say(count: number, label = 'Fact'): Promise<Memory[]> {
  const memories = Array.from({ length: count }, (_, i) => ({ text: `${label} ${i}`, claimed: { kind: 'user_stated' as const } }));
  return (await remember(world.services, app, { memories }, null)).memories;
}

const places = async (): Promise<number[]> => (await world.services.checkpoints.places(owner.vault)).map(({ seq }) => seq);
const opened = async (): Promise<VaultState> => (await world.services.vaults.acquire(owner.vault)).state;
const from = async (): Promise<number> => world.services.checkpoints.unsealedAt(await opened());
const genesisFold = async (): Promise<unknown> => plain((await readVaultState(world.services.store, owner.vault)) as VaultState);

function inDatabase(sql: string, ...params: (string | number | Uint8Array)[]): () => void {
  return () => {
    const db = new DatabaseSync(world.database);
    db.prepare(sql).run(...params);
    db.close();
  };
}

describe('a vault that has grown', () => {
  it('is opened from what was kept when the service stopped, and is what folding all of it comes to', async () => {
    const [first, second] = await say(300);
    await owner.confirm(first as Memory);
    await world.restart();
    expect(await from()).toBe((await opened()).headSeq);
    expect(plain(await opened())).toEqual(await genesisFold());
    await edit(world.services, app, second?.id ?? '', { text: 'Another' }, null);
    await owner.retract({
      ...(second as Memory),
      version: 2,
      commitment: (await opened()).rows.get(second?.id ?? '')?.versions[1]?.commitment ?? '',
    });
    world.clock.advance(DAY);
    await world.restart();
    expect(await from()).toBeLessThan((await opened()).headSeq);
    expect(plain(await opened())).toEqual(await genesisFold());
  });

  it('gets another only when much has come since', async () => {
    await say(300);
    await world.restart();
    const first = await places();
    expect(first).toHaveLength(1);
    await say(200, 'More');
    await world.restart();
    expect(await places()).toEqual(first);
    await say(200, 'And more');
    await world.restart();
    expect(await places()).toEqual([(await opened()).headSeq]);
  });

  it('gets one when it leaves memory unused, and from the job, also where nobody has it open', async () => {
    await say(300);
    world.clock.advance(900_001);
    expect(world.services.vaults.sweep()).toBe(1);
    await world.services.checkpoints.settled();
    expect(await places()).toHaveLength(1);
    await world.services.store.checkpoints.drop(owner.vault);
    expect(await keepCheckpoints(world.services)).toEqual({ kept: 1, failed: 0 });
    expect(await keepCheckpoints(world.services)).toEqual({ kept: 0, failed: 0 });
    expect(await from()).toBe((await opened()).headSeq);
    await say(300, 'More');
    expect(await keepCheckpoints(world.services)).toEqual({ kept: 1, failed: 0 });
    await world.restart();
    expect(await from()).toBe((await opened()).headSeq);
  });

  it('gets none while it is small', async () => {
    await say(200);
    await world.restart();
    expect(await places()).toEqual([]);
    expect(await from()).toBe(-1);
  });
});

describe('several processes on one folder', () => {
  it('open what one of them has kept, and may all keep at once', async () => {
    await say(300);
    const other = await startServices({
      ...world.keys,
      store: openSqliteStore({ path: world.database }),
      clock: world.clock,
      random: systemRandom,
      marks: new MemoryMarks(),
      limits: { idleMs: 900_000, memoryBudget: 1 << 30 },
      build: 'test',
    });
    const there = (await other.vaults.acquire(owner.vault)).state;
    const kept = await Promise.all([world.services, other].map(({ checkpoints }) => checkpoints.keep(there)));
    expect(kept).toEqual([true, true]);
    other.vaults.forget(owner.vault);
    const again = (await other.vaults.acquire(owner.vault)).state;
    expect(other.checkpoints.unsealedAt(again)).toBe(again.headSeq);
    await say(1, 'Since');
    const caughtUp = (await other.vaults.acquire(owner.vault)).state;
    expect(plain(caughtUp)).toEqual(await genesisFold());
    expect(caughtUp).toBe(again);
    await stopServices(other);
  });
});

describe('a ledger of many events', () => {
  it('gets checkpoints in between, once the job has come by, so that its past is near', { timeout: 60_000 }, async () => {
    for (let i = 0; i < 20; i++) await say(500, `Round ${i}`);
    const { services } = world;
    expect(await keepCheckpoints(services)).toEqual({ kept: 2, failed: 0 });
    const [first, newest] = await places();
    expect(first).toBe(8191);
    expect(newest).toBe((await opened()).headSeq);
    const state = await services.checkpoints.upTo(owner.vault, 9000);
    expect(state?.headSeq).toBe(8191);
    const anew = await readGenesis(services.store, owner.vault);
    await foldOn(services.store, anew as VaultState, 8191);
    expect(plain(state as VaultState)).toEqual(plain(anew as VaultState));
    // Where they are too far apart all the same, a look at the past has them made.
    await services.store.checkpoints.drop(owner.vault);
    await services.checkpoints.keep(await opened());
    await world.restart();
    await retrieve(world.services, app, { query: 'fact', asOf: { seq: 9000 } });
    expect(await keepCheckpoints(world.services)).toEqual({ kept: 1, failed: 0 });
    expect(await places()).toEqual([first, newest]);
  });
});

describe('a checkpoint that does not hold', () => {
  beforeEach(async () => {
    await say(300);
  });

  const otherKeys = (): void => {
    world.keys.foldSecret.reveal().set(openKeyFolder(`${world.folder}/other`, null, systemRandom).foldSecret.reveal());
  };

  it.each<[string, () => void]>([
    ['has a byte turned over', inDatabase("UPDATE fold_checkpoints SET sealed = CAST(x'00' || substr(sealed, 2) AS BLOB)")],
    ['is cut short', inDatabase('UPDATE fold_checkpoints SET sealed = substr(sealed, 1, 100)')],
    [
      'is another event’s',
      inDatabase('UPDATE fold_checkpoints SET seq = seq - 1, head = (SELECT hash FROM events e WHERE e.seq = fold_checkpoints.seq - 1)'),
    ],
    ['has another head', inDatabase('UPDATE fold_checkpoints SET head = zeroblob(32)')],
    ['is sealed under another service’s key', otherKeys],
    ['lies beyond the head', inDatabase('UPDATE fold_checkpoints SET seq = seq + 1')],
  ])('as it %s, is passed over and made anew', async (_what, bend) => {
    await world.restart(bend);
    expect(await from()).toBe(-1);
    expect(plain(await opened())).toEqual(await genesisFold());
    await world.services.checkpoints.keep(await opened());
    await world.restart();
    expect(await from()).toBe((await opened()).headSeq);
    expect(await places()).toHaveLength(1);
  });

  it('as the ledger does not go on from it, gives way to the whole ledger, and to what is wrong with that', async () => {
    await world.restart();
    await say(1, 'Since');
    await world.restart(inDatabase('UPDATE events SET stored = zeroblob(80) WHERE seq = (SELECT max(seq) FROM events)'));
    await expect(list(world.services, app, {})).rejects.toMatchObject({ code: 'ledger_broken' });
  });
});

describe('erasing', () => {
  it('of a collection or of the vault takes its checkpoints', async () => {
    await say(300);
    await world.restart();
    expect(await places()).toHaveLength(1);
    await owner.post('erased', { scope: 'vault' });
    expect(await places()).toEqual([]);
    expect(await keepCheckpoints(world.services)).toEqual({ kept: 0, failed: 0 });
    await world.restart();
    expect(await places()).toEqual([]);
  });
});
