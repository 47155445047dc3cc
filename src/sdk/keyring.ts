import type { OwnerBoxesReply } from '../../schemas/owner-event.ts';
import { fromBase64, fromHex } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import type { BoxKey } from '../crypto/box.ts';
import { type CollectionKey, unwrapBox, wipeCollectionKey } from '../crypto/collection-key.ts';
import { openPrevious } from '../crypto/key-chain.ts';
import { sha256 } from '../crypto/sha256.ts';
import { openDetails, openName } from '../memory/sealed-labels.ts';
import { type KnownCollection, type KnownGrant, newestEpoch, type OwnerState } from './owner-state.ts';

/** Where an owner's sealed copies of the collection keys come from. */
export interface BoxSource {
  boxes(vault: string): Promise<OwnerBoxesReply>;
}

/**
 * A vault's collection keys of every epoch: of each collection the newest out of its sealed box, and through it those before, each checked
 * against what the owner once signed. What a service hands out in a key's place is refused.
 */
export class Keyring {
  /** By collection, newest first. */
  readonly #keys = new Map<string, CollectionKey[]>();
  readonly #names = new Map<string, string>();
  readonly #vault: string;
  /** Whether it is to hold a collection's keys at all: a device has those of its grant alone. */
  readonly #covers: (collection: string) => boolean;

  private constructor(vault: string, covers: (collection: string) => boolean) {
    this.#vault = vault;
    this.#covers = covers;
  }

  /**
   * Opens, but for what is erased, the owner's own boxes with the owner's key or, with `device`, those of that device's grant with its token's.
   * @throws {MemSyncError} `service_lied` when a box is missing, `box_mismatch` when one is not what was signed
   */
  static async open(client: BoxSource, state: OwnerState, boxKey: BoxKey, device: string | null = null): Promise<Keyring> {
    const reply = await client.boxes(state.vault);
    const own = state.collections.find((collection) => collection.purpose === 'vault');
    if (own === undefined) throw new MemSyncError('collection_unknown', 'The vault has no key of its own yet.');
    const reach = device === null ? null : (state.grants.find(({ id }) => id === device)?.collections ?? []);
    const gone = new Set(state.collections.filter(({ erased }) => erased).map(({ id }) => id));
    const ring = new Keyring(own.id, (id) => !gone.has(id) && (reach === null || reach.includes(id)));
    try {
      for (const collection of state.collections) {
        if (!ring.#covers(collection.id)) continue;
        const boxes = reach === null ? reply.boxes : reply.device;
        const found = boxes.find((box) => box.collection === collection.id && box.epoch === newestEpoch(collection));
        if (found === undefined)
          throw new MemSyncError('service_lied', 'The service does not hand out a key that you once sealed to yourself.');
        ring.#add(state.vault, collection, fromBase64(found.box), boxKey, reach === null);
      }
    } catch (error) {
      ring.wipe();
      throw error;
    }
    return ring;
  }

  #add(vault: string, collection: KnownCollection, box: Uint8Array, boxKey: BoxKey, owners: boolean): void {
    const [newest, ...earlier] = [collection, ...collection.later].toReversed();
    if (newest === undefined) return;
    const name = { vault, collection: collection.id, epoch: newest.epoch };
    const keyCommitment = fromHex(newest.keyCommitment);
    // What a grant's box must hash to is not remembered here; the key that it holds is the one committed to, whichever box it came in.
    const boxSha256 = owners ? fromHex(newest.boxSha256) : sha256(box);
    const keys = [unwrapBox(name, box, boxKey, { keyCommitment, boxSha256 })];
    this.#keys.set(collection.id, keys);
    for (const before of earlier) {
      const next = keys[keys.length - 1];
      const sealed = collection.later.find(({ epoch }) => epoch === before.epoch + 1)?.sealedPrevious;
      if (next === undefined || sealed === undefined) throw new MemSyncError('box_mismatch', 'The chain of a collection’s keys has a gap.');
      keys.push(openPrevious(next, { ...name, epoch: before.epoch }, fromBase64(sealed), fromHex(before.keyCommitment)));
    }
    if (collection.purpose === 'rows')
      this.#names.set(collection.id, openName(this.key(collection.id, 1), fromBase64(collection.sealedName)));
  }

  /** The key that seals what belongs to no collection now. */
  get vaultKey(): CollectionKey {
    return this.key(this.#vault);
  }

  /** Name by id, of the collections that hold rows. */
  get names(): ReadonlyMap<string, string> {
    return this.#names;
  }

  /** A collection's key: of that epoch, or the newest. @throws {MemSyncError} `collection_unknown` */
  key(id: string, epoch?: number): CollectionKey {
    const keys = this.#keys.get(id) ?? [];
    const key = epoch === undefined ? keys[0] : keys.find(({ name }) => name.epoch === epoch);
    if (key === undefined)
      throw new MemSyncError('collection_unknown', `You never signed for the collection ${id}, or for that key of it.`);
    return key;
  }

  /** Whether it holds a collection's key: of that epoch, or any. */
  has(id: string, epoch?: number): boolean {
    return (this.#keys.get(id) ?? []).some(({ name }) => epoch === undefined || name.epoch === epoch);
  }

  /** Whether it holds every collection's newest key, as `state` knows them. */
  isCurrent(state: OwnerState): boolean {
    return state.collections.every((known) => known.erased || !this.#covers(known.id) || this.has(known.id, newestEpoch(known)));
  }

  /** The newest key of the collection of that name. @throws {MemSyncError} `collection_unknown` */
  byName(name: string): CollectionKey {
    for (const [id, known] of this.#names) if (known === name) return this.key(id);
    throw new MemSyncError('collection_unknown', `You have no collection “${name}”.`);
  }

  /** A grant's label, as the owner sealed it. */
  labelOf(grant: Pick<KnownGrant, 'id' | 'sealedDetails' | 'detailsEpoch'>): string {
    return openDetails(this.key(this.#vault, grant.detailsEpoch), grant.id, fromBase64(grant.sealedDetails)).label;
  }

  wipe(): void {
    for (const keys of this.#keys.values()) for (const key of keys) wipeCollectionKey(key);
    this.#keys.clear();
    this.#names.clear();
  }
}
