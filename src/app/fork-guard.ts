import { VaultId } from '../../schemas/primitives.ts';
import { equalBytes } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { edgeTiles } from '../log/tile.ts';
import { treeRoot } from '../log/tree.ts';
import type { StoreReader } from '../store/store.ts';
import { type HeadMarks, logMark, type OthersMark } from './marks.ts';

/**
 * Notices that another process writes to another copy of the data under the same keys. Processes that share a database find in it whatever any of
 * them has noted in the key folder, since that is noted after it is written; what cannot be found there was written somewhere else. From then on
 * nothing more is written here: two logs that differ must not be signed under one name, nor a vault have two histories.
 */
export class ForkGuard {
  readonly #store: Pick<StoreReader, 'eventHash' | 'log' | 'tile'>;
  readonly #marks: HeadMarks;
  readonly #origin: string;
  #forked: string | null = null;

  constructor(store: Pick<StoreReader, 'eventHash' | 'log' | 'tile'>, marks: HeadMarks, origin: string) {
    this.#store = store;
    this.#marks = marks;
    this.#origin = origin;
  }

  /** To be asked before each commit. @throws {MemSyncError} `data_forked` from the first time on that something is not to be found here */
  async look(): Promise<void> {
    const others = this.#forked === null ? this.#marks.others() : [];
    for (const mark of others) if (!(await this.#isHere(mark))) this.#forked ??= this.#tell(mark);
    if (this.#forked !== null) throw new MemSyncError('data_forked', this.#forked);
  }

  async #isHere({ name, seq, hash }: OthersMark): Promise<boolean> {
    if (name === logMark(this.#origin)) return this.#isInLog(seq, hash);
    // A log of another name is not this one: a restore gives names.
    if (!VaultId.safeParse(name).success) return true;
    const there = await this.#store.eventHash(name, seq);
    return there !== null && equalBytes(there, hash);
  }

  async #isInLog(size: number, root: Uint8Array): Promise<boolean> {
    if (((await this.#store.log())?.size ?? 0) < size) return false;
    const tiles = new Map<string, Uint8Array>();
    for (const { level, index } of edgeTiles(size))
      tiles.set(`${level}/${index}`, (await this.#store.tile(level, index)) ?? new Uint8Array(0));
    return equalBytes(treeRoot(size, { tile: (level, index) => tiles.get(`${level}/${index}`) ?? new Uint8Array(0) }), root);
  }

  #tell({ name, seq }: OthersMark): string {
    const what =
      name === logMark(this.#origin) ? `signed ${seq} entries of the log` : `written event ${seq} of vault ${name.slice(0, 12)}…`;
    return `Another process with the same keys has ${what}, and this database does not have them: it is one of two copies. Nothing more is written to it.`;
  }
}
