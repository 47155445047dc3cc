import Database from 'better-sqlite3';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openSqliteStore } from '../../../src/store/sqlite/store.ts';
import { FreeSpace, unusedSpan } from '../../../src/store/sqlite/free-space.ts';
import { hash } from '../samples.ts';
import { temporaryFolder } from './temporary.ts';

/** Numbers as by chance, and the same in every run. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
}

/** Writes, replaces and deletes values of all sizes in tables of both kinds. Returns those that are deleted, and those that are there. */
function churn(db: Database.Database, seed: number, steps: number): { gone: Buffer[]; kept: Map<string, Buffer> } {
  const below = dice(seed);
  const vault = hash('vault');
  const kept = new Map<string, Buffer>();
  const gone: Buffer[] = [];
  let made = 0;
  const bytes = (): Buffer => {
    const length = [16 + below(100), 100 + below(800), 900 + below(4000), 5000 + below(20_000)][Math.max(0, below(9) - 5)] ?? 16;
    const start = Buffer.from(hash(`${seed}/${(made += 1)}`));
    return Buffer.concat([start, Buffer.alloc(length, start)]);
  };
  const box = db.prepare('INSERT INTO boxes (vault, grant_id, collection, epoch, box) VALUES (?, ?, ?, 1, ?)');
  const unbox = db.prepare('DELETE FROM boxes WHERE vault = ? AND grant_id = ?');
  const replace = db.prepare('UPDATE boxes SET box = ? WHERE vault = ? AND grant_id = ?');
  const retrieval = db.prepare('INSERT INTO retrievals (vault, id, grant_id, created_at, expires_at, sealed) VALUES (?, ?, ?, 1, 2, ?)');
  const lapse = db.prepare('DELETE FROM retrievals WHERE vault = ? AND id = ?');
  const event = db.prepare('INSERT INTO events (vault, seq, hash, stored, beside) VALUES (?, ?, ?, ?, ?)');
  const blank = db.prepare('UPDATE events SET beside = NULL WHERE vault = ? AND beside = ?');
  const drop = (id: string, value: Buffer): void => {
    blank.run(vault, value);
    lapse.run(vault, Buffer.from(id, 'hex'));
    gone.push(value);
  };
  const step = db.transaction((turn: number) => {
    for (let i = 0; i < 10; i++) {
      const id = Buffer.from(hash(`id ${seed}/${turn}/${i}`)).subarray(0, 16);
      const value = bytes();
      box.run(vault, id, id, value);
      retrieval.run(vault, id, id, value);
      event.run(vault, seed * 1_000_000 + turn * 100 + i, id, bytes().subarray(0, 200), value);
      kept.set(id.toString('hex'), value);
    }
    if (turn % 3 > 0) return;
    for (let i = 0; i < 6; i++) {
      const [id, value] = [...kept][below(kept.size)] ?? ['', Buffer.alloc(0)];
      drop(id, value);
      const next = below(3) === 0 ? bytes() : null;
      if (next === null) unbox.run(vault, Buffer.from(id, 'hex'));
      else replace.run(next, vault, Buffer.from(id, 'hex'));
      if (next === null) kept.delete(id);
      else kept.set(id, next);
    }
  });
  for (let turn = 0; turn < steps; turn++) step(turn);
  return { gone, kept };
}

/** How many of these values a file holds, by their beginnings. */
function found(path: string, values: Iterable<Buffer>): number {
  const file = readFileSync(path);
  const sought = new Map([...values].map((value) => [value.readUInt32LE(), value.subarray(0, 32)]));
  const there = new Set<Buffer>();
  for (let at = 0; at + 32 <= file.length; at++) {
    const value = sought.get(file.readUInt32LE(at));
    if (value !== undefined && file.compare(value, 0, 32, at, at + 32) === 0) there.add(value);
  }
  return there.size;
}

it('nothing that was deleted is left in space that pages do not use, and nothing else is touched', { timeout: 60_000 }, async () => {
  const path = join(temporaryFolder(), 'memsync.sqlite');
  const store = openSqliteStore({ path });
  // Another connection, as of another process.
  const other = new Database(path);
  try {
    for (const pragma of ['secure_delete = ON', 'synchronous = OFF', 'cache_size = -65536']) other.pragma(pragma);
    const gone: Buffer[] = [];
    let left = 0;
    for (let round = 1; round <= 3; round++) {
      const churned = churn(other, round, 150);
      gone.push(...churned.gone);
      other.pragma('wal_checkpoint(TRUNCATE)');
      left += found(path, gone);
      expect(await store.scrub()).toBe(true);
      expect(found(path, gone)).toBe(0);
      expect(found(path, churned.kept.values())).toBe(churned.kept.size);
      expect(statSync(`${path}-wal`).size).toBe(0);
    }
    // SQLite alone leaves copies: without them this would be no test.
    expect(left).toBeGreaterThan(0);
    expect(other.pragma('integrity_check', { simple: true })).toBe('ok');
  } finally {
    other.close();
    await store.close();
  }
});

it.each(['another connection', 'the same one'])('%s that has pages in memory as they were brings nothing back', async (who) => {
  const path = join(temporaryFolder(), 'memsync.sqlite');
  await openSqliteStore({ path }).close();
  const [db, other] = [new Database(path), new Database(path)];
  const writer = who === 'the same one' ? db : other;
  try {
    for (const one of [db, other]) for (const pragma of ['secure_delete = ON', 'cache_size = -65536']) one.pragma(pragma);
    const { gone } = churn(writer, 3, 400);
    const tables = [
      ['boxes', 'box'],
      ['retrievals', 'sealed'],
      ['events', 'hash'],
    ].map(([table, column]) => ({
      read: writer.prepare(`SELECT sum(length(${column})) FROM ${table}`),
      write: writer.prepare(`UPDATE ${table} SET ${column} = CAST(substr(${column}, 1, length(${column}) - 1) || x'00' AS BLOB)`),
    }));
    let calls = 0;
    const truncate = (): boolean => {
      // Right after the space is cleared, every page of these tables is written from memory.
      if ((calls += 1) === 3) for (const { write } of tables) write.run();
      const cut = db.pragma('wal_checkpoint(TRUNCATE)', { simple: true }) === 0;
      for (const { read } of tables) read.get();
      return cut;
    };
    expect(truncate()).toBe(true);
    calls = 0;
    expect(found(path, gone)).toBeGreaterThan(0);
    expect(await new FreeSpace(db).clear(truncate)).toBe(true);
    expect(calls).toBe(3);
    expect(found(path, gone)).toBe(0);
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  } finally {
    other.close();
    db.close();
  }
});

it('waits for whoever is reading', async () => {
  const path = join(temporaryFolder(), 'memsync.sqlite');
  const store = openSqliteStore({ path });
  const reader = new Database(path, { readonly: true });
  try {
    await store.setMeta('a', 'b');
    reader.prepare('BEGIN').run();
    reader.prepare('SELECT count(*) FROM meta').get();
    expect(await store.scrub()).toBe(false);
    reader.prepare('COMMIT').run();
    expect(await store.scrub()).toBe(true);
    expect(await store.meta('a')).toBe('b');
  } finally {
    reader.close();
    await store.close();
  }
});

it('takes only pages of trees for such', () => {
  const page = (first: number, cells: number, content: number): Uint8Array => {
    const bytes = new Uint8Array(512);
    bytes.set([first, 0, 0, cells >> 8, cells & 255, content >> 8, content & 255]);
    return bytes;
  };
  expect(unusedSpan(page(13, 3, 400), 0, 512)).toEqual({ from: 14, to: 400 });
  expect(unusedSpan(page(5, 3, 400), 0, 512)).toEqual({ from: 18, to: 400 });
  expect(unusedSpan(page(10, 252, 512), 0, 512)).toBeNull();
  for (const first of [0, 1, 3, 4, 9]) expect(unusedSpan(page(first, 3, 400), 0, 512)).toBeNull();
  expect(unusedSpan(page(13, 3, 513), 0, 512)).toBeNull();
});
