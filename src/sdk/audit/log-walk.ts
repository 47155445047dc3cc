import { equalBytes } from '../../core/bytes.ts';
import { isMemSyncError } from '../../core/errors.ts';
import { verifyBytes } from '../../crypto/ed25519.ts';
import { type Checkpoint, verifyCheckpoint } from '../../log/checkpoint.ts';
import { parseEntryBundle } from '../../log/entry-bundle.ts';
import { leafHash, rootOfHashes } from '../../log/merkle.ts';
import { encodeTilePath, TILE_WIDTH } from '../../log/tile.ts';
import type { VerifierKey } from '../../log/verifier-key.ts';
import { FindingList } from './finding.ts';
import { HashList } from './hash-list.ts';
import type { AuditProgress } from './progress.ts';
import { reported } from './reported.ts';
import type { AuditProgressNote, AuditSource } from './source.ts';

/** Bundles that are fetched at once. */
const AHEAD = 8;
/** Bundles whose entries are held for who asks for single ones. */
const HELD = 16;

type Kept = AuditProgress['log'];

/** What came of looking at one bundle: its leaf hashes, or null where it could not be had. */
interface Bundle {
  readonly entries: readonly Uint8Array[];
  readonly leaves: readonly Uint8Array[];
}

/**
 * Walks the whole log: every entry hashed into the tree, every tile compared with it, the root with what is signed, and what was signed before
 * with the tree. Holds 32 bytes for 256 entries.
 */
export class LogWalk {
  readonly #source: AuditSource;
  readonly #all: FindingList;
  /** While the log is walked, what has been found in it; else the same as `#all`. */
  #findings: FindingList;
  readonly #key: VerifierKey;
  readonly #held = new Map<number, Bundle>();
  #checkpoint: Checkpoint | null = null;
  #note = '';
  #tiles = HashList.of();
  #edge = HashList.of();
  #whole = false;

  constructor(source: AuditSource, findings: FindingList, key: VerifierKey) {
    this.#source = source;
    this.#all = findings;
    this.#findings = findings;
    this.#key = key;
  }

  /** What the log is called. */
  get origin(): string {
    return this.#key.name;
  }

  /** How many entries there are that have been shown to be in the signed tree; 0 where that could not be shown. */
  get size(): number {
    return this.#whole ? (this.#checkpoint?.size ?? 0) : 0;
  }

  /** Whether all of it has been shown to be what is signed. */
  get whole(): boolean {
    return this.#whole;
  }

  /** How many have been walked, whole or not. */
  get walked(): number {
    return this.#tiles.length * TILE_WIDTH + this.#edge.length;
  }

  /** What is to be kept of it. */
  get kept(): Omit<Kept, 'keys'> {
    const checkpoint = this.#whole ? this.#note : null;
    return { size: this.walked, tiles: this.#tiles.encoded, edge: this.#edge.encoded, checkpoint };
  }

  /** All that has been found, with what the walk that is under way has: whoever goes on from what is kept does not look there again. */
  get found(): FindingList {
    if (this.#findings === this.#all) return this.#all;
    const found = new FindingList(this.#all.list, this.#all.counts);
    found.take(this.#findings);
    return found;
  }

  /** Walks from where `kept` ends. `seen` are checkpoints that were signed before. `save` is called now and then. */
  async walk(kept: Kept, seen: readonly string[], note: AuditProgressNote, save: () => void): Promise<void> {
    this.#note = (await reported(this.#findings, {}, () => this.#source.checkpoint())) ?? '';
    this.#checkpoint = this.#open(this.#note);
    if (this.#checkpoint === null) {
      this.#findings.add('checkpoint_invalid', {}, 'The checkpoint that the service shows now is not signed by the log’s key.');
      return;
    }
    // What was kept may be of another tree than the one that is there now: then all is looked at anew.
    for (const begin of kept.size > 0 ? [kept, NOTHING_KEPT] : [NOTHING_KEPT]) {
      this.#findings = new FindingList();
      this.#resume(begin);
      this.#whole = await this.#grow(this.#checkpoint, note, save);
      if (this.#whole) break;
    }
    this.#all.take(this.#findings);
    this.#findings = this.#all;
    for (const before of seen) await this.#requireExtends(before);
    if (this.#whole) await this.#checkUpper(note);
  }

  /** Entry `index`, shown to be in the signed tree; null where there is none, or it could not be shown. */
  async entryAt(index: number): Promise<Uint8Array | null> {
    if (index >= this.size) return null;
    const tile = Math.floor(index / TILE_WIDTH);
    const bundle = this.#held.get(tile) ?? (await this.#fetch(tile, this.size));
    if (bundle === null || !this.#matches(tile, bundle)) return null;
    this.#hold(tile, bundle);
    return bundle.entries[index % TILE_WIDTH] ?? null;
  }

  #open(note: string): Checkpoint | null {
    try {
      return verifyCheckpoint(note, this.#key, verifyBytes);
    } catch (error) {
      if (isMemSyncError(error)) return null;
      throw error;
    }
  }

  #resume({ tiles, edge }: Pick<Kept, 'tiles' | 'edge'>): void {
    this.#tiles = HashList.of(tiles);
    this.#edge = HashList.of(edge);
  }

  /** Takes in what is there up to the checkpoint; false where something of it could not be had, or is not what is signed, or was there before. */
  async #grow({ size, root }: Checkpoint, note: AuditProgressNote, save: () => void): Promise<boolean> {
    if (this.walked > size) return false;
    const first = this.#tiles.length;
    const known = this.#edge.slice(0, this.#edge.length);
    const end = Math.ceil(size / TILE_WIDTH);
    for (let from = first; from < end; from += AHEAD) {
      const indices = Array.from({ length: Math.min(AHEAD, end - from) }, (_, i) => from + i);
      const bundles = await Promise.all(indices.map((index) => this.#fetch(index, size)));
      for (const [i, bundle] of bundles.entries()) {
        if (bundle === null) return false;
        if (from + i === first && !known.every((hash, at) => equalBytes(hash, bundle.leaves[at] ?? NOTHING))) return false;
        this.#take(bundle);
      }
      await Promise.all(bundles.map(async (bundle, i) => bundle !== null && this.#compareTile(from + i, bundle)));
      note('log', this.walked, size);
      save();
    }
    if (equalBytes(this.#root(), root)) return true;
    this.#findings.add('log_inconsistent', {}, `The tree over all ${size} entries is not the one that is signed.`);
    return false;
  }

  #take({ leaves }: Bundle): void {
    this.#edge = HashList.of();
    if (leaves.length === TILE_WIDTH) this.#tiles.push(rootOfHashes(leaves));
    else for (const leaf of leaves) this.#edge.push(leaf);
  }

  async #fetch(index: number, size: number): Promise<Bundle | null> {
    const width = Math.min(TILE_WIDTH, size - index * TILE_WIDTH);
    const path = encodeTilePath({ kind: 'entries', index, width });
    const where = { index: index * TILE_WIDTH };
    const bundle = await reported(this.#findings, where, async () => parseEntryBundle(await this.#source.tile(path)));
    if (bundle === null) return null;
    if (bundle.length !== width) {
      this.#findings.add('log_inconsistent', where, `${path} has ${bundle.length} entries instead of ${width}.`);
      return null;
    }
    return { entries: bundle, leaves: bundle.map(leafHash) };
  }

  async #compareTile(index: number, { leaves }: Bundle): Promise<void> {
    const path = encodeTilePath({ kind: 'hashes', level: 0, index, width: leaves.length });
    const tile = await reported(this.#findings, { index: index * TILE_WIDTH }, () => this.#source.tile(path));
    if (tile !== null && !isTile(tile, leaves)) this.#wrongTile(path, index * TILE_WIDTH);
  }

  /** Tiles above the entries, each against what is below it. */
  async #checkUpper(note: AuditProgressNote): Promise<void> {
    let below = this.#tiles.slice(0, this.#tiles.length);
    for (let level = 1; below.length > 0; level += 1) {
      const above: Uint8Array[] = [];
      for (let from = 0; from < below.length; from += TILE_WIDTH) {
        const hashes = below.slice(from, from + TILE_WIDTH);
        const path = encodeTilePath({ kind: 'hashes', level, index: from / TILE_WIDTH, width: hashes.length });
        const first = from * TILE_WIDTH ** level;
        const tile = await reported(this.#findings, { index: first }, () => this.#source.tile(path));
        if (tile !== null && !isTile(tile, hashes)) this.#wrongTile(path, first);
        if (hashes.length === TILE_WIDTH) above.push(rootOfHashes(hashes));
      }
      below = above;
    }
    note('log', this.size, this.size);
  }

  #wrongTile(path: string, index: number): void {
    this.#findings.add('log_inconsistent', { index }, `${path} is not made of the entries below it.`);
  }

  #root(): Uint8Array {
    const edge = this.#edge.slice(0, this.#edge.length);
    return rootOfHashes([...this.#tiles.slice(0, this.#tiles.length), ...(edge.length === 0 ? [] : [rootOfHashes(edge)])]);
  }

  async #requireExtends(before: string): Promise<void> {
    const seen = this.#open(before);
    // One that is signed by another key is said to be so where keys are compared.
    if (seen === null || this.#checkpoint === null) return;
    const { size } = this.#checkpoint;
    if (seen.size > size) {
      this.#findings.add('log_cut', { index: size }, `The log has ${size} entries; ${seen.size} were signed before.`);
      return;
    }
    const root = await this.#rootAt(seen.size);
    if (root !== null && !equalBytes(root, seen.root))
      this.#findings.add('log_forked', { index: seen.size }, `The first ${seen.size} entries are not those that were signed before.`);
  }

  /** The root of the first `size` entries; null where it cannot be worked out. */
  async #rootAt(size: number): Promise<Uint8Array | null> {
    const full = Math.floor(size / TILE_WIDTH);
    const rest = size % TILE_WIDTH;
    if (rest === 0) return full <= this.#tiles.length ? rootOfHashes(this.#tiles.slice(0, full)) : null;
    const bundle = await this.#fetch(full, Math.min(this.walked, (full + 1) * TILE_WIDTH));
    if (bundle === null || !this.#matches(full, bundle)) return null;
    return rootOfHashes([...this.#tiles.slice(0, full), rootOfHashes(bundle.leaves.slice(0, rest))]);
  }

  #matches(index: number, { leaves }: Bundle): boolean {
    const full = this.#tiles.at(index);
    const same =
      full === null ? isTile(concatenated(leaves), this.#edge.slice(0, this.#edge.length)) : equalBytes(rootOfHashes(leaves), full);
    if (!same)
      this.#findings.add('answer_malformed', { index: index * TILE_WIDTH }, 'The service shows other entries than it did a moment ago.');
    return same;
  }

  #hold(index: number, bundle: Bundle): void {
    this.#held.delete(index);
    this.#held.set(index, bundle);
    for (const oldest of this.#held.keys()) if (this.#held.size > HELD) this.#held.delete(oldest);
  }
}

const NOTHING = new Uint8Array(0);
const NOTHING_KEPT = { tiles: '', edge: '' };

function isTile(tile: Uint8Array, hashes: readonly Uint8Array[]): boolean {
  return equalBytes(tile, concatenated(hashes));
}

function concatenated(hashes: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(hashes.length * 32);
  for (const [i, hash] of hashes.entries()) bytes.set(hash, i * 32);
  return bytes;
}
