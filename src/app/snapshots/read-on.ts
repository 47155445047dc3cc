import { equalBytes } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import { linkHash, NO_PREVIOUS, parseStoredEvent } from '../../memory/event.ts';
import type { StoreReader } from '../../store/store.ts';
import { EVENT_PAGE } from '../ledger-reader.ts';
import type { OpenVault } from '../open-vault.ts';
import { checkSeal } from '../unlock.ts';
import { type RowsNamed, rowsNamed } from './named-rows.ts';
import type { OpenedSnapshot } from './row-snapshots.ts';

/** What has happened since snapshots were made. */
export interface Since {
  /** Snapshots that do not hold: what they were made of is not in the ledger, something has been erased since, or rows are missing. */
  readonly unsound: ReadonlySet<OpenedSnapshot>;
  /** Rows whose versions came after the snapshot of their collection. */
  readonly made: ReadonlySet<string>;
  /** Rows whose columns may not follow what has happened to them; 'all' for any. */
  readonly about: ReadonlySet<string> | 'all';
  /** Up to which event. */
  readonly head: number;
}

/**
 * Reads a vault's ledger on to its end: from the earliest of the snapshots, or from the genesis where `others`, collections without one, are to be
 * opened. Every grant's event about their rows, or about a snapshot's rows after it, must have been sealed by a holder of the key.
 * @throws {MemSyncError} `ledger_broken`
 */
export async function readOn(
  store: StoreReader,
  vault: OpenVault,
  snapshots: readonly OpenedSnapshot[],
  others: ReadonlySet<string>,
): Promise<Since> {
  const reading = new Reading(vault, snapshots, others);
  const first = others.size > 0 ? -1 : reading.from;
  const start = first < 0 ? NO_PREVIOUS : await store.eventHash(vault.vault, first);
  if (start === null) throw new MemSyncError('ledger_broken', `The ledger has no event ${first}.`);
  let previous = start;
  let seq = first;
  reading.pass(seq, previous);
  while (seq < vault.state.headSeq) {
    const page = await store.events(vault.vault, seq + 1, EVENT_PAGE);
    if (page.length === 0) throw new MemSyncError('ledger_broken', `The ledger ends before event ${seq + 1}.`);
    for (const stored of page) {
      if (seq === vault.state.headSeq) break;
      const hash = linkHash(seq + 1, previous, stored.stored);
      const parsed = parseStoredEvent(stored.stored);
      const collection = parsed.by === 'grant' ? vault.state.rows.get(parsed.event.row)?.collection : undefined;
      if (parsed.by === 'grant' && reading.isUnchecked(collection ?? '', stored.seq)) checkSeal(vault, stored, previous, parsed);
      if (stored.seq > reading.from) reading.take(stored.seq, rowsNamed(parsed, stored));
      previous = hash;
      seq = stored.seq;
      reading.pass(seq, hash);
    }
  }
  if (!equalBytes(previous, vault.state.headHash))
    throw new MemSyncError('ledger_broken', 'The ledger is another than the one that was folded.');
  return reading.since();
}

class Reading {
  /** The event after which anything counts; the genesis, the only event that is of no kind, never does. */
  readonly from: number;
  readonly #vault: OpenVault;
  readonly #snapshots: readonly OpenedSnapshot[];
  readonly #others: ReadonlySet<string>;
  readonly #since: ReadonlyMap<string, number>;
  readonly #columnsFrom: number;
  readonly #found = new Set<OpenedSnapshot>();
  readonly #newRows = new Map<OpenedSnapshot, number>();
  readonly #made = new Set<string>();
  readonly #erased = new Map<string, number>();
  #about: Set<string> | 'all' = new Set();

  constructor(vault: OpenVault, snapshots: readonly OpenedSnapshot[], others: ReadonlySet<string>) {
    this.#vault = vault;
    this.#snapshots = snapshots;
    this.#others = others;
    this.#since = new Map(snapshots.map(({ collection, seq }) => [collection, seq]));
    this.#columnsFrom = Math.min(...snapshots.map(({ columnsFrom }) => columnsFrom));
    this.from = Math.max(0, Math.min(this.#columnsFrom - 1, ...snapshots.map(({ seq }) => seq)));
  }

  /** Whether the seals of a collection's events are to be checked at this place. */
  isUnchecked(collection: string, seq: number): boolean {
    return this.#others.has(collection) || seq > (this.#since.get(collection) ?? Number.POSITIVE_INFINITY);
  }

  /** The ledger has this hash at this event. */
  pass(seq: number, hash: Uint8Array): void {
    for (const snapshot of this.#snapshots) if (snapshot.seq === seq && equalBytes(snapshot.head, hash)) this.#found.add(snapshot);
  }

  take(seq: number, { made, isNew, erased, about }: RowsNamed): void {
    const { rows } = this.#vault.state;
    for (const row of made) if (seq > (this.#since.get(rows.get(row)?.collection ?? '') ?? seq)) this.#made.add(row);
    for (const row of erased) this.#erased.set(rows.get(row)?.collection ?? '', seq);
    for (const snapshot of this.#snapshots) {
      if (isNew > 0 && seq > snapshot.seq) this.#newRows.set(snapshot, (this.#newRows.get(snapshot) ?? 0) + isNew);
    }
    if (seq < this.#columnsFrom || this.#about === 'all') return;
    if (about === null) this.#about = 'all';
    else for (const row of about) this.#about.add(row);
  }

  since(): Since {
    const { rows } = this.#vault.state;
    const unsound = this.#snapshots.filter((snapshot) => {
      const { collection, seq, vaultRows } = snapshot;
      if (!this.#found.has(snapshot) || (this.#erased.get(collection) ?? -1) > seq) return true;
      return vaultRows + (this.#newRows.get(snapshot) ?? 0) !== rows.size;
    });
    return { unsound: new Set(unsound), made: this.#made, about: this.#about, head: this.#vault.state.headSeq };
  }
}
