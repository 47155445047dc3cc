import { readdirSync, readFileSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { MemSyncError } from '../../core/errors.ts';

/** `MSyn`, at its place in the header of every database that is ours. */
export const APPLICATION_ID = 0x4d_53_79_6e;

/** One numbered step of the schema. */
export interface Migration {
  readonly number: number;
  readonly sql: string;
}

const FOLDER = new URL('migrations/', import.meta.url);

/** Every migration, from the first on, as the files beside this one have them. */
export function readMigrations(): readonly Migration[] {
  const names = readdirSync(FOLDER)
    .filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name))
    .toSorted();
  return names.map((name, i) => {
    const number = Number(name.slice(0, 4));
    if (number !== i + 1) throw new MemSyncError('internal', `Migration ${name} is out of its order.`);
    return { number, sql: readFileSync(new URL(name, FOLDER), 'utf8') };
  });
}

/** What a database says of itself. */
export interface SchemaState {
  readonly applicationId: number;
  /** Number of the last migration that it has had; 0 for none. */
  readonly version: number;
  readonly empty: boolean;
}

/** Reads all of it in one transaction, as another process may be migrating. */
export function readSchemaState(db: Database.Database): SchemaState {
  const read = db.transaction((): SchemaState => {
    const applicationId = Number(db.pragma('application_id', { simple: true }));
    const version = schemaVersion(db);
    return { applicationId, version, empty: db.prepare('SELECT 1 FROM sqlite_schema').get() === undefined };
  });
  return read.deferred();
}

function schemaVersion(db: Database.Database): number {
  return Number(db.pragma('user_version', { simple: true }));
}

/**
 * Lets a database pass that is new or ours and no newer than `latest`.
 * @throws {MemSyncError} `config_invalid` when it is another program's, `schema_newer` when a newer MemSync wrote it.
 */
export function admitSchema(state: SchemaState, latest: number): void {
  const fresh = state.applicationId === 0 && state.version === 0 && state.empty;
  if (state.applicationId !== APPLICATION_ID && !fresh) throw foreign();
  if (state.version > latest) throw newer(state.version, latest);
}

export function foreign(): MemSyncError {
  return new MemSyncError('config_invalid', 'The file is not a MemSync database; it was left as it is.');
}

function newer(version: number, latest: number): MemSyncError {
  return new MemSyncError('schema_newer', `The database has schema ${version}; this MemSync knows ${latest} at most.`);
}

/** Brings a database up to the last of `migrations`, each in one transaction. @throws {MemSyncError} `schema_newer` */
export function migrate(db: Database.Database, migrations: readonly Migration[]): void {
  const latest = migrations.length;
  const step = db.transaction((migration: Migration) => {
    // Another process may have been here since the last look.
    const version = schemaVersion(db);
    if (version > latest) throw newer(version, latest);
    if (version >= migration.number) return;
    db.exec(migration.sql);
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${migration.number}`);
  });
  for (const migration of migrations) step.immediate(migration);
}

/** A check for the start of each write: a newer MemSync may have migrated the file since it was opened. @throws {MemSyncError} `schema_newer` */
export function schemaGuard(db: Database.Database): () => void {
  const known = schemaVersion(db);
  const version = db.prepare<[], number>('PRAGMA user_version').pluck();
  return () => {
    const now = version.get();
    if (now !== known) throw newer(now ?? 0, known);
  };
}
