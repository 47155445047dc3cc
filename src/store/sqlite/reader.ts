import type Database from 'better-sqlite3';
import type { Instant } from '../../core/instant.ts';
import type {
  DueRow,
  StoredBox,
  StoredEvent,
  StoredHead,
  StoredIdempotency,
  StoredLog,
  StoredRead,
  StoredReceipt,
  StoredReceiptRow,
  StoredRetrieval,
  StoredRewrap,
  StoredRow,
  StoredVersion,
  StoredWrap,
} from '../records.ts';
import type { ReceiptFilter, ReceiptPage, RowSince, StoreReader } from '../store.ts';
import { bytes, id, idKey, integer, optionalKey, placeKey, text, vaultId, vaultKey } from './encode.ts';
import { toHead, toEvent, toVersion, toWrap, toRewrap, toRow, toRetrieval, toIdempotency, toLog } from './decode.ts';
import { guarded } from './failure.ts';
import { type Page, pageOf } from './pages.ts';
import { type Queries, prepareQueries } from './queries.ts';
import { ReadRecords } from './reads.ts';
import { ReceiptReader } from './receipts.ts';
import { ServedRecords } from './served.ts';

/** All reading but that of job runs. Each method is one statement, or several in one transaction. */
export abstract class SqliteReader implements Omit<StoreReader, 'jobRuns'> {
  readonly #queries: Queries;
  readonly #receipts: ReceiptReader;
  readonly #served: ServedRecords;
  readonly #receiptCounts: (vault: Uint8Array, since: readonly RowSince[], grant: string | null) => readonly number[];
  readonly #reads: ReadRecords;
  readonly #readTotals: ReadRecords['totals'];
  readonly #versionPage: Page<StoredVersion>;
  readonly #wrapPage: Page<StoredWrap>;

  constructor(db: Database.Database) {
    this.#queries = prepareQueries(db);
    this.#receipts = new ReceiptReader(db);
    this.#served = new ServedRecords(db);
    const counts = db.transaction((vault: Uint8Array, since: readonly RowSince[], grant: string | null) =>
      this.#receipts.counts(vault, since, grant),
    );
    this.#receiptCounts = (vault, since, grant) => counts.deferred(vault, since, grant);
    this.#reads = new ReadRecords(db);
    const totals = db.transaction((vault: Uint8Array, grant: string) => this.#reads.totals(vault, grant));
    this.#readTotals = (vault, grant) => totals.deferred(vault, grant);
    const { versions, laterVersions, wraps, laterWraps } = this.#queries;
    this.#versionPage = pageOf(db, versions, laterVersions, toVersion);
    this.#wrapPage = pageOf(db, wraps, laterWraps, toWrap);
  }

  async vaultCount(): Promise<number> {
    return guarded(() => integer(this.#queries.vaultCount.get()?.[0]));
  }

  async vaultIds(): Promise<readonly string[]> {
    return guarded(() => this.#queries.vaultIds.all().map((found) => vaultId(found[0])));
  }

  async head(vault: string): Promise<StoredHead | null> {
    return guarded(() => optional(this.#queries.head.get(vaultKey(vault)), toHead));
  }

  async events(vault: string, fromSeq: number, limit: number): Promise<readonly StoredEvent[]> {
    return guarded(() => this.#queries.events.all(vaultKey(vault), fromSeq, limit).map(toEvent));
  }

  async eventHash(vault: string, seq: number): Promise<Uint8Array | null> {
    return guarded(() => optional(this.#queries.eventHash.get(vaultKey(vault), seq), (found) => bytes(found[0])));
  }

  async versions(vault: string, collection: string, afterRow: string, limit: number): Promise<readonly StoredVersion[]> {
    return guarded(() => this.#versionPage(vaultKey(vault), idKey('collection', collection), placeKey('memory', afterRow), limit));
  }

  async version(vault: string, row: string, version: number): Promise<StoredVersion | null> {
    const key = vaultKey(vault);
    return guarded(() => optional(this.#queries.version.get(key, key, key, idKey('memory', row), version), toVersion));
  }

  async wraps(vault: string, collection: string, afterRow: string, limit: number): Promise<readonly StoredWrap[]> {
    return guarded(() => this.#wrapPage(vaultKey(vault), idKey('collection', collection), placeKey('memory', afterRow), limit));
  }

  async rewraps(vault: string): Promise<readonly StoredRewrap[]> {
    return guarded(() => this.#queries.rewraps.all(vaultKey(vault)).map(toRewrap));
  }

  async rewrapsPending(): Promise<number> {
    return guarded(() => integer(this.#queries.rewrapsPending.get()?.[0]));
  }

  async rows(vault: string): Promise<readonly StoredRow[]> {
    return guarded(() => this.#queries.rows.all(vaultKey(vault)).map(toRow));
  }

  async rowsNamed(vault: string, rows: readonly string[]): Promise<readonly StoredRow[]> {
    return guarded(() => rows.flatMap((row) => optional(this.#queries.row.get(vaultKey(vault), idKey('memory', row)), toRow) ?? []));
  }

  async grantVault(grant: string): Promise<string | null> {
    return guarded(() => optional(this.#queries.grantVault.get(idKey('grant', grant)), (found) => vaultId(found[0])));
  }

  async boxes(vault: string, grant: string | null): Promise<readonly StoredBox[]> {
    const toBox = (found: unknown[]): StoredBox => ({
      grant,
      collection: id('collection', found[0]),
      epoch: integer(found[1]),
      box: bytes(found[2]),
    });
    return guarded(() => this.#queries.boxes.all(vaultKey(vault), optionalKey('grant', grant)).map(toBox));
  }

  async retrieval(vault: string, retrieval: string): Promise<StoredRetrieval | null> {
    return guarded(() => optional(this.#queries.retrieval.get(vaultKey(vault), idKey('retrieval', retrieval)), toRetrieval));
  }

  async retrievalsAfter(vault: string, after: string, limit: number): Promise<readonly StoredRetrieval[]> {
    return guarded(() => this.#queries.retrievalsAfter.all(vaultKey(vault), placeKey('retrieval', after), limit).map(toRetrieval));
  }

  async reads(vault: string, grant: string, before: string | null, limit: number): Promise<readonly StoredRead[]> {
    return guarded(() => this.#reads.page(vaultKey(vault), grant, before, limit));
  }

  async remembersRead(vault: string, grant: string, retrieval: string): Promise<boolean> {
    return guarded(() => this.#reads.has(vaultKey(vault), grant, retrieval));
  }

  async readTotals(vault: string, grant: string): Promise<{ rows: number; retrievals: number; receipts: number }> {
    return guarded(() => this.#readTotals(vaultKey(vault), grant));
  }

  async receipt(vault: string, receipt: string): Promise<StoredReceipt | null> {
    return guarded(() => this.#receipts.one(vaultKey(vault), receipt));
  }

  async receiptsAfter(vault: string, after: string, limit: number): Promise<readonly StoredReceipt[]> {
    return guarded(() => this.#receipts.after(vaultKey(vault), after, limit));
  }

  async receiptForRetrieval(vault: string, retrieval: string): Promise<string | null> {
    return guarded(() => this.#receipts.forRetrieval(vaultKey(vault), retrieval));
  }

  async receiptRows(vault: string, receipt: string): Promise<readonly StoredReceiptRow[]> {
    return guarded(() => this.#receipts.rows(vaultKey(vault), receipt));
  }

  async receipts(vault: string, filter: ReceiptFilter): Promise<ReceiptPage> {
    return guarded(() => this.#receipts.page(vaultKey(vault), filter));
  }

  async receiptCounts(vault: string, since: readonly RowSince[], grant: string | null): Promise<readonly number[]> {
    return guarded(() => this.#receiptCounts(vaultKey(vault), since, grant));
  }

  async servedTo(vault: string, threadTag: Uint8Array, retrievals: number): Promise<readonly string[]> {
    return guarded(() => this.#served.to(vaultKey(vault), threadTag, retrievals));
  }

  async idempotency(vault: string, grant: string, key: Uint8Array): Promise<StoredIdempotency | null> {
    return guarded(() => optional(this.#queries.idempotency.get(vaultKey(vault), idKey('grant', grant), key), toIdempotency));
  }

  async log(): Promise<StoredLog | null> {
    return guarded(() => optional(this.#queries.log.get(), toLog));
  }

  async tile(level: number, index: number): Promise<Uint8Array | null> {
    return guarded(() => optional(this.#queries.tile.get(level, index), (found) => bytes(found[0])));
  }

  async dueRows(now: Instant, limit: number): Promise<readonly DueRow[]> {
    return guarded(() => this.#queries.dueRows.all(now, limit).map((found) => ({ ...toRow(found), vault: vaultId(found[6]) })));
  }

  async dueCount(now: Instant): Promise<number> {
    return guarded(() => integer(this.#queries.dueCount.get(now)?.[0]));
  }

  async meta(key: string): Promise<string | null> {
    return guarded(() => optional(this.#queries.meta.get(key), (found) => text(found[0])));
  }
}

function optional<T>(found: unknown[] | undefined, decode: (found: unknown[]) => T): T | null {
  return found === undefined ? null : decode(found);
}
