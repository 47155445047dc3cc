import type { Clock } from '../core/clock.ts';
import type { Instant } from '../core/instant.ts';
import { equalBytes } from '../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import { parseOwnerPayload } from '../memory/owner-chain.ts';
import type { StoredHead } from '../store/records.ts';
import type { StoreReader } from '../store/store.ts';
import type { FoldCheckpoints } from './checkpoints/fold-checkpoints.ts';
import type { VaultState } from '../memory/state.ts';
import { EVENT_PAGE, foldNext, foldOn, readVaultState } from './ledger-reader.ts';
import type { HeadMarks } from './marks.ts';
import { OpenVault } from './open-vault.ts';
import { pastBudget } from './past-budget.ts';
import type { RowSnapshots } from './snapshots/row-snapshots.ts';
import { rowsNamed } from './snapshots/named-rows.ts';
import { checkSeal, reopenRow } from './unlock.ts';

export interface VaultLimits {
  /** How long an unused vault keeps its keys, in milliseconds. */
  readonly idleMs: number;
  /** How many bytes of memory all vaults may take together before the least used are dropped. */
  readonly memoryBudget: number;
}

/** So many grants' vaults are kept in mind, and then looked up anew. */
const KNOWN_GRANTS = 10_000;

/** A vault used this recently may be in the hands of a request; it is not dropped for being idle. */
const GRACE_MS = 2000;

/** How long after a vault's last snapshots more of them are made while it stays in memory, in milliseconds. */
const SNAPSHOTS_MS = 600_000;

/** The grants' events that make a row version. */
const MAKES_VERSION: ReadonlySet<string> = new Set(['remembered', 'imported', 'edited']);

/** The owner's events after which what is in memory must be opened anew. */
const CLOSES: ReadonlySet<string> = new Set(['revoked', 'rotated', 'erased']);

/** The vaults in memory. Each is brought up to what is stored whenever it is acquired, so that several processes can serve one. */
export class Vaults {
  readonly #store: StoreReader;
  readonly #clock: Clock;
  readonly #marks: HeadMarks;
  readonly #limits: VaultLimits;
  readonly #closed: () => void;
  readonly #checkpoints: FoldCheckpoints;
  readonly #snapshots: RowSnapshots;
  /** When snapshots were last made of a vault that stayed, or it was first looked at for that. */
  readonly #snapshotsAt = new WeakMap<OpenVault, Instant>();
  readonly #open = new Map<string, OpenVault>();
  readonly #turns = new Map<string, Promise<unknown>>();
  /** Whose grants have been asked for: a grant's vault never changes. */
  readonly #ofGrant = new Map<string, string>();

  /** `closed` is called when another process has cut off a grant, changed keys or erased something, and it has gone from here. */
  constructor(
    store: StoreReader,
    clock: Clock,
    marks: HeadMarks,
    limits: VaultLimits,
    checkpoints: FoldCheckpoints,
    snapshots: RowSnapshots,
    closed: () => void = () => undefined,
  ) {
    this.#closed = closed;
    this.#checkpoints = checkpoints;
    this.#snapshots = snapshots;
    this.#store = store;
    this.#clock = clock;
    this.#marks = marks;
    this.#limits = limits;
  }

  /** The vaults that are in memory now. */
  get open(): ReadonlyMap<string, OpenVault> {
    return this.#open;
  }

  /** The vault that has given a grant of this id, revoked or not; null for none. */
  async ofGrant(grant: string): Promise<string | null> {
    const known = this.#ofGrant.get(grant);
    if (known !== undefined) return known;
    const vault = await this.#store.grantVault(grant);
    if (this.#ofGrant.size >= KNOWN_GRANTS) this.#ofGrant.clear();
    if (vault !== null) this.#ofGrant.set(grant, vault);
    return vault;
  }

  /**
   * The vault, as fresh as the store.
   * @throws {MemSyncError} `vault_unknown`, `ledger_broken`, `owner_event_forged`, `vault_rolled_back`
   */
  acquire(id: string): Promise<OpenVault> {
    return this.inTurn(id, () => this.#fresh(id));
  }

  /** Runs `work` when nothing else opens, refreshes or unlocks this vault. */
  async inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(id) ?? Promise.resolve();
    const turn = before.then(work, work);
    this.#turns.set(id, turn);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(id) === turn) this.#turns.delete(id);
    }
  }

  /** As `acquire`, from within `inTurn`. */
  async fresh(id: string): Promise<OpenVault> {
    return this.#fresh(id);
  }

  /** Notes how far a vault has been written, where a later rollback will be held against it. */
  written(tail: { readonly vault: string; readonly headSeq: number; readonly headHash: Uint8Array }): void {
    this.#marks.raise(tail.vault, { seq: tail.headSeq, hash: tail.headHash });
  }

  /** Drops a vault from memory, its keys wiped. */
  forget(id: string): void {
    this.#open.get(id)?.wipe();
    this.#open.delete(id);
  }

  /**
   * Brings the vaults in memory up to what other processes have stored: what they have cut off or erased is not kept here until somebody asks.
   * What does not hold is told to whoever asks for the vault next.
   */
  async follow(): Promise<void> {
    for (const [id, { state }] of this.#open) {
      const head = await this.#store.head(id);
      if (head !== null && head.seq > state.headSeq) await this.acquire(id).catch(() => undefined);
    }
  }

  /** Drops what has been idle too long and, past the budget, what was used least recently. Returns how many vaults went. */
  sweep(): number {
    const now = this.#clock.now();
    let dropped = 0;
    for (const vault of this.#atRest()) {
      this.#closeIdle(vault, now);
      if (now - vault.lastUsed < Math.max(GRACE_MS, this.#limits.idleMs)) continue;
      this.#letGo(vault);
      dropped += 1;
    }
    return dropped + this.makeRoom();
  }

  /** Drops what was used least recently, where all vaults together take more memory than they may. Returns how many went. */
  makeRoom(): number {
    const isAtRest = ({ vault }: OpenVault): boolean => !this.#turns.has(vault);
    const going = pastBudget(this.#open.values(), this.#limits.memoryBudget, this.#clock.now(), isAtRest);
    for (const vault of going) this.#letGo(vault);
    return going.length;
  }

  /** Makes the row snapshots that are due of one vault that stays in memory, none of which were made lately. Returns how many. */
  keepSnapshots(): number {
    const now = this.#clock.now();
    for (const vault of this.#atRest()) {
      const last = this.#snapshotsAt.get(vault);
      if (last === undefined) this.#snapshotsAt.set(vault, now);
      if (last === undefined || now - last < SNAPSHOTS_MS) continue;
      this.#snapshotsAt.set(vault, now);
      const made = this.#snapshots.keepSoon(vault);
      if (made > 0) return made;
    }
    return 0;
  }

  /** The vaults that nobody is opening, refreshing or unlocking. */
  #atRest(): OpenVault[] {
    return [...this.#open.values()].filter(({ vault }) => !this.#turns.has(vault));
  }

  /** Drops a vault that is as it is stored, and has what opens it sooner the next time written. */
  #letGo(vault: OpenVault): void {
    this.#checkpoints.keepSoon(vault.state);
    this.#snapshots.keepLast(vault);
    this.forget(vault.vault);
  }

  /** Closes the grants of a vault that nobody has used for too long, or that have run out, with the keys that no other grant has open. */
  #closeIdle(vault: OpenVault, now: Instant): void {
    for (const { id, lastUsed } of vault.grants.values()) {
      const ends = vault.state.grants.get(id)?.body.expiresAt ?? null;
      if (now - lastUsed < GRACE_MS) continue;
      if (now - lastUsed < this.#limits.idleMs && (ends === null || now < ends)) continue;
      this.#snapshots.keepSoon(vault);
      vault.drop(id);
    }
  }

  /** Drops every vault, as when the service stops. */
  clear(): void {
    for (const id of this.#open.keys()) this.forget(id);
  }

  /** Puts a vault that has just been created in place. */
  adopt(vault: OpenVault): void {
    vault.lastUsed = this.#clock.now();
    this.#open.set(vault.vault, vault);
  }

  async #fresh(id: string): Promise<OpenVault> {
    const head = await this.#store.head(id);
    if (head === null) throw new MemSyncError('vault_unknown', 'There is no such vault here.');
    const known = this.#open.get(id);
    const vault = known !== undefined && (await this.#catchUp(known, head)) ? known : await this.#load(id, head);
    this.written(vault.state);
    return vault;
  }

  async #load(id: string, head: StoredHead): Promise<OpenVault> {
    this.forget(id);
    const state = (await this.#fromCheckpoint(id)) ?? (await readVaultState(this.#store, id));
    if (state === null) throw new MemSyncError('vault_unknown', 'There is no such vault here.');
    // Others may have appended since; that the ledger ends before its own head is no such thing.
    const at = await this.#store.eventHash(id, head.seq);
    if (state.headSeq < head.seq || at === null || !equalBytes(at, head.hash))
      throw new MemSyncError('ledger_broken', `The ledger does not reach its head, event ${head.seq}.`);
    const mark = this.#marks.get(id);
    if (mark !== null) {
      const there = await this.#store.eventHash(id, mark.seq);
      if (state.headSeq < mark.seq || there === null || !equalBytes(there, mark.hash)) {
        throw new MemSyncError(
          'vault_rolled_back',
          `The vault stands at ${state.headSeq} and does not contain the head ${mark.seq} that was seen before.`,
        );
      }
    }
    const vault = new OpenVault(state);
    vault.lastUsed = this.#clock.now();
    this.#open.set(id, vault);
    this.makeRoom();
    return vault;
  }

  /** The vault folded from its newest checkpoint on; null where there is none, or the ledger does not go on from it: then all of it is folded. */
  async #fromCheckpoint(id: string): Promise<VaultState | null> {
    const state = await this.#checkpoints.upTo(id, Number.MAX_SAFE_INTEGER);
    if (state === null) return null;
    const from = state.headSeq;
    try {
      await foldOn(this.#store, state);
      return state;
    } catch (error) {
      if (!isMemSyncError(error, 'ledger_broken') && !isMemSyncError(error, 'owner_event_forged')) throw error;
      this.#checkpoints.distrust(id, from);
      return null;
    }
  }

  /** Folds what other processes have appended since; false when what is in memory is no longer part of the ledger. */
  async #catchUp(vault: OpenVault, head: StoredHead): Promise<boolean> {
    const { state } = vault;
    if (head.seq === state.headSeq) return equalBytes(head.hash, state.headHash);
    if (head.seq < state.headSeq) return false;
    const here = await this.#store.eventHash(vault.vault, state.headSeq);
    if (here === null || !equalBytes(here, state.headHash)) return false;
    while (state.headSeq < head.seq) {
      const page = await this.#store.events(vault.vault, state.headSeq + 1, EVENT_PAGE);
      if (page.length === 0) return false;
      for (const event of page) {
        const previous = state.headHash;
        const parsed = await foldNext(this.#store, state, event);
        if (vault.keys.collections().length > 0) vault.behind.note(rowsNamed(parsed, event).about ?? 'all', event.seq);
        if (parsed.by === 'grant') {
          checkSeal(vault, event, previous, parsed);
          if (MAKES_VERSION.has(parsed.event.kind)) await reopenRow(this.#store, vault, parsed.event.row);
        } else if (parsed.by === 'owner') {
          const payload = parseOwnerPayload(parsed.signed.payload);
          if (payload.kind === 'remembered') await reopenRow(this.#store, vault, payload.body.row);
          if (payload.kind === 'edited') for (const { row } of payload.body.rows) await reopenRow(this.#store, vault, row);
          // Keys go with a revoked grant, and with what is erased: whoever still holds a grant opens the vault again.
          if (CLOSES.has(payload.kind)) return this.#isClosed();
        } else if (parsed.event.kind === 'erased') return this.#isClosed();
      }
    }
    return true;
  }

  /** What another process has taken away is not to stay in memory here. */
  #isClosed(): false {
    this.#closed();
    return false;
  }
}
