import { equalBytes } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import { verifyBytes } from '../crypto/ed25519.ts';
import { signCheckpoint, verifyCheckpoint } from '../log/checkpoint.ts';
import { encodeEntryBundle } from '../log/entry-bundle.ts';
import { EMPTY_ROOT, HASH_BYTES, leafHash, verifyInclusion } from '../log/merkle.ts';
import type { NoteSigner } from '../log/note.ts';
import { encodeProof } from '../log/proof.ts';
import { edgeTiles, TILE_WIDTH, type TileAddress } from '../log/tile.ts';
import { KnownSubtrees } from '../log/subtrees.ts';
import { growTree, inclusionTiles, proveInclusion, treeRoot } from '../log/tree.ts';
import { verifierKey } from '../log/verifier-key.ts';
import type { StoredLog, StoredTile } from '../store/records.ts';
import type { LogChange, StoreReader } from '../store/store.ts';
import { type HeadMarks, logMark, MemoryMarks } from './marks.ts';
import type { CosignedCheckpoint, CosignedCheckpoints } from './witnesses/cosigned.ts';

/** Level under which entry bundles are kept beside the tiles of hashes. */
export const ENTRIES = -1;

/** The log as of one commit, with the tiles at its right edge in memory. */
interface LogHead {
  readonly stored: StoredLog | null;
  readonly edge: ReadonlyMap<string, Uint8Array>;
}

/**
 * The service's transparency log: entries get their place when a commit is built (sequence), hashes and checkpoint go into that same commit
 * (integrate), and what has been committed is what is served (publish).
 */
export class LogKeeper {
  readonly #store: StoreReader;
  readonly #signer: NoteSigner;
  readonly #marks: HeadMarks;
  readonly #cosigned: CosignedCheckpoints | null;
  /** The cosigned checkpoint that has been found to be one of this log's. */
  #ours: CosignedCheckpoint | null = null;
  /** Of the log as it is in memory: let go with it. */
  #subtrees = new KnownSubtrees();
  #head: LogHead = { stored: null, edge: new Map() };

  private constructor(store: StoreReader, signer: NoteSigner, marks: HeadMarks, cosigned: CosignedCheckpoints | null) {
    this.#store = store;
    this.#signer = signer;
    this.#marks = marks;
    this.#cosigned = cosigned;
  }

  /**
   * Opens the log that the store holds.
   * @throws {MemSyncError} `log_broken` when tiles, root and signed checkpoint do not agree, or when the log is not one that goes on from where
   * the marks know it to have been: two logs that differ must never be signed under one name.
   * @param cosigned what witnesses have cosigned, to be handed out in proofs; null where there are none
   */
  static async open(
    store: StoreReader,
    signer: NoteSigner,
    marks: HeadMarks = new MemoryMarks(),
    cosigned: CosignedCheckpoints | null = null,
  ): Promise<LogKeeper> {
    const keeper = new LogKeeper(store, signer, marks, cosigned);
    await keeper.#requireMarked();
    await keeper.reload();
    return keeper;
  }

  get size(): number {
    return this.#head.stored?.size ?? 0;
  }

  /** When the last checkpoint was signed, or 0. */
  get lastAt(): Instant {
    return this.#head.stored?.at ?? 0;
  }

  get origin(): string {
    return this.#signer.name;
  }

  /** The Ed25519 key, 32 bytes, that checkpoints are verified with. */
  get publicKey(): Uint8Array {
    return this.#signer.publicKey;
  }

  /** Reads the head anew, as after a commit that another process got in before. */
  async reload(): Promise<void> {
    const stored = await this.#store.log();
    this.#subtrees = new KnownSubtrees();
    if (stored === null) {
      this.#head = { stored: null, edge: new Map() };
      return;
    }
    const edge = await this.#fetch([...edgeTiles(stored.size), ...bundleEdge(stored.size)]);
    const checkpoint = verifyCheckpoint(stored.checkpoint, verifierKey(this.#signer.name, this.#signer.publicKey), verifyBytes);
    const root = treeRoot(stored.size, reader(edge));
    if (checkpoint.size !== stored.size || !equalBytes(checkpoint.root, root) || !equalBytes(stored.root, root)) {
      throw new MemSyncError('log_broken', 'The log’s tiles and its signed checkpoint do not agree.');
    }
    this.#head = { stored, edge };
    this.#raise(stored);
  }

  async #requireMarked(): Promise<void> {
    const mark = this.#marks.get(logMark(this.#signer.name));
    if (mark === null || mark.seq === 0) return;
    const size = (await this.#store.log())?.size ?? 0;
    if (size < mark.seq) {
      throw new MemSyncError(
        'log_broken',
        `The log has ${size} entries; ${mark.seq} have been signed before. Was an older database put in place by hand? Then use \`memsync restore\`.`,
      );
    }
    if (!equalBytes(treeRoot(mark.seq, reader(await this.#fetch(edgeTiles(mark.seq)))), mark.hash))
      throw new MemSyncError('log_broken', `The log does not begin with the ${mark.seq} entries that have been signed before.`);
  }

  #raise({ size, root }: StoredLog): void {
    this.#marks.raise(logMark(this.#signer.name), { seq: size, hash: root });
  }

  /** The signed checkpoint; one for the empty log is signed when there is none yet. */
  checkpoint(): string {
    return this.#head.stored?.checkpoint ?? signCheckpoint({ origin: this.#signer.name, size: 0, root: EMPTY_ROOT }, this.#signer);
  }

  /** What adding entries comes to, as a commit writes it. `adopt` makes it the head once it is committed. */
  stage(entries: readonly Uint8Array[], now: Instant): { change: LogChange; adopt: () => void } {
    const oldSize = this.size;
    const subtrees = this.#subtrees.fork();
    const grown = growTree(oldSize, entries.map(leafHash), reader(this.#head.edge), subtrees);
    const tiles: StoredTile[] = grown.tiles.map(({ level, index, bytes }) => ({ level, index, bytes }));
    tiles.push(...growBundles(oldSize, entries, this.#head.edge));
    const checkpoint = signCheckpoint({ origin: this.#signer.name, size: grown.size, root: grown.root }, this.#signer);
    const stored: StoredLog = { size: grown.size, root: grown.root, checkpoint, at: now };
    const known = new Map(this.#head.edge);
    for (const tile of tiles) known.set(name(tile), tile.bytes);
    const edge = new Map<string, Uint8Array>();
    for (const tile of [...edgeTiles(grown.size), ...bundleEdge(grown.size)])
      edge.set(name(tile), known.get(name(tile)) ?? new Uint8Array(0));
    return { change: { expectedSize: oldSize, log: stored, tiles }, adopt: () => this.#adopt({ stored, edge }, subtrees) };
  }

  #adopt(head: LogHead & { readonly stored: StoredLog }, subtrees: KnownSubtrees): void {
    this.#head = head;
    this.#subtrees.absorb(subtrees);
    this.#raise(head.stored);
  }

  /**
   * `c2sp.org/tlog-proof@v1` for the entry at `index`: under the newest checkpoint that enough witnesses have cosigned, where the entry is in it, else
   * under the last one, with the cosignatures that there are.
   * @throws {MemSyncError} `not_found` past the end; `log_broken` where what is stored does not lead from the entry to the signed root
   */
  async prove(index: number): Promise<string> {
    const { stored, edge } = this.#head;
    if (stored === null || index >= stored.size) throw new MemSyncError('not_found', `The log has no entry ${index}.`);
    const { size, root, checkpoint } = await this.#handedOut(index, stored);
    const own = { level: 0, index: Math.floor(index / TILE_WIDTH) };
    const needed = new Map([own, ...inclusionTiles(index, size)].map((tile) => [name(tile), tile]));
    const elsewhere = [...needed.values()].filter((tile) => !edge.has(name(tile)));
    const tiles = await this.#fetch(elsewhere);
    for (const [key, bytes] of edge) tiles.set(key, bytes);
    const subtrees = this.#subtrees.fork();
    const hashes = proveInclusion(index, size, reader(tiles), subtrees);
    // What is in memory was held against the root when it got there; what comes from the store may have gone bad since.
    if (elsewhere.length > 0) requireProven(index, size, reader(tiles).tile(0, own.index), hashes, root);
    this.#subtrees.absorb(subtrees);
    return encodeProof({ index, hashes, checkpoint });
  }

  /** A signed checkpoint of the log's as the store holds it, with the cosignatures that are known of it. */
  async withCosignatures({ size, checkpoint }: Pick<StoredLog, 'size' | 'checkpoint'>): Promise<string> {
    return this.#cosigned === null ? checkpoint : this.#cosigned.withCosignatures(size, checkpoint);
  }

  async #handedOut(index: number, stored: StoredLog): Promise<Pick<StoredLog, 'size' | 'root' | 'checkpoint'>> {
    const met = (await this.#cosigned?.met()) ?? null;
    if (met !== null && met.size > index && met.size <= stored.size && (await this.#isOurs(met))) return met;
    return { size: stored.size, root: stored.root, checkpoint: await this.withCosignatures(stored) };
  }

  /** Whether the log's tiles come to what was cosigned: a proof under another root would not hold. */
  async #isOurs(met: CosignedCheckpoint): Promise<boolean> {
    if (this.#ours?.text === met.text) return true;
    const root = treeRoot(met.size, reader(await this.#fetch(edgeTiles(met.size))));
    if (!equalBytes(root, met.root)) return false;
    this.#ours = met;
    return true;
  }

  async #fetch(addresses: readonly TileAddress[]): Promise<Map<string, Uint8Array>> {
    const tiles = new Map<string, Uint8Array>();
    for (const address of addresses) {
      const bytes = await this.#store.tile(address.level, address.index);
      if (bytes === null) throw new MemSyncError('log_broken', `The log’s tile ${name(address)} is missing.`);
      tiles.set(name(address), bytes);
    }
    return tiles;
  }
}

function requireProven(index: number, size: number, tile: Uint8Array, hashes: readonly Uint8Array[], root: Uint8Array): void {
  const from = (index % TILE_WIDTH) * HASH_BYTES;
  try {
    verifyInclusion(index, size, tile.subarray(from, from + HASH_BYTES), hashes, root);
  } catch (cause) {
    throw new MemSyncError('log_broken', `The log’s tiles do not lead from entry ${index} to the root that is signed.`, { cause });
  }
}

function name(tile: TileAddress): string {
  return `${tile.level}/${tile.index}`;
}

function reader(tiles: ReadonlyMap<string, Uint8Array>): { tile(level: number, index: number): Uint8Array } {
  return { tile: (level, index) => tiles.get(`${level}/${index}`) ?? new Uint8Array(0) };
}

function bundleEdge(size: number): TileAddress[] {
  return size % TILE_WIDTH === 0 ? [] : [{ level: ENTRIES, index: Math.floor(size / TILE_WIDTH) }];
}

function growBundles(oldSize: number, entries: readonly Uint8Array[], edge: ReadonlyMap<string, Uint8Array>): StoredTile[] {
  const bundles: StoredTile[] = [];
  let index = Math.floor(oldSize / TILE_WIDTH);
  let held = oldSize % TILE_WIDTH;
  for (let from = 0; from < entries.length; index += 1, held = 0) {
    const fresh = encodeEntryBundle(entries.slice(from, from + TILE_WIDTH - held));
    const before = held === 0 ? new Uint8Array(0) : (edge.get(`${ENTRIES}/${index}`) ?? new Uint8Array(0));
    const bytes = new Uint8Array(before.length + fresh.length);
    bytes.set(before);
    bytes.set(fresh, before.length);
    bundles.push({ level: ENTRIES, index, bytes });
    from += TILE_WIDTH - held;
  }
  return bundles;
}
