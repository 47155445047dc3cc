import { isMemSyncError } from '../../core/errors.ts';
import type { Instant } from '../../core/instant.ts';
import { effectiveTier, type EffectiveTier, KnownLimits, type RowView, type Surroundings } from '../../memory/lineage.ts';
import { editedRows } from '../../memory/row-states.ts';
import { currentVersion, type RowState, type VaultState } from '../../memory/state.ts';
import type { StoreReader } from '../../store/store.ts';
import type { OpenRow, OpenVault } from '../open-vault.ts';
import { stateBytes } from '../rows/weights.ts';
import { openVersion } from '../unlock.ts';
import type { VaultView } from '../vault-view.ts';
import type { Past } from './past.ts';

/** About how much memory a decoded row takes beside its text, in bytes. */
const ROW_BYTES = 1000;

type Older = Pick<OpenRow, 'header' | 'text' | 'basisAt'>;

/**
 * A vault that is open, as it stood at an event: rows say what they said then, where they have not been erased since, and stand as they
 * stood. What has not changed since is taken from the open vault.
 */
export class PastVault {
  readonly state: VaultState;
  /** The collections that were open when it was made. */
  readonly collections: string;
  readonly #vault: OpenVault;
  /** What rows said that say something else now. */
  readonly #older = new Map<string, Older>();
  readonly #limits = new KnownLimits();
  /** Up to where the open vault's ledger has been looked through for such rows. */
  #lookedTo: number;
  #isWhole = true;

  constructor(vault: OpenVault, state: VaultState) {
    this.#vault = vault;
    this.state = state;
    this.collections = openOf(vault);
    this.#lookedTo = state.headSeq;
  }

  /** About how much memory it takes beside the open vault, in bytes. */
  get bytes(): number {
    let bytes = stateBytes(this.state);
    for (const { text } of this.#older.values()) bytes += ROW_BYTES + 2 * text.length;
    return bytes;
  }

  get seq(): number {
    return this.state.headSeq;
  }

  /** Whether it is this vault as it stood at that event, with the collections that are open now. */
  isOf(vault: OpenVault, seq: number): boolean {
    return vault === this.#vault && seq === this.seq && this.collections === openOf(vault);
  }

  /** Reads what rows said then that have been changed since, and forgets what has been erased, as far as that has not been done. */
  async bringUp(store: StoreReader): Promise<void> {
    const { headSeq, rows } = this.#vault.state;
    if (headSeq > this.#lookedTo) {
      // What was worked out without a row's words of then, or with those of one that is gone, holds no longer.
      this.#limits.clear();
      for (const id of this.#older.keys()) if (rows.get(id)?.erased !== null) this.#older.delete(id);
      for (const now of editedRows(rows)) {
        if (currentVersion(now).seq > this.#lookedTo && !this.#older.has(now.id)) await this.#read(store, now);
      }
    }
    this.#lookedTo = headSeq;
    this.#isWhole = true;
  }

  /**
   * This vault, its tiers and ages taken at an instant: when its last event was stamped, for null. With `open`, as it is seen by whoever has the keys
   * of no other collections than those.
   */
  seenFrom(at: Instant | null, open: ReadonlySet<string> | null = null): Past {
    const isWhole = (): boolean => this.#isWhole;
    const view: VaultView = {
      vault: this.state.vault,
      state: this.state,
      names: this.#vault.names,
      rows: { get: (id) => this.#row(id) },
      index: {
        engine: this.#vault.index.engine,
        search: (query, options) => this.#vault.index.search(query, { ...options, at: this.seq }),
        vectorsDigest: (of) => this.#vault.index.vectorsDigest({ ...of, at: this.seq }),
        withoutVector: () => this.#vault.index.withoutVector(),
      },
      tierOf: open === null ? (row, when) => this.#tierOf(row, when) : this.#tierWithin(open),
    };
    return {
      ...view,
      at: at ?? this.state.lastAt,
      of: this,
      get isWhole() {
        return isWhole();
      },
    };
  }

  #tierOf(row: RowView, now: Instant): EffectiveTier {
    return effectiveTier(row, this.#around, this.state.policy.policy, now, this.#limits);
  }

  #tierWithin(open: ReadonlySet<string>): VaultView['tierOf'] {
    const limits = new KnownLimits();
    const around: Surroundings = {
      state: (id) => this.state.rows.get(id),
      view: (id) => (open.has(this.state.rows.get(id)?.collection ?? '') ? this.#row(id) : undefined),
      isOpen: (collection) => open.has(collection) && this.#vault.keys.has(collection),
    };
    return (row, now) => effectiveTier(row, around, this.state.policy.policy, now, limits);
  }

  readonly #around: Surroundings = {
    state: (id) => this.state.rows.get(id),
    view: (id) => this.#row(id),
    isOpen: (collection) => this.#vault.keys.has(collection),
  };

  #row(id: string): OpenRow | undefined {
    const state = this.state.rows.get(id);
    if (state === undefined || this.#vault.state.rows.get(id)?.erased !== null) return undefined;
    const { version } = currentVersion(state);
    const now = this.#vault.rows.get(id);
    if (now === undefined) return undefined;
    if (now.header.version === version) return { state, header: now.header, text: now.text, basisAt: now.basisAt };
    const older = this.#older.get(id);
    if (older === undefined) this.#isWhole = this.#isWhole && currentVersion(now.state).seq <= this.#lookedTo;
    return older === undefined ? undefined : { state, ...older };
  }

  /** What a row said then, its age counted along its versions up to then. One that does not open is left out. */
  async #read(store: StoreReader, now: RowState): Promise<void> {
    const vault = this.#vault;
    const then = this.state.rows.get(now.id);
    if (then === undefined || now.erased !== null || !vault.keys.has(now.collection)) return;
    let basisAt = Number.POSITIVE_INFINITY;
    let said: Older | null = null;
    try {
      for (const known of then.versions) {
        const stored = await store.version(vault.vault, now.id, known.version);
        if (stored === null) return;
        const { header, text } = openVersion(vault, stored, known);
        basisAt = Math.min(basisAt, header.basisAt, known.at);
        said = { header, text, basisAt };
      }
    } catch (error) {
      if (!isMemSyncError(error)) throw error;
      return;
    }
    if (said !== null && vault.state.rows.get(now.id)?.erased === null) this.#older.set(now.id, said);
  }
}

function openOf(vault: OpenVault): string {
  return vault.keys.collections().toSorted().join();
}
