import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import type { Clock } from '../core/clock.ts';
import { type Store, StoreConflict } from '../store/store.ts';
import { type LedgerTail, VaultDraft } from './draft.ts';
import { Entered } from './entered.ts';
import type { ForkGuard } from './fork-guard.ts';
import type { LogKeeper } from './log-keeper.ts';
import type { CaseChange } from '../store/cases.ts';
import type { CaseContext, LogContext, LogOperation } from './log-operation.ts';
import { Stale } from './stale.ts';

export { Stale } from './stale.ts';

/** What an operation may do while its commit is being built. */
export interface CommitContext extends CaseContext {
  /** The draft of this vault in this commit. */
  readonly draft: VaultDraft;
  /** Puts an entry into the log; returns its index. */
  readonly log: (entry: Uint8Array) => number;
}

/** What an operation was prepared with: at least the end of the ledger that it appends to. */
export interface Prepared {
  readonly tail: LedgerTail;
}

/** One caller's part of a commit. */
export interface Operation<P extends Prepared, R> {
  /** Brings the vault into memory, fresh; called again when the commit must be built anew. */
  prepare(): Promise<P>;
  /**
   * Checks everything, then appends: synchronously. May run again on another `prepare`d vault when another process got in before, or when one
   * beside it stopped halfway. What it throws with a code it throws before changing anything, or all that is beside it is built anew; `Stale`
   * has it prepared anew.
   */
  build(prepared: P, context: CommitContext): R;
}

interface Waiting {
  /** Null for what appends to no ledger. */
  prepare(): Promise<LedgerTail | null>;
  build(draft: VaultDraft | null, context: LogContext): void;
  resolve(): void;
  reject(error: unknown): void;
  attempts: number;
}

/** An operation whose part of the commit is built. */
interface Built {
  readonly waiting: Waiting;
  /** What it depends on being as it was. */
  readonly vaults: readonly string[];
  readonly cases: readonly string[];
}

/** Who keeps vaults in memory: told what was written of them, and what was not. */
export interface VaultMemory {
  /** The vault has been written up to its tail. */
  written(tail: LedgerTail): void;
  /** What is in memory of the vault is not on the disk. */
  forget(vault: string): void;
}

/** Who is told what has been written of cases. */
export interface CaseListener {
  written(changes: readonly CaseChange[]): void;
}

/** How many operations at most go into one commit. */
const COMMIT_SIZE = 512;
const ATTEMPTS = 16;

/**
 * The one writer. Operations that arrive while a commit is under way go into the next one together: one transaction, one fsync, one
 * checkpoint signature, and all of them are answered after it.
 */
export class Writer {
  readonly #store: Store;
  readonly #log: LogKeeper;
  readonly #clock: Clock;
  readonly #memory: VaultMemory;
  readonly #guard: Pick<ForkGuard, 'look'>;
  readonly #cases: CaseListener;
  #queue: Waiting[] = [];
  /** What is to be tried again, each batch in a commit of its own: whoever made one fail does not drag down those who were beside it. */
  readonly #apart: Waiting[][] = [];
  #draining = false;
  #idle: (() => void)[] = [];
  #stopped = false;
  readonly counts = { commits: 0, operations: 0, conflicts: 0, failures: 0 };

  constructor(store: Store, log: LogKeeper, clock: Clock, memory: VaultMemory, guard: Pick<ForkGuard, 'look'>, told: CaseListener) {
    this.#store = store;
    this.#log = log;
    this.#clock = clock;
    this.#memory = memory;
    this.#guard = guard;
    this.#cases = told;
  }

  /**
   * Resolves with what `build` returned once its commit is on the disk.
   * @throws what `prepare` or `build` throws; `store_failed` or `vault_busy` when the commit could not be written; `shutting_down`.
   */
  submit<P extends Prepared, R>(operation: Operation<P, R>): Promise<R> {
    return this.#queued<P, R>(
      operation,
      ({ tail }) => tail,
      (prepared, draft, context) => {
        if (draft === null) throw new Stale();
        const { log, keptCases, keepCase } = context;
        return operation.build(prepared, { draft, log, keptCases, keepCase });
      },
    );
  }

  /** As `submit`, for what goes into the log and into no ledger. @throws as `submit` */
  enter<P, R>(operation: LogOperation<P, R>): Promise<R> {
    return this.#queued<P, R>(
      operation,
      () => null,
      (prepared, _, context) => operation.build(prepared, context),
    );
  }

  #queued<P, R>(
    operation: { prepare(): Promise<P> },
    tailOf: (prepared: P) => LedgerTail | null,
    build: (prepared: P, draft: VaultDraft | null, context: LogContext) => R,
  ): Promise<R> {
    if (this.#stopped) return Promise.reject(new MemSyncError('shutting_down', 'The service is stopping.'));
    return new Promise<R>((resolve, reject) => {
      let prepared: P;
      let result: R;
      this.#queue.push({
        prepare: async () => {
          prepared = await operation.prepare();
          return tailOf(prepared);
        },
        build: (draft, context) => {
          result = build(prepared, draft, context);
        },
        resolve: () => resolve(result),
        reject,
        attempts: 0,
      });
      if (this.#draining) return;
      this.#draining = true;
      setImmediate(() => void this.#drain());
    });
  }

  /** Takes no more operations and resolves when those taken are answered. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#draining) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  async #drain(): Promise<void> {
    while (this.#apart.length > 0 || this.#queue.length > 0) {
      const batch = this.#apart.shift() ?? this.#queue.splice(0, COMMIT_SIZE);
      try {
        await this.#write(batch);
      } catch (error) {
        for (const waiting of batch) waiting.reject(error);
      }
      // Lets what has arrived meanwhile join the next commit.
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    this.#draining = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    const ready: { waiting: Waiting; tail: LedgerTail | null }[] = [];
    if (batch.some(({ attempts }) => attempts > 0)) await this.#getAhead(batch);
    for (const waiting of batch) {
      try {
        ready.push({ waiting, tail: await waiting.prepare() });
      } catch (error) {
        waiting.reject(error);
      }
    }
    const drafts = new Map<string, VaultDraft>();
    const entered = new Entered();
    const { entries, heads, cases } = entered;
    const built: Built[] = [];
    let spoilt = false;
    for (const { waiting, tail } of ready) {
      const before = entered.mark;
      const outcome = this.#build(waiting, tail, drafts, entered);
      const kept = entered.since(before);
      if (outcome === 'built') built.push({ waiting, vaults: tail === null ? kept.vaults : [tail.vault], cases: kept.cases });
      if (outcome === 'spoilt') spoilt = true;
    }
    if (spoilt) {
      for (const vault of drafts.keys()) this.#memory.forget(vault);
      this.#again(built);
      return;
    }
    const written = [...drafts.values()].filter((draft) => !draft.isEmpty);
    if (written.length > 0 || !entered.isEmpty) {
      let staged: ReturnType<LogKeeper['stage']> | null = null;
      try {
        await this.#guard.look();
        staged = entries.length === 0 ? null : this.#log.stage(entries, this.#now());
        await this.#store.commit({ vaults: written.map((draft) => draft.change()), log: staged?.change ?? null, heads, cases });
      } catch (error) {
        await this.#failed(built, drafts, error);
        return;
      }
      staged?.adopt();
      for (const draft of written) this.#memory.written(draft.tail);
      this.#cases.written(cases);
      this.counts.commits += 1;
    }
    this.counts.operations += built.length;
    for (const { waiting } of built) waiting.resolve();
  }

  /**
   * Another process was faster, and may well be again: opening a vault from scratch takes time, and so does its commit, which hides the head
   * that it is about to write. So the vaults are opened beforehand, and an empty commit waits until nobody is writing; what is left to do
   * then is to catch up and to commit.
   */
  async #getAhead(batch: readonly Waiting[]): Promise<void> {
    for (const waiting of batch) await waiting.prepare().catch(() => undefined);
    await this.#store.commit({ vaults: [], log: null }).catch(() => undefined);
  }

  #build(waiting: Waiting, tail: LedgerTail | null, drafts: Map<string, VaultDraft>, entered: Entered): 'built' | 'refused' | 'spoilt' {
    let draft = tail === null ? null : (drafts.get(tail.vault) ?? null);
    if (tail !== null && draft !== null && draft.tail !== tail) {
      // The vault was read into memory anew in between: this one waits for the next commit.
      this.#queue.push(waiting);
      return 'refused';
    }
    const now = this.#now();
    if (tail !== null && draft === null) drafts.set(tail.vault, (draft = new VaultDraft(tail, now)));
    const [before, mark] = [draft?.extent, entered.mark];
    try {
      waiting.build(draft, entered.context(this.#log.size, now));
      return 'built';
    } catch (error) {
      const stale = error instanceof Stale;
      if (stale) this.#queue.push(waiting);
      else waiting.reject(error);
      // Whatever stopped halfway, or may have, is in drafts and memory of its neighbours: nothing built beside it may be written. What it
      // put into the log and the queue is nobody else's, and can be taken back.
      if (draft?.extent !== before || !(stale || isMemSyncError(error))) return 'spoilt';
      entered.cut(mark);
      return 'refused';
    }
  }

  #again(built: readonly Built[]): void {
    const batch: Waiting[] = [];
    for (const { waiting } of built) {
      waiting.attempts += 1;
      if (waiting.attempts < ATTEMPTS) batch.push(waiting);
      else waiting.reject(new MemSyncError('vault_busy', 'Another process keeps writing to this vault.'));
    }
    if (batch.length > 0) this.#apart.push(batch);
  }

  async #failed(built: readonly Built[], drafts: ReadonlyMap<string, VaultDraft>, error: unknown): Promise<void> {
    for (const vault of drafts.keys()) this.#memory.forget(vault);
    if (!(error instanceof StoreConflict)) {
      this.counts.failures += 1;
      // Whatever one of them asked for that the store cannot write, the others did not: each is tried once more by itself.
      if (built.length > 1) {
        for (const { waiting } of built) this.#apart.push([waiting]);
        return;
      }
      const coded = isMemSyncError(error) ? error : new MemSyncError('store_failed', 'The commit could not be written.', { cause: error });
      for (const { waiting } of built) waiting.reject(coded);
      return;
    }
    this.counts.conflicts += 1;
    if (error.log) await this.#log.reload();
    const moved = ({ vaults, cases }: Built): boolean =>
      vaults.some((vault) => error.vaults.includes(vault)) || cases.some((one) => error.cases.includes(one));
    const bystanders = error.log ? [] : built.filter((one) => !moved(one));
    if (bystanders.length > 0 && bystanders.length < built.length) this.#apart.push(bystanders.map(({ waiting }) => waiting));
    this.#again(bystanders.length < built.length ? built.filter((one) => !bystanders.includes(one)) : built);
  }

  #now(): number {
    return Math.max(this.#clock.now(), this.#log.lastAt);
  }
}
