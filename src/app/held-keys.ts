import { type CollectionKey, wipeCollectionKey } from '../crypto/collection-key.ts';

/** The collection keys that are in memory, of every epoch that a token has opened. */
export class HeldKeys {
  readonly #keys = new Map<string, CollectionKey[]>();

  /** Every key of a collection, newest first; none where it is closed. */
  all(collection: string): readonly CollectionKey[] {
    return this.#keys.get(collection) ?? [];
  }

  at(collection: string, epoch: number): CollectionKey | undefined {
    return this.all(collection).find((key) => key.name.epoch === epoch);
  }

  /** Whether a collection is open: some key of it is at hand. */
  has(collection: string): boolean {
    return this.#keys.has(collection);
  }

  /** The collections that are open. */
  collections(): string[] {
    return [...this.#keys.keys()];
  }

  /** Keeps a key; one of the same collection and epoch that is there already is kept instead, and this one wiped. */
  add(key: CollectionKey): void {
    const { collection, epoch } = key.name;
    if (this.at(collection, epoch) !== undefined) {
      wipeCollectionKey(key);
      return;
    }
    this.#keys.set(
      collection,
      [...this.all(collection), key].toSorted((a, b) => b.name.epoch - a.name.epoch),
    );
  }

  drop(collection: string): void {
    for (const key of this.all(collection)) wipeCollectionKey(key);
    this.#keys.delete(collection);
  }

  wipe(): void {
    for (const collection of this.collections()) this.drop(collection);
  }
}
