import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Memory } from '../../../schemas/memory.ts';
import { edit } from '../../../src/app/edit.ts';
import { list } from '../../../src/app/list.ts';
import { OpenVault } from '../../../src/app/open-vault.ts';
import { remember } from '../../../src/app/remember.ts';
import { retrieve } from '../../../src/app/retrieve.ts';
import { startServices, stopServices } from '../../../src/app/start.ts';
import { systemRandom } from '../../../src/core/random.ts';
import { parseToken } from '../../../src/crypto/token.ts';
import { openSqliteStore } from '../../../src/store/sqlite/store.ts';
import type { TestOwner } from '../../support/owner.ts';
import { rotate } from '../../support/rotate.ts';
import { behindItsBack, close, keepSnapshots, partsKept } from '../../support/snapshots.ts';
import { DAY, World } from '../../support/world.ts';

let world: World;
let owner: TestOwner;
let app: string;

beforeEach(async () => {
  world = await World.open();
  owner = await world.owner();
  app = await owner.grant();
});
afterEach(() => world.close());

async function say(...texts: readonly string[]): Promise<Memory[]> {
  const { memories } = await remember(world.services, app, { memories: texts.map((text) => ({ text })) }, null);
  return memories;
}
const shown = async (): Promise<readonly Memory[]> => (await list(world.services, app, { limit: 200 })).memories;
const texts = async (): Promise<string[]> => (await shown()).map(({ text }) => text).toSorted();
const found = async (query: string): Promise<string[]> => (await retrieve(world.services, app, { query })).rows.map(({ text }) => text);

/** What the versions' table says no longer counts: whatever is shown afterwards was in a snapshot. */
const blindToVersions = (): void => behindItsBack(world, "UPDATE versions SET header = x'00', sealed_text = x'00'");

describe('opening from a snapshot', () => {
  it('takes rows and index out of it, and opens none that is in it', async () => {
    await say('Allergic to hazelnuts', 'Plays the cello');
    expect(await keepSnapshots(world, owner.vault)).toBe(1);
    const before = await shown();
    close(world, owner.vault);
    blindToVersions();
    expect(await shown()).toEqual(before);
    expect(await found('hazelnuts')).toEqual(['Allergic to hazelnuts']);
    world.services.vaults.open.get(owner.vault)?.wipe();
    close(world, owner.vault);
    await world.services.store.snapshots.drop(owner.vault);
    expect(await texts()).toEqual([]);
  });

  it('keeps no word of a row that has been erased in what it was opened out of', async () => {
    const [row, kept] = await say('Allergic to hazelnuts', 'Plays the cello');
    await keepSnapshots(world, owner.vault);
    const open = await world.services.vaults.acquire(owner.vault);
    const collection = owner.key('default').name.collection;
    const snapshot = await world.services.snapshots.open(open, collection);
    if (snapshot === null || row === undefined || kept === undefined) throw new Error('there is a snapshot of two rows');
    const fresh = new OpenVault(open.state);
    expect(fresh.load(snapshot.image, snapshot.index)).toBe(true);
    const holds = (word: string): boolean => Buffer.from(snapshot.index).includes(word);
    fresh.purge();
    expect([holds('hazelnut'), holds('cello')]).toEqual([true, true]);
    fresh.removeRows([row.id]);
    fresh.purge();
    expect([holds('hazelnut'), fresh.rows.get(row.id), fresh.rows.get(kept.id)?.text]).toEqual([false, undefined, 'Plays the cello']);
    const options = { limit: 5, now: 0, scope: { collections: new Set([collection]), categories: null }, admits: () => true };
    expect(fresh.index.search('cello hazelnuts', options).map(({ id }) => id)).toEqual([kept.id]);
  });

  it('opens what has come since from the ledger, and takes away what has gone', async () => {
    const [kept, changed, retired] = await say('Plays the cello', 'Lives in Porto', 'Works at Brightwell');
    await keepSnapshots(world, owner.vault);
    await edit(world.services, app, changed?.id ?? '', { text: 'Lives in Lisbon' }, null);
    await say('Drinks oolong');
    await owner.retract(retired as Memory);
    await owner.confirm(kept as Memory);
    const before = await shown();
    const answers = await Promise.all(['cello', 'Lives', 'oolong', 'Brightwell'].map(found));
    close(world, owner.vault);
    expect(await shown()).toEqual(before);
    expect(await Promise.all(['cello', 'Lives', 'oolong', 'Brightwell'].map(found))).toEqual(answers);
    expect(answers[1]).toEqual(['Lives in Lisbon']);
    close(world, owner.vault);
    // That row is in the snapshot as it was; what it says now lies in the table alone, and does not open.
    blindToVersions();
    expect(await texts()).toEqual(['Plays the cello', 'Works at Brightwell']);
  });

  it('knows repeats, attributes and lines of descent as before', async () => {
    const [source] = await say('Allergic to hazelnuts');
    const { memories } = await remember(
      world.services,
      app,
      {
        memories: [
          { text: 'Avoid praline', derivedFrom: [source?.id ?? ''] },
          { text: 'Lives in Porto', subject: 'user', attribute: 'home', observedAt: world.clock.now() - DAY },
        ],
      },
      null,
    );
    await keepSnapshots(world, owner.vault);
    close(world, owner.vault);
    expect((await say('allergic to  HAZELNUTS.'))[0]).toMatchObject({ id: source?.id, sightings: 1 });
    const home = { text: 'Lives in Lisbon', subject: 'user', attribute: 'home' };
    const [moved] = (await remember(world.services, app, { memories: [home] }, null)).memories;
    expect(moved?.supersedes).toEqual([memories[1]?.id]);
    await owner.retract(source as Memory);
    const derived = (await shown()).find(({ id }) => id === memories[0]?.id);
    expect(derived?.tier).toBe('dormant');
    const stored = await world.services.store.rowsNamed(owner.vault, [memories[0]?.id ?? '']);
    expect(stored[0]?.tier).toBe('dormant');
  });

  it('tries damaged rows again', async () => {
    const [row] = await say('Plays the cello');
    await say('Drinks oolong');
    close(world, owner.vault);
    const id = Buffer.from((row?.id ?? '').slice(4), 'hex');
    behindItsBack(world, "UPDATE versions SET header = CAST(header || x'00' AS BLOB) WHERE row_id = ?", id);
    expect(await texts()).toEqual(['Drinks oolong']);
    await keepSnapshots(world, owner.vault);
    close(world, owner.vault);
    expect(await texts()).toEqual(['Drinks oolong']);
    expect(world.services.vaults.open.get(owner.vault)?.damaged.size).toBe(1);
    close(world, owner.vault);
    behindItsBack(world, 'UPDATE versions SET header = substr(header, 1, length(header) - 1) WHERE row_id = ?', id);
    expect(await texts()).toEqual(['Drinks oolong', 'Plays the cello']);
  });

  it('writes columns that what happened while it was closed has left behind', async () => {
    const [row, other] = await say('Plays the cello', 'Drinks oolong');
    await keepSnapshots(world, owner.vault);
    const columns = async () => world.services.store.rowsNamed(owner.vault, [row?.id ?? '', other?.id ?? '']);
    const before = await columns();
    close(world, owner.vault);
    world.clock.advance(DAY);
    await owner.confirm(row as Memory);
    // When its time comes is not known now, so jobs leave it alone.
    expect(await columns()).toEqual(before.map((one) => (one.row === row?.id ? { ...one, dueAt: null } : one)));
    close(world, owner.vault);
    await shown();
    // Behind whatever had been queued before.
    await say('Walks a lot');
    const after = await columns();
    const dueOf = (rows: typeof after, id: string | undefined) => rows.find((one) => one.row === id)?.dueAt ?? 0;
    expect(dueOf(after, row?.id)).toBeGreaterThan(dueOf(before, row?.id));
    expect(dueOf(after, other?.id)).toBe(dueOf(before, other?.id));
  });
});

describe('a snapshot that does not hold', () => {
  const bends: readonly (readonly [string, string])[] = [
    ['a part that is bent', "UPDATE row_snapshots SET sealed = CAST(sealed || x'00' AS BLOB) WHERE part = 1"],
    ['a part that is missing', 'DELETE FROM row_snapshots WHERE part = 1'],
    ['parts that are exchanged', 'UPDATE row_snapshots SET part = 9 WHERE part = 0'],
    ['another event', 'UPDATE row_snapshots SET seq = seq - 1'],
    ['an event that is not there', 'UPDATE row_snapshots SET seq = seq + 1000'],
    ['another head', 'UPDATE row_snapshots SET head = zeroblob(32)'],
    ['another epoch', 'UPDATE row_snapshots SET epoch = 2'],
  ];

  it.each(bends)('is passed over: %s', async (_, sql) => {
    await say('Allergic to hazelnuts', 'Plays the cello');
    await keepSnapshots(world, owner.vault);
    const before = await shown();
    close(world, owner.vault);
    behindItsBack(world, sql);
    expect(await shown()).toEqual(before);
    expect(await found('hazelnuts')).toEqual(['Allergic to hazelnuts']);
    // Another takes its place.
    expect(await keepSnapshots(world, owner.vault)).toBe(1);
    close(world, owner.vault);
    blindToVersions();
    expect(await shown()).toEqual(before);
  });

  it('of another collection, or of another vault, is passed over', async () => {
    await owner.addCollection('work');
    const both = await owner.grant({ collections: ['default', 'work'] });
    await remember(world.services, both, { memories: [{ text: 'Plays the cello' }, { text: 'Budget is due', collection: 'work' }] }, null);
    const stranger = await world.owner();
    const theirs = await stranger.grant();
    await remember(world.services, theirs, { memories: [{ text: 'Keeps bees' }] }, null);
    await keepSnapshots(world, owner.vault);
    await keepSnapshots(world, stranger.vault);
    const read = async (token: string) => (await list(world.services, token, { limit: 200 })).memories;
    const before = [await read(both), await read(theirs)];
    for (const vault of [owner.vault, stranger.vault]) close(world, vault);
    const [a, b] = [owner.key('default').name.collection, owner.key('work').name.collection].map((id) => Buffer.from(id.slice(4), 'hex'));
    behindItsBack(world, 'DELETE FROM row_snapshots WHERE vault = ? AND collection = ?', Buffer.from(owner.vault, 'hex'), a as Buffer);
    behindItsBack(
      world,
      'UPDATE row_snapshots SET collection = ? WHERE vault = ? AND collection = ?',
      a as Buffer,
      Buffer.from(owner.vault, 'hex'),
      b as Buffer,
    );
    behindItsBack(world, 'DELETE FROM row_snapshots WHERE vault = ?', Buffer.from(stranger.vault, 'hex'));
    behindItsBack(
      world,
      'INSERT INTO row_snapshots SELECT ?, ?, part, epoch, seq, head, sealed FROM row_snapshots WHERE vault = ?',
      Buffer.from(stranger.vault, 'hex'),
      Buffer.from(stranger.key('default').name.collection.slice(4), 'hex'),
      Buffer.from(owner.vault, 'hex'),
    );
    expect([await read(both), await read(theirs)]).toEqual(before);
  });

  it('made by another service’s keys is passed over', async () => {
    await say('Plays the cello');
    await keepSnapshots(world, owner.vault);
    const before = await shown();
    await world.stop();
    const store = openSqliteStore({ path: world.database });
    const { foldSecret: _, ...keys } = world.keys;
    const parts = { store, clock: world.clock, random: systemRandom, marks: world.marks, ...keys, build: 'test' };
    const services = await startServices({ ...parts, limits: { idleMs: 900_000, memoryBudget: 2 ** 30 } });
    expect((await list(services, app, { limit: 200 })).memories).toEqual(before);
    expect(services.vaults.open.get(owner.vault)?.snapshots.size).toBe(0);
    await stopServices(services);
  });

  it('that is put back from before rows came, changed and were erased says nothing that is no longer so', async () => {
    const [kept, erased, changed] = await say('Plays the cello', 'Allergic to hazelnuts', 'Lives in Porto');
    await keepSnapshots(world, owner.vault);
    behindItsBack(world, 'CREATE TABLE copied AS SELECT * FROM row_snapshots');
    await edit(world.services, app, changed?.id ?? '', { text: 'Lives in Lisbon' }, null);
    await keepSnapshots(world, owner.vault);
    close(world, owner.vault);
    behindItsBack(world, 'DELETE FROM row_snapshots');
    behindItsBack(world, 'INSERT INTO row_snapshots SELECT * FROM copied');
    expect(await texts()).toEqual(['Allergic to hazelnuts', 'Lives in Lisbon', 'Plays the cello']);
    await owner.post('erased', { scope: 'rows', rows: [erased?.id] });
    expect(partsKept(world)).toBe(0);
    close(world, owner.vault);
    behindItsBack(world, 'INSERT INTO row_snapshots SELECT * FROM copied');
    expect(await texts()).toEqual(['Lives in Lisbon', 'Plays the cello']);
    expect(await found('hazelnuts')).not.toContain('Allergic to hazelnuts');
    expect(kept).toBeDefined();
  });
});

describe('what ends a snapshot', () => {
  it('an erasure, a rotation; a revocation and a retraction leave it', async () => {
    const [row] = await say('Plays the cello');
    const other = await owner.grant({ label: 'another' });
    await keepSnapshots(world, owner.vault);
    await owner.retract(row as Memory);
    const { grantId } = parseToken(other);
    await owner.post('revoked', { grant: grantId });
    owner.revoked.add(grantId);
    expect(partsKept(world)).toBeGreaterThan(0);
    await rotate(owner, { collections: ['default'] });
    expect(partsKept(world)).toBe(0);
    await shown();
    expect(await keepSnapshots(world, owner.vault)).toBe(1);
    expect(partsKept(world)).toBeGreaterThan(0);
    await owner.post('erased', { scope: 'rows', rows: [row?.id] });
    expect(partsKept(world)).toBe(0);
  });

  it('keys that are closed take what it was opened to along, byte for byte', async () => {
    await say('Plays the cello');
    await keepSnapshots(world, owner.vault);
    close(world, owner.vault);
    await shown();
    const open = world.services.vaults.open.get(owner.vault);
    const image = open?.rows.image(owner.key('default').name.collection);
    const bytes = image?.record(0) ?? new Uint8Array(0);
    const whole = new Uint8Array(bytes.buffer);
    expect(Buffer.from(whole).includes('Plays the cello')).toBe(true);
    for (const { id } of open?.grants.values() ?? []) open?.drop(id);
    expect(whole.every((byte) => byte === 0)).toBe(true);
  });
});
