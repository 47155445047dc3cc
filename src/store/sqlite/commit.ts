import type Database from 'better-sqlite3';
import { equalBytes } from '../../core/bytes.ts';
import type { StoredEvent, StoredHead, StoredRow, StoredTile, StoredVersion } from '../records.ts';
import { type Commit, StoreConflict, type VaultChange } from '../store.ts';
import { AddendaWriter } from './commit-addenda.ts';
import { BesideWriter } from './commit-beside.ts';
import { bytes, type Command, command, idKey, integer, optionalKey, type Query, query, tierNumber, vaultKey } from './encode.ts';

const VERSION_COLUMNS = 'vault, collection, row_id, version, epoch, wrap_epoch, wrapped_key, commitment, header, sealed_text';

/** Writes commits. It opens no transaction: the caller runs `apply` inside one that has the write lock, and rolls back when it throws. */
export class CommitWriter {
  readonly #head: Query;
  readonly #logSize: Query;
  readonly #setHead: Command;
  readonly #event: Command;
  readonly #version: Command;
  readonly #row: Command;
  readonly #grant: Command;
  readonly #box: Command;
  readonly #unbox: Command;
  readonly #retrieval: Command;
  readonly #receipt: Command;
  readonly #receiptRow: Command;
  readonly #idempotency: Command;
  readonly #log: Command;
  readonly #tile: Command;
  readonly #beside: BesideWriter;
  readonly #addenda: AddendaWriter;

  constructor(db: Database.Database) {
    this.#beside = new BesideWriter(db);
    this.#addenda = new AddendaWriter(db);
    this.#head = query(db, 'SELECT head_seq, head_hash FROM vaults WHERE vault = ?');
    this.#logSize = query(db, 'SELECT size FROM log');
    this.#setHead = command(
      db,
      `INSERT INTO vaults (vault, head_seq, head_hash, head_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (vault) DO UPDATE SET head_seq = excluded.head_seq, head_hash = excluded.head_hash, head_at = excluded.head_at`,
    );
    this.#event = command(db, 'INSERT INTO events (vault, seq, hash, stored, beside) VALUES (?, ?, ?, ?, ?)');
    this.#version = command(db, `INSERT INTO versions (${VERSION_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#row = command(
      db,
      `INSERT INTO row_states (vault, row_id, version, tier, active_until, background_until, due_at) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (vault, row_id) DO UPDATE SET version = excluded.version, tier = excluded.tier,
         active_until = excluded.active_until, background_until = excluded.background_until, due_at = excluded.due_at`,
    );
    this.#grant = command(db, 'INSERT INTO grants (vault, grant_id) VALUES (?, ?) ON CONFLICT DO NOTHING');
    this.#box = command(db, 'INSERT INTO boxes (vault, grant_id, collection, epoch, box) VALUES (?, ?, ?, ?, ?)');
    this.#unbox = command(db, 'DELETE FROM boxes WHERE vault = ? AND grant_id = ?');
    this.#retrieval = command(
      db,
      'INSERT INTO retrievals (vault, id, grant_id, created_at, expires_at, sealed) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.#receipt = command(
      db,
      `INSERT INTO receipts (vault, id, retrieval, grant_id, issued_at, log_index, thread_tag, paid_unexplained, sealed, proof)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
    );
    this.#receiptRow = command(db, 'INSERT INTO receipt_rows (vault, receipt, position, row_id, sealed) VALUES (?, ?, ?, ?, ?)');
    this.#idempotency = command(
      db,
      `INSERT INTO idempotency (vault, grant_id, request_key, request_mac, result_ids, expires_at) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (vault, grant_id, request_key) DO UPDATE SET request_mac = excluded.request_mac,
         result_ids = excluded.result_ids, expires_at = excluded.expires_at
       WHERE expires_at <= ?`,
    );
    this.#log = command(
      db,
      `INSERT INTO log (id, size, root, checkpoint, at) VALUES (1, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET size = excluded.size, root = excluded.root, checkpoint = excluded.checkpoint, at = excluded.at`,
    );
    this.#tile = command(
      db,
      'INSERT INTO tiles (level, idx, bytes) VALUES (?, ?, ?) ON CONFLICT (level, idx) DO UPDATE SET bytes = excluded.bytes',
    );
  }

  /**
   * Checks every head, then writes everything.
   * @throws {StoreConflict} also when a grant, retrieval, receipt, addendum or idempotency key is taken already: a caller that reads again will see by whom.
   */
  apply(commit: Commit): void {
    const vaults = commit.vaults.map((change) => ({ key: vaultKey(change.vault), change }));
    const moved = vaults.filter(({ key, change }) => !this.#headIs(key, change.expected)).map(({ change }) => change.vault);
    const logMoved = commit.log !== null && this.#logSizeNow() !== commit.log.expectedSize;
    if (moved.length > 0 || logMoved) throw new StoreConflict(moved, logMoved);

    const taken = vaults.filter(({ key, change }) => !this.applyVault(key, change)).map(({ change }) => change.vault);
    if (taken.length > 0) throw new StoreConflict(taken, false);
    if (commit.log === null) return;
    const { log, tiles } = commit.log;
    this.#log.run(log.size, log.root, log.checkpoint, log.at);
    for (const tile of tiles) this.#writeTile(tile);
  }

  #headIs(vault: Uint8Array, expected: StoredHead | null): boolean {
    const found = this.#head.get(vault);
    if (found === undefined || expected === null) return found === undefined && expected === null;
    return integer(found[0]) === expected.seq && equalBytes(bytes(found[1]), expected.hash);
  }

  #logSizeNow(): number {
    const found = this.#logSize.get();
    return found === undefined ? 0 : integer(found[0]);
  }

  /** Writes one vault's share; false when a key that must be new was taken. */
  applyVault(vault: Uint8Array, change: VaultChange): boolean {
    const { expected, head } = change;
    for (const event of change.events) this.#writeEvent(vault, event);
    for (const version of change.versions) this.#writeVersion(vault, version);
    for (const row of change.rows) this.#writeRow(vault, row);
    if (expected === null || !equalBytes(expected.hash, head.hash)) {
      this.#setHead.run(vault, head.seq, head.hash, head.at);
    }
    for (const { grant, collection, epoch, box } of change.boxes) {
      this.#box.run(vault, optionalKey('grant', grant), idKey('collection', collection), epoch, box);
    }
    for (const grant of change.unboxed) this.#unbox.run(vault, idKey('grant', grant));
    this.#beside.write(vault, change);
    return this.#writeUnique(vault, change) && this.#addenda.write(vault, change);
  }

  #writeEvent(vault: Uint8Array, event: StoredEvent): void {
    this.#event.run(vault, event.seq, event.hash, event.stored, event.beside);
  }

  #writeVersion(vault: Uint8Array, version: StoredVersion): void {
    this.#version.run(
      vault,
      idKey('collection', version.collection),
      idKey('memory', version.row),
      version.version,
      version.epoch,
      version.wrapEpoch,
      version.wrappedKey,
      version.commitment,
      version.header,
      version.text,
    );
  }

  #writeRow(vault: Uint8Array, row: StoredRow): void {
    const tier = tierNumber(row.tier);
    this.#row.run(vault, idKey('memory', row.row), row.version, tier, row.activeUntil, row.backgroundUntil, row.dueAt);
  }

  #writeTile(tile: StoredTile): void {
    this.#tile.run(tile.level, tile.index, tile.bytes);
  }

  /** Records whose keys another process may have used since the caller looked. */
  #writeUnique(vault: Uint8Array, change: VaultChange): boolean {
    let written = 0;
    for (const grant of change.grants) written += this.#grant.run(vault, idKey('grant', grant)).changes;
    for (const retrieval of change.retrievals) {
      const { id, grant, createdAt, expiresAt, sealed } = retrieval;
      written += this.#retrieval.run(vault, idKey('retrieval', id), idKey('grant', grant), createdAt, expiresAt, sealed).changes;
    }
    for (const receipt of change.receipts) {
      const { issuedAt, logIndex, threadTag, sealed, proof = null } = receipt;
      const flag = receipt.paidUnexplained ? 1 : 0;
      const [id, retrieval, grant] = [idKey('receipt', receipt.id), idKey('retrieval', receipt.retrieval), idKey('grant', receipt.grant)];
      written += this.#receipt.run(vault, id, retrieval, grant, issuedAt, logIndex, threadTag, flag, sealed, proof).changes;
    }
    for (const { grant, key, requestMac, resultIds, expiresAt, notedAt } of change.idempotency) {
      written += this.#idempotency.run(
        vault,
        idKey('grant', grant),
        key,
        requestMac,
        JSON.stringify(resultIds),
        expiresAt,
        notedAt,
      ).changes;
    }
    if (written < change.grants.length + change.retrievals.length + change.receipts.length + change.idempotency.length) return false;
    for (const { receipt, position, row, sealed } of change.receiptRows) {
      this.#receiptRow.run(vault, idKey('receipt', receipt), position, idKey('memory', row), sealed);
    }
    return true;
  }
}
