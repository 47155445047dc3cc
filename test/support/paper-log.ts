import { utf8 } from '../../src/core/bytes.ts';
import { sha256 } from '../../src/crypto/sha256.ts';
import { ENTRIES } from '../../src/app/log-keeper.ts';
import type { MirroredLog } from '../../src/app/mirror/publish.ts';
import { signCheckpoint } from '../../src/log/checkpoint.ts';
import { encodeEntryBundle } from '../../src/log/entry-bundle.ts';
import { leafHash } from '../../src/log/merkle.ts';
import { growTree, type TileReader, treeRoot } from '../../src/log/tree.ts';
import { encodeVerifierKey, type VerifierKey } from '../../src/log/verifier-key.ts';
import { makeSigner } from '../log/signer.ts';

const STEP = 65_536;

/** A log that is nothing but its tiles, for tests that need a large one, or two that differ. */
export class PaperLog implements TileReader {
  readonly key: VerifierKey;
  readonly size: number;
  readonly #sign: ReturnType<typeof makeSigner>['signer'];
  readonly #tiles = new Map<string, Uint8Array>();
  readonly #at = new Map<number, MirroredLog>();
  readonly #entry: (index: number) => Uint8Array;

  /** Entries are digests, each its own; from `forksAt` on they are other ones than those of a log that does not fork. */
  constructor(size: number, forksAt = size, origin = 'log.example/paper', seed = 7) {
    const { signer, key } = makeSigner(origin, seed);
    this.#sign = signer;
    this.key = key;
    this.size = size;
    this.#entry = (index) => sha256(utf8(`${index >= forksAt ? 'fork' : 'entry'} ${index}`));
    for (let from = 0; from < size; from += STEP) {
      const entries = Array.from({ length: Math.min(STEP, size - from) }, (_, i) => this.#entry(from + i));
      for (const { level, index, bytes } of growTree(from, entries.map(leafHash), this).tiles) this.#tiles.set(`${level}/${index}`, bytes);
      for (let i = 0; i < entries.length; i += 256)
        this.#tiles.set(`${ENTRIES}/${(from + i) / 256}`, encodeEntryBundle(entries.slice(i, i + 256)));
    }
  }

  tile(level: number, index: number): Uint8Array {
    return this.#tiles.get(`${level}/${index}`) ?? new Uint8Array(0);
  }

  /** Puts other bytes in a tile's place. */
  bend(level: number, index: number, bytes: Uint8Array): void {
    this.#tiles.set(`${level}/${index}`, bytes);
  }

  entry(index: number): Uint8Array {
    return this.#entry(index);
  }

  root(size: number): Uint8Array {
    return treeRoot(size, this);
  }

  /** The signed note of its first `size` entries. */
  checkpoint(size: number): string {
    return signCheckpoint({ origin: this.key.name, size, root: this.root(size) }, this.#sign);
  }

  /** The log when it had `size` entries. */
  at(size: number): MirroredLog {
    const before = this.#at.get(size);
    if (before !== undefined) return before;
    const tile = async (level: number, index: number): Promise<Uint8Array | null> => this.#tiles.get(`${level}/${index}`) ?? null;
    const texts = new Map([['key', `${encodeVerifierKey(this.key)}\n`]]);
    const log = { size, checkpoint: this.checkpoint(size), texts, tile };
    this.#at.set(size, log);
    return log;
  }
}
