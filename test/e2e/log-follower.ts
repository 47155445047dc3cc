import { hex } from '../../src/core/bytes.ts';
import { verifyBytes } from '../../src/crypto/ed25519.ts';
import { type Checkpoint, verifyCheckpoint } from '../../src/log/checkpoint.ts';
import { verifyConsistency, verifyInclusion } from '../../src/log/merkle.ts';
import { encodeTilePath, tilesOf, tileWidth } from '../../src/log/tile.ts';
import { proveConsistency, proveInclusion } from '../../src/log/tree.ts';
import { parseVerifierKey } from '../../src/log/verifier-key.ts';
import type { MemSyncClient } from '../../src/sdk/client.ts';

/** An entry that was handed out with an inclusion proof. */
export interface Handed {
  readonly index: number;
  readonly leaf: Uint8Array;
}

/** Somebody who keeps every checkpoint that the service ever handed out, and holds the log to all of them. */
export class LogFollower {
  readonly #keys: string;
  /** Roots by size: two roots of one size would be a fork. */
  readonly #roots = new Map<number, Uint8Array>();
  /** Full tiles, which never change. */
  readonly #full = new Map<string, Uint8Array>();

  constructor(keys: string) {
    this.#keys = keys;
  }

  /** How many checkpoints have been handed out. */
  get count(): number {
    return this.#roots.size;
  }

  /** Takes in a checkpoint that was handed out. @throws when it is not signed by the log, or another root of that size was handed out before */
  see(note: string): Checkpoint {
    const checkpoint = verifyCheckpoint(note, parseVerifierKey(this.#keys.split('\n')[0] ?? ''), verifyBytes);
    const before = this.#roots.get(checkpoint.size);
    if (before !== undefined && hex(before) !== hex(checkpoint.root))
      throw new Error(`two trees of ${checkpoint.size} entries were signed`);
    this.#roots.set(checkpoint.size, checkpoint.root);
    return checkpoint;
  }

  /**
   * Holds the log, as it serves itself now, to every checkpoint of at least `from` entries that was handed out, and to every entry given.
   * Proofs are made from the tiles that it serves. @throws {MemSyncError} `proof_invalid` and others, where it does not hold
   */
  async hold(client: MemSyncClient, from: number, entries: readonly Handed[]): Promise<number> {
    if ((await client.logKey()) !== this.#keys) throw new Error('the log has changed its key');
    const now = this.see(await client.checkpoint());
    const tiles = await this.#tiles(client, now.size);
    const reader = { tile: (level: number, index: number) => tiles.get(`${level}/${index}`) ?? new Uint8Array(0) };
    for (const [size, root] of this.#roots) {
      if (size < from || size === 0) continue;
      verifyConsistency(size, now.size, proveConsistency(size, now.size, reader), root, now.root);
    }
    for (const { index, leaf } of entries) verifyInclusion(index, now.size, leaf, proveInclusion(index, now.size, reader), now.root);
    return now.size;
  }

  async #tiles(client: MemSyncClient, size: number): Promise<Map<string, Uint8Array>> {
    const tiles = new Map<string, Uint8Array>();
    for (const { level, index } of tilesOf(size)) {
      const key = `${level}/${index}`;
      const width = tileWidth(size, { level, index });
      const bytes = this.#full.get(key) ?? (await client.tile(encodeTilePath({ kind: 'hashes', level, index, width })));
      if (width === 256) this.#full.set(key, bytes);
      tiles.set(key, bytes);
    }
    return tiles;
  }
}
