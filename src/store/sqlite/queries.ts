import type Database from 'better-sqlite3';
import { type Query, query } from './encode.ts';

const VERSION_COLUMNS = 'row_id, version, collection, epoch, wrap_epoch, header, sealed_text, wrapped_key, commitment';
const WRAP_COLUMNS = 'row_id, version, wrap_epoch, wrapped_key';
const RETRIEVAL_COLUMNS = 'id, grant_id, created_at, expires_at, sealed';
const ROW_COLUMNS = 'row_id, version, tier, active_until, background_until, due_at';

/** What `SqliteReader` asks. */
type QueryName =
  | 'vaultCount'
  | 'vaultIds'
  | 'head'
  | 'events'
  | 'eventHash'
  | 'versions'
  | 'laterVersions'
  | 'version'
  | 'wraps'
  | 'laterWraps'
  | 'rewraps'
  | 'rewrapsPending'
  | 'rows'
  | 'row'
  | 'grantVault'
  | 'boxes'
  | 'retrieval'
  | 'retrievalsAfter'
  | 'idempotency'
  | 'log'
  | 'tile'
  | 'dueRows'
  | 'dueCount'
  | 'meta';

export type Queries = Readonly<Record<QueryName, Query>>;

/** The statements of `SqliteReader`, by what they answer; columns come in the order in which it reads them. */
export function prepareQueries(db: Database.Database): Queries {
  return {
    vaultCount: query(db, 'SELECT count(*) FROM vaults'),
    vaultIds: query(db, 'SELECT vault FROM vaults ORDER BY vault'),
    head: query(db, 'SELECT head_seq, head_hash, head_at FROM vaults WHERE vault = ?'),
    events: query(db, 'SELECT seq, hash, stored, beside FROM events WHERE vault = ? AND seq >= ? ORDER BY seq LIMIT ?'),
    eventHash: query(db, 'SELECT hash FROM events WHERE vault = ? AND seq = ?'),
    versions: query(
      db,
      `SELECT ${VERSION_COLUMNS} FROM versions WHERE vault = ? AND collection = ? AND row_id > ? ORDER BY row_id, version LIMIT ?`,
    ),
    laterVersions: query(
      db,
      `SELECT ${VERSION_COLUMNS} FROM versions WHERE vault = ? AND collection = ? AND row_id = ? AND version > ? ORDER BY version`,
    ),
    // Hops from one collection of the vault to the next along the primary key, and looks into each.
    version: query(
      db,
      `WITH RECURSIVE hop (vault, collection) AS (
      SELECT ?, (SELECT min(collection) FROM versions WHERE vault = ?)
      UNION ALL
      SELECT vault, (SELECT min(v.collection) FROM versions AS v WHERE v.vault = hop.vault AND v.collection > hop.collection)
      FROM hop WHERE collection IS NOT NULL
    )
    SELECT ${VERSION_COLUMNS.replaceAll(/\w+/g, 'v.$&')} FROM hop CROSS JOIN versions AS v
      ON v.vault = ? AND v.collection = hop.collection AND v.row_id = ? AND v.version = ? LIMIT 1`,
    ),
    wraps: query(
      db,
      `SELECT ${WRAP_COLUMNS} FROM versions WHERE vault = ? AND collection = ? AND row_id > ? ORDER BY row_id, version LIMIT ?`,
    ),
    laterWraps: query(
      db,
      `SELECT ${WRAP_COLUMNS} FROM versions WHERE vault = ? AND collection = ? AND row_id = ? AND version > ? ORDER BY version`,
    ),
    rewraps: query(
      db,
      'SELECT collection, epoch, after_row, after_receipt, done_at FROM rewraps WHERE vault = ? ORDER BY collection, epoch',
    ),
    rewrapsPending: query(db, 'SELECT count(*) FROM rewraps WHERE done_at IS NULL'),
    rows: query(db, `SELECT ${ROW_COLUMNS} FROM row_states WHERE vault = ? ORDER BY row_id`),
    row: query(db, `SELECT ${ROW_COLUMNS} FROM row_states WHERE vault = ? AND row_id = ?`),
    grantVault: query(db, 'SELECT vault FROM grants WHERE grant_id = ?'),
    boxes: query(db, 'SELECT collection, epoch, box FROM boxes WHERE vault = ? AND grant_id = ? ORDER BY collection, epoch'),
    retrieval: query(db, `SELECT ${RETRIEVAL_COLUMNS} FROM retrievals WHERE vault = ? AND id = ?`),
    retrievalsAfter: query(db, `SELECT ${RETRIEVAL_COLUMNS} FROM retrievals WHERE vault = ? AND id > ? ORDER BY id LIMIT ?`),
    idempotency: query(
      db,
      `SELECT grant_id, request_key, request_mac, result_ids, expires_at FROM idempotency
    WHERE vault = ? AND grant_id = ? AND request_key = ?`,
    ),
    log: query(db, 'SELECT size, root, checkpoint, at FROM log'),
    tile: query(db, 'SELECT bytes FROM tiles WHERE level = ? AND idx = ?'),
    dueRows: query(db, `SELECT ${ROW_COLUMNS}, vault FROM row_states WHERE due_at <= ? ORDER BY due_at, vault, row_id LIMIT ?`),
    dueCount: query(db, 'SELECT count(*) FROM row_states WHERE due_at <= ?'),
    meta: query(db, 'SELECT value FROM meta WHERE name = ?'),
  };
}
