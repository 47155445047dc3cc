import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Memory } from '../../schemas/memory.ts';
import { demoteStale } from '../../src/app/demote-stale.ts';
import { edit } from '../../src/app/edit.ts';
import { issueReceipt } from '../../src/app/issue-receipt.ts';
import { foldOn, readGenesis } from '../../src/app/ledger-reader.ts';
import { list } from '../../src/app/list.ts';
import { MemoryMarks } from '../../src/app/marks.ts';
import { remember } from '../../src/app/remember.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import { isMemSyncError } from '../../src/core/errors.ts';
import { ToyEmbeddings } from '../support/embedding-service.ts';
import { fresherThan } from '../support/fresher.ts';
import { keepSnapshots } from '../support/snapshots.ts';
import { DAY, START, World } from '../support/world.ts';

let world: World;
let toy: ToyEmbeddings;
let device: string;
let truth: Map<string, Memory>;
let original: string;
/** The same file with a checkpoint of the fold in it, before the last events. */
let kept: string;
/** The same file with a snapshot of its rows in it, before the last events. */
let snapped: string;
let folder: string;

/** A vault with rows in every tier and standing, receipts, contests and demotions; its file is then bent one byte at a time. */
beforeAll(async () => {
  toy = await ToyEmbeddings.open();
  world = await World.open(START, toy.options());
  const owner = await world.owner();
  const app = await owner.grant();
  const other = await owner.grant({ label: 'another' });
  device = await owner.device();
  const say = async (text: string, more: object = {}, token = app): Promise<Memory> => {
    const { memories } = await remember(
      world.services,
      token,
      { memories: [{ text, claimed: { kind: 'user_stated' }, ...more }] },
      `key ${text}`,
    );
    return memories[0] as Memory;
  };
  const address = await say('Lives at 12 Quillfeather Lane', { category: 'identity' });
  await say('Plays the cello', { category: 'interests' });
  const allergy = await say('Allergic to hazelnuts', { category: 'health' });
  const gone = await say('Works at Brightwell', { category: 'career' });
  await say('Derived from the allergy', { derivedFrom: [allergy.id] });
  world.clock.advance(150 * DAY);
  await demoteStale(world.services);
  await owner.confirm(allergy, address);
  await say('Lives in Lisbon', { supersedes: [address.id] }, other);
  await owner.retract(gone);
  if ((await keepSnapshots(world, owner.vault)) !== 1) throw new Error('a snapshot is kept');
  const mine = await say('Likes tea');
  await edit(world.services, app, mine.id, { text: 'Likes green tea', category: 'interests' }, null);
  await say('Likes tea', {}, other);
  const served = await retrieve(world.services, app, { query: 'hazelnuts' });
  await issueReceipt(world.services, app, { retrievalId: served.id, model: { label: 'm' }, output: { text: 'x' } }, null);
  world.clock.advance(40 * DAY);
  truth = new Map((await list(world.services, device, { limit: 200 })).memories.map((row) => [row.id, row]));
  folder = mkdtempSync(join(tmpdir(), 'memsync-tamper-'));
  original = join(folder, 'original.db');
  kept = join(folder, 'kept.db');
  snapped = join(folder, 'snapped.db');
  await world.services.embeddings?.run();
  await world.stop();
  copyFileSync(world.database, snapped);
  inDatabase((db) => db.exec('DELETE FROM row_snapshots'))();
  copyFileSync(world.database, original);
  await keepHalfway(owner.vault);
});

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await world.close();
  await toy.close();
});

/** Puts a checkpoint of the vault as it stood some events ago into a copy of the file. */
async function keepHalfway(vault: string): Promise<void> {
  await world.restart(() => undefined, new MemoryMarks());
  const { store, checkpoints } = world.services;
  const state = await readGenesis(store, vault);
  if (state === null) throw new Error('there is a vault');
  await foldOn(store, state, ((await store.head(vault))?.seq ?? 0) - 6);
  expect(await checkpoints.keep(state)).toBe(true);
  await world.stop();
  copyFileSync(world.database, kept);
}

/** Starts the service on what `bend` made of the file, and reads as the owner's device does. Marks are forgotten, as after a move. */
async function readBent(bend: () => void, file = original): Promise<{ rows: readonly Memory[] } | { code: string }> {
  copyFileSync(file, world.database);
  bend();
  try {
    await world.restart(() => undefined, new MemoryMarks());
    return { rows: (await list(world.services, device, { limit: 200 })).memories };
  } catch (error) {
    if (!isMemSyncError(error)) throw error;
    return { code: error.code };
  } finally {
    await world.stop().catch(() => undefined);
    for (const end of ['-wal', '-shm']) rmSync(world.database + end, { force: true });
  }
}

/** Names every way in which a row looks fresher than it did before anybody touched the file. */
function fresher(rows: readonly Memory[]): string[] {
  return rows.flatMap((row) => {
    const before = truth.get(row.id);
    if (before === undefined) return [`${row.id} appeared`];
    return row.text === before.text ? fresherThan(before, row) : [`${row.id} says something else`];
  });
}

const TABLES = [
  'vaults',
  'events',
  'versions',
  'row_states',
  'grants',
  'boxes',
  'retrievals',
  'receipts',
  'receipt_rows',
  'idempotency',
  'log',
  'tiles',
  'row_vectors',
];

/** Every cell of the database, as an update that bends it by one bit or one step. */
function bends(tables: readonly string[] = TABLES, file = original): { name: string; apply: (db: DatabaseSync) => void }[] {
  const db = new DatabaseSync(file, { readOnly: true });
  const out: { name: string; apply: (db: DatabaseSync) => void }[] = [];
  for (const table of tables) {
    const columns = db.prepare(`PRAGMA table_info(${table})`).all() as { name: string; pk: number }[];
    const keys = columns.filter((column) => column.pk > 0).map((column) => column.name);
    for (const row of db.prepare(`SELECT * FROM ${table}`).all()) {
      for (const { name } of columns) {
        const value = row[name];
        const bent = bentValues(value ?? null, out.length);
        for (const one of bent) {
          const where = keys.map((key) => `${key} = ?`).join(' AND ');
          const sql = `UPDATE ${table} SET ${name} = ? WHERE ${where}`;
          out.push({
            name: `${table}.${name}`,
            apply: (target) => void target.prepare(sql).run(one, ...keys.map((key) => row[key] ?? null)),
          });
        }
      }
    }
  }
  db.close();
  return out;
}

function inDatabase(apply: (db: DatabaseSync) => void): () => void {
  return () => {
    const db = new DatabaseSync(world.database);
    try {
      apply(db);
    } catch {
      // The database refuses some bends by itself (a key that is there already).
    } finally {
      db.close();
    }
  };
}

function asFile(bytes: Uint8Array): () => void {
  return () => writeFileSync(world.database, bytes);
}

type Cell = string | number | Uint8Array | null;

function bentValues(value: unknown, salt: number): Cell[] {
  if (typeof value === 'number') return [value + 1, Math.max(0, value - 1), value + 400 * DAY];
  if (typeof value === 'string') return [value.slice(0, -1), `${value}0`];
  if (!(value instanceof Uint8Array)) return [];
  if (value.length === 0) return [];
  const flipped = Uint8Array.from(value);
  const at = (salt * 7919) % flipped.length;
  flipped[at] = (flipped[at] ?? 0) ^ (1 << (salt % 8));
  return [flipped, value.slice(0, -1)];
}

describe('promise 2: altering what is stored never makes a row look fresher', () => {
  it('reads the untouched file as it was', async () => {
    const outcome = await readBent(() => undefined);
    expect(outcome).toMatchObject({ rows: [...truth.values()] });
    expect(truth.size).toBe(8);
  });

  it('holds for every cell of every table, each bent in turn', { timeout: 240_000 }, async () => {
    const outcomes = new Map<string, number>();
    const offences: string[] = [];
    const all = bends();
    for (const { name, apply } of all) {
      const outcome = await readBent(inDatabase(apply));
      const code = 'code' in outcome ? outcome.code : 'read';
      outcomes.set(code, (outcomes.get(code) ?? 0) + 1);
      if ('rows' in outcome) offences.push(...fresher(outcome.rows).map((sign) => `${name}: ${sign}`));
      // Whatever is done to vectors, the rows are what they were.
      if (name.startsWith('row_vectors')) expect(outcome, name).toMatchObject({ rows: [...truth.values()] });
    }
    expect(offences).toEqual([]);
    expect(all.filter(({ name }) => name.startsWith('row_vectors')).length).toBeGreaterThan(20);
    expect(all.length).toBeGreaterThan(300);
    expect([...outcomes.keys()].toSorted()).toEqual(expect.arrayContaining(['box_mismatch', 'ledger_broken', 'read']));
    expect(outcomes.get('internal') ?? 0).toBe(0);
  });

  it(
    'holds where a vault is opened from a checkpoint: for every cell of that, and of the ledger before and after it',
    { timeout: 240_000 },
    async () => {
      const untouched = await readBent(() => undefined, kept);
      expect(untouched).toMatchObject({ rows: [...truth.values()] });
      const offences: string[] = [];
      const all = bends(['fold_checkpoints', 'events', 'vaults', 'versions'], kept);
      for (const { name, apply } of all) {
        const outcome = await readBent(inDatabase(apply), kept);
        if ('rows' in outcome) offences.push(...fresher(outcome.rows).map((sign) => `${name}: ${sign}`));
        // Whatever is done to a checkpoint, the vault opens without it.
        if (name.startsWith('fold_checkpoints')) expect(outcome, name).toMatchObject({ rows: [...truth.values()] });
      }
      expect(offences).toEqual([]);
      expect(all.filter(({ name }) => name.startsWith('fold_checkpoints')).length).toBeGreaterThan(7);
    },
  );

  it(
    'holds where rows are opened from a snapshot: for every cell of that, and of the ledger before and after it',
    { timeout: 240_000 },
    async () => {
      const untouched = await readBent(() => undefined, snapped);
      expect(untouched).toMatchObject({ rows: [...truth.values()] });
      const offences: string[] = [];
      const all = bends(['row_snapshots', 'events', 'vaults', 'versions'], snapped);
      for (const { name, apply } of all) {
        const outcome = await readBent(inDatabase(apply), snapped);
        if ('rows' in outcome) offences.push(...fresher(outcome.rows).map((sign) => `${name}: ${sign}`));
        // Whatever is done to a snapshot, the rows open without it.
        if (name.startsWith('row_snapshots')) expect(outcome, name).toMatchObject({ rows: [...truth.values()] });
      }
      expect(offences).toEqual([]);
      expect(all.filter(({ name }) => name.startsWith('row_snapshots')).length).toBeGreaterThan(20);
    },
  );

  it('holds for bytes of the file itself, flipped one at a time', { timeout: 240_000 }, async () => {
    const bytes = readFileSync(original);
    const offences: string[] = [];
    for (let i = 0; i < 250; i++) {
      const at = (i * 104_729 + 17) % bytes.length;
      const bent = Buffer.from(bytes);
      bent[at] = (bent[at] ?? 0) ^ (1 << (i % 8));
      const outcome = await readBent(asFile(bent));
      if ('rows' in outcome) offences.push(...fresher(outcome.rows).map((sign) => `byte ${at}: ${sign}`));
    }
    expect(offences).toEqual([]);
  });
});
