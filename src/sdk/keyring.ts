import { fromBase64, fromHex } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import type { BoxKey } from '../crypto/box.ts';
import { type CollectionKey, unwrapBox, wipeCollectionKey } from '../crypto/collection-key.ts';
import { openDetails, openName } from '../memory/sealed-labels.ts';
import type { MemSyncClient } from './client.ts';
import type { KnownCollection, KnownGrant, OwnerState } from './owner-state.ts';

/**
 * The owner's own copies of a vault's collection keys, each opened with the owner's key and checked against what the owner once signed: what a
 * service hands out in a key's place is refused.
 */
export class Keyring {
  readonly #keys = new Map<string, CollectionKey>();
  readonly #names = new Map<string, string>();
  readonly #vault: string;

  private constructor(vault: string) {
    this.#vault = vault;
  }

  /** @throws {MemSyncError} `service_lied` when a box is missing, `box_mismatch` when one is not what was signed */
  static async open(client: MemSyncClient, state: OwnerState, boxKey: BoxKey): Promise<Keyring> {
    const { boxes } = await client.boxes(state.vault);
    const own = state.collections.find((collection) => collection.purpose === 'vault');
    if (own === undefined) throw new MemSyncError('collection_unknown', 'The vault has no key of its own yet.');
    const ring = new Keyring(own.id);
    for (const collection of state.collections) {
      const found = boxes.find(({ collection: id, epoch }) => id === collection.id && epoch === collection.epoch);
      if (found === undefined)
        throw new MemSyncError('service_lied', 'The service does not hand out a key that you once sealed to yourself.');
      ring.#add(state.vault, collection, fromBase64(found.box), boxKey);
    }
    return ring;
  }

  #add(vault: string, collection: KnownCollection, box: Uint8Array, boxKey: BoxKey): void {
    const name = { vault, collection: collection.id, epoch: collection.epoch };
    const signed = { keyCommitment: fromHex(collection.keyCommitment), boxSha256: fromHex(collection.boxSha256) };
    const key = unwrapBox(name, box, boxKey, signed);
    this.#keys.set(collection.id, key);
    if (collection.purpose === 'rows') this.#names.set(collection.id, openName(key, fromBase64(collection.sealedName)));
  }

  /** The key that seals what belongs to no collection. */
  get vaultKey(): CollectionKey {
    return this.key(this.#vault);
  }

  /** Name by id, of the collections that hold rows. */
  get names(): ReadonlyMap<string, string> {
    return this.#names;
  }

  /** @throws {MemSyncError} `collection_unknown` */
  key(id: string): CollectionKey {
    const key = this.#keys.get(id);
    if (key === undefined) throw new MemSyncError('collection_unknown', `You never signed for the collection ${id}.`);
    return key;
  }

  /** @throws {MemSyncError} `collection_unknown` */
  byName(name: string): CollectionKey {
    for (const [id, known] of this.#names) if (known === name) return this.key(id);
    throw new MemSyncError('collection_unknown', `You have no collection “${name}”.`);
  }

  /** A grant's label, as the owner sealed it. */
  labelOf(grant: Pick<KnownGrant, 'id' | 'sealedDetails'>): string {
    return openDetails(this.vaultKey, grant.id, fromBase64(grant.sealedDetails)).label;
  }

  wipe(): void {
    for (const key of this.#keys.values()) wipeCollectionKey(key);
    this.#keys.clear();
    this.#names.clear();
  }
}
