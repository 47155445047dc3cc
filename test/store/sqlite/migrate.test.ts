import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { APPLICATION_ID, migrate, readMigrations } from '../../../src/store/sqlite/migrate.ts';

const STEPS = [
  { number: 1, sql: 'CREATE TABLE one (x); INSERT INTO one VALUES (1);' },
  { number: 2, sql: 'CREATE TABLE two (x); INSERT INTO two SELECT x FROM one;' },
];

const version = (db: Database.Database): unknown => db.pragma('user_version', { simple: true });
const tables = (db: Database.Database): unknown[] => db.prepare('SELECT name FROM sqlite_schema ORDER BY name').pluck().all();

it('takes each step once, in order', () => {
  const db = new Database(':memory:');
  migrate(db, STEPS.slice(0, 1));
  expect([version(db), tables(db)]).toEqual([1, ['one']]);
  migrate(db, STEPS);
  migrate(db, STEPS);
  expect([version(db), tables(db)]).toEqual([2, ['one', 'two']]);
  expect(db.prepare('SELECT x FROM two').pluck().all()).toEqual([1]);
  expect(db.pragma('application_id', { simple: true })).toBe(APPLICATION_ID);
});

it('takes back the whole of a step that fails, and keeps those before it', () => {
  const db = new Database(':memory:');
  const broken = { number: 2, sql: 'CREATE TABLE two (x); INSERT INTO one VALUES (2); INSERT INTO nowhere VALUES (1);' };
  expect(() => migrate(db, [...STEPS.slice(0, 1), broken])).toThrow(/nowhere/);
  expect([version(db), tables(db)]).toEqual([1, ['one']]);
  expect(db.prepare('SELECT x FROM one').pluck().all()).toEqual([1]);
});

it('leaves a newer schema alone', () => {
  const db = new Database(':memory:');
  migrate(db, STEPS);
  expect(() => migrate(db, STEPS.slice(0, 1))).toThrow(expect.objectContaining({ code: 'schema_newer' }));
  expect(version(db)).toBe(2);
});

it('keys every table of a vault’s by the vault, and every table strictly typed', () => {
  const db = new Database(':memory:');
  migrate(db, readMigrations());
  const all = db.prepare<[], [string, number]>(
    "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%'",
  );
  const list = all.raw().all();
  expect(list.length).toBeGreaterThan(10);
  expect(list.filter(([, strict]) => strict !== 1)).toEqual([]);
  const firstOfKey = db.prepare<[string], string>('SELECT name FROM pragma_table_info(?) WHERE pk = 1').pluck();
  const others = list.map(([name]) => name).filter((name) => firstOfKey.get(name) !== 'vault');
  const queue = ['case_events', 'cases', 'desks', 'reviewers'];
  expect(others.toSorted()).toEqual([...queue, 'cosigned_checkpoints', 'job_runs', 'log', 'meta', 'tiles', 'witnesses'].toSorted());
});

it('never asks SQL for the time', () => {
  const folder = new URL('../../../src/store/sqlite/', import.meta.url).pathname;
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(?:ts|sql)$/.test(name));
  expect(files).toContain('migrations/0001-first.sql');
  const time = /current_(?:time|date)|\b(?:datetime|strftime|julianday|unixepoch|timediff|date|time)\s*\(|'now'/i;
  expect(['DEFAULT CURRENT_TIMESTAMP', "datetime('now')", 'SELECT unixepoch()'].every((text) => time.test(text))).toBe(true);
  expect(files.filter((name) => time.test(readFileSync(join(folder, name), 'utf8')))).toEqual([]);
});
