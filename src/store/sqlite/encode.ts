import type Database from 'better-sqlite3';
import { concat, fromHex, hex } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import { encodeId, ID_PREFIX, type IdKind, isId, parseId } from '../../core/ids.ts';
import type { StoredRow } from '../records.ts';

/** What a statement binds. */
export type Param = Uint8Array | string | number | null;

/** A prepared statement that answers with arrays of columns; `undefined` from `get` is "none". */
export type Query = Database.Statement<Param[], unknown[]>;

/** A prepared statement that writes. */
export type Command = Database.Statement<Param[], unknown>;

export function query(db: Database.Database, sql: string): Query {
  return db.prepare<Param[], unknown[]>(sql).raw();
}

export function command(db: Database.Database, sql: string): Command {
  return db.prepare<Param[], unknown>(sql);
}

/** The key that stands for "no grant" and for "before the first row": shorter than, and so below, every id. */
export const NO_BYTES = new Uint8Array(0);

/** 32 bytes of a vault's id. @throws {MemSyncError} `encoding_invalid` when it is not 64 hexadecimal digits. */
export function vaultKey(vault: string): Uint8Array {
  const key = fromHex(vault);
  if (key.length !== 32) throw new MemSyncError('encoding_invalid', 'Expected a vault id of 64 hexadecimal digits.');
  return key;
}

/**
 * The 16 bytes of an id, to be bound: from Node's pool, whose memory SQLite's binding reads as it lies, where it would have to move a small
 * array of its own. @throws {MemSyncError} `encoding_invalid` when it is not an id of that kind.
 */
export function idKey(kind: IdKind, text: string): Uint8Array {
  return isId(kind, text) ? Buffer.from(text.slice(ID_PREFIX[kind].length), 'hex') : parseId(kind, text);
}

/** Rows' ids, one after the other. */
export function packedRows(rows: readonly string[]): Uint8Array {
  return rows.length === 0 ? NO_BYTES : concat(...rows.map((row) => idKey('memory', row)));
}

export function vaultId(value: unknown): string {
  return hex(bytes(value));
}

/** As `idKey`; null becomes the empty one. */
export function optionalKey(kind: IdKind, text: string | null): Uint8Array {
  return text === null ? NO_BYTES : idKey(kind, text);
}

/** As `idKey`, of the place after which a page begins; '' is before the first. */
export function placeKey(kind: IdKind, text: string): Uint8Array {
  return text === '' ? NO_BYTES : idKey(kind, text);
}

/** What `placeKey` bound. */
export function placeId(kind: IdKind, value: unknown): string {
  const key = bytes(value);
  return key.length === 0 ? '' : encodeId(kind, key);
}

export function id(kind: IdKind, value: unknown): string {
  return encodeId(kind, bytes(value));
}

function unexpected(): MemSyncError {
  return new MemSyncError('store_failed', 'A stored record is not as the schema says.');
}

/** A column's bytes, as a plain array over what SQLite handed out. @throws {MemSyncError} `store_failed` when the column holds anything else. */
export function bytes(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw unexpected();
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

export function optionalBytes(value: unknown): Uint8Array | null {
  return value === null ? null : bytes(value);
}

/** A column's integer. @throws {MemSyncError} `store_failed` when it is none that a number holds exactly. */
export function integer(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw unexpected();
  return value;
}

export function optionalInteger(value: unknown): number | null {
  return value === null ? null : integer(value);
}

export function text(value: unknown): string {
  if (typeof value !== 'string') throw unexpected();
  return value;
}

export function optionalText(value: unknown): string | null {
  return value === null ? null : text(value);
}

/** The strings of a column that holds a JSON array of them. */
export function texts(value: unknown): readonly string[] {
  const list = parseJson(text(value));
  if (!Array.isArray(list)) throw unexpected();
  return list.map(text);
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw unexpected();
  }
}

const TIERS: readonly StoredRow['tier'][] = ['active', 'background', 'dormant'];

export function tierNumber(tier: StoredRow['tier']): number {
  return TIERS.indexOf(tier);
}

/** The tier of a column; a number that stands for none reads as the stalest, as no altered byte may freshen a row. */
export function tierOf(value: unknown): StoredRow['tier'] {
  return TIERS[integer(value)] ?? 'dormant';
}
