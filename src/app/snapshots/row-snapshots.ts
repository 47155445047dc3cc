import { equalBytes } from '../../core/bytes.ts';
import { isMemSyncError } from '../../core/errors.ts';
import type { Random } from '../../core/random.ts';
import type { Redacted } from '../../core/redacted.ts';
import { deriveKey } from '../../crypto/derive.ts';
import { currentEpoch } from '../../memory/state.ts';
import type { StoredSnapshot } from '../../store/snapshots.ts';
import type { Store } from '../../store/store.ts';
import type { OpenVault } from '../open-vault.ts';
import { RowImage } from '../rows/row-image.ts';
import { imageOf } from '../rows/vault-image.ts';
import { openSnapshot, sealSnapshot, type SnapshotPlace } from './seal.ts';

/** A snapshot is made once so many events have come since the last, and one for so many rows. */
const EVENTS = 256;
const SHARE = 50;
/** So many bytes may wait to be written; what would be more is not kept this time. */
const WAITING = 256 * 1024 * 1024;

/** A snapshot that is stored. */
export interface KnownSnapshot {
  /** At which event it was made. */
  readonly seq: number;
  /** Whether it is as good as it can be: it holds, and nothing has come since that makes it slow to open. */
  readonly isGood: boolean;
}

/** A collection's rows out of a snapshot, with what is needed to bring them up to date. */
export interface OpenedSnapshot extends SnapshotPlace {
  readonly collection: string;
  readonly image: RowImage;
  readonly index: Uint8Array;
  readonly vaultRows: number;
  readonly columnsFrom: number;
}

/** The row snapshots of this service: what it, or another process with the same keys, had opened and checked. */
export class RowSnapshots {
  readonly #store: Pick<Store, 'snapshots' | 'eventHash'>;
  readonly #random: Random;
  readonly #secret: Redacted | null;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Without a secret none are kept, and none are read. */
  constructor(store: Pick<Store, 'snapshots' | 'eventHash'>, random: Random, secret: Redacted | null) {
    this.#store = store;
    this.#random = random;
    this.#secret = secret === null ? null : deriveKey(secret, 'memsync/row-snapshots/v1');
  }

  /** What is stored of an open collection, where it opens and was made at an event that the ledger has; null otherwise. */
  async open(vault: OpenVault, collection: string): Promise<OpenedSnapshot | null> {
    if (this.#secret === null) return null;
    const stored = await this.#store.snapshots.read(vault.vault, collection);
    if (stored === null) return null;
    // Until it has been held against the ledger.
    vault.snapshots.set(collection, { seq: stored.seq, isGood: false });
    const key = keyOf(vault, collection);
    if (key === null || stored.epoch !== key.name.epoch || stored.seq > vault.state.headSeq) return null;
    const there = await this.#store.eventHash(vault.vault, stored.seq);
    if (there === null || !equalBytes(there, stored.head)) return null;
    return this.#openWith(vault, stored);
  }

  /** Whether so much has come that another snapshot of a collection is worth it. */
  isDue(vault: OpenVault, collection: string): boolean {
    const known = vault.snapshots.get(collection);
    const since = vault.state.headSeq - (known?.isGood === true ? known.seq : -1);
    return since > EVENTS && since * SHARE >= vault.rows.countOf(collection);
  }

  /**
   * Makes snapshots of collections of a vault, those that are due unless told, from what is in memory now, and has them written later: nobody waits
   * for it. To be called between two commits, of a vault that is as it is stored. Returns how many are made.
   */
  keepSoon(vault: OpenVault, collections: Iterable<string> = this.#due(vault)): number {
    return this.#keepSoon(vault, collections, (image) => vault.settle(image));
  }

  /** As `keepSoon`, of those that are due of a vault that is let go next: it is left as it is. */
  keepLast(vault: OpenVault): number {
    return this.#keepSoon(vault, this.#due(vault), (image) => image.wipe());
  }

  #keepSoon(vault: OpenVault, collections: Iterable<string>, then: (image: RowImage) => void): number {
    let made = 0;
    for (const collection of collections) {
      const over = vault.snapshots.get(collection)?.seq ?? null;
      const snapshot = this.#seal(vault, collection, then);
      if (snapshot === null) continue;
      vault.snapshots.set(collection, { seq: snapshot.seq, isGood: true });
      this.#write(snapshot, over, vault);
      made += 1;
    }
    return made;
  }

  /** Resolves when what was to be written has been. */
  async settled(): Promise<void> {
    await this.#turn;
  }

  #due(vault: OpenVault): string[] {
    if (this.#secret === null) return [];
    const { collections } = vault.state;
    return vault.keys.collections().filter((id) => collections.get(id)?.purpose === 'rows' && this.isDue(vault, id));
  }

  #seal(vault: OpenVault, collection: string, then: (image: RowImage) => void): StoredSnapshot | null {
    const key = keyOf(vault, collection);
    if (key === null || this.#secret === null || this.#waiting > WAITING) return null;
    const { headSeq: seq, headHash: head, rows } = vault.state;
    const [image, index] = [imageOf(vault, collection), vault.index.encode(collection)];
    const contents = { rows: image, index, vaultRows: rows.size, columnsFrom: vault.behind.from ?? seq + 1 };
    const snapshot = sealSnapshot({ key, secret: this.#secret, engine: vault.index.engine }, { seq, head }, contents, this.#random);
    index.fill(0);
    then(new RowImage(collection, image));
    return snapshot;
  }

  #write(snapshot: StoredSnapshot, over: number | null, vault: OpenVault): void {
    const size = snapshot.parts.reduce((sum, part) => sum + part.length, 0);
    this.#waiting += size;
    const write = async (): Promise<void> => {
      await new Promise(setImmediate);
      const kept = await this.#store.snapshots.keep(snapshot, over).catch(() => false);
      this.#waiting -= size;
      if (!kept) await this.#lookAgain(vault, snapshot);
    };
    this.#turn = this.#turn.then(write);
  }

  /** Another process was first, or something has happened since: the next one takes the place of what is there. */
  async #lookAgain({ snapshots }: OpenVault, { vault, collection, seq }: StoredSnapshot): Promise<void> {
    const there = await this.#store.snapshots.read(vault, collection).catch(() => null);
    if (snapshots.get(collection)?.seq !== seq) return;
    if (there === null) snapshots.delete(collection);
    else snapshots.set(collection, { seq: there.seq, isGood: there.seq > seq });
  }

  #openWith(vault: OpenVault, stored: StoredSnapshot): OpenedSnapshot | null {
    const key = keyOf(vault, stored.collection);
    if (key === null || this.#secret === null) return null;
    const contents = openSnapshot({ key, secret: this.#secret, engine: vault.index.engine }, stored);
    if (contents === null) return null;
    const { collection, seq, head } = stored;
    try {
      const { rows, ...more } = contents;
      return { collection, seq, head, ...more, image: new RowImage(collection, rows) };
    } catch (error) {
      if (isMemSyncError(error, 'encoding_invalid')) return null;
      throw error;
    }
  }
}

/** The key that a collection's rows are sealed under now, where it is at hand. */
function keyOf(vault: OpenVault, collection: string): ReturnType<OpenVault['key']> | null {
  const state = vault.state.collections.get(collection);
  return state === undefined ? null : (vault.keys.at(collection, currentEpoch(state).epoch) ?? null);
}
