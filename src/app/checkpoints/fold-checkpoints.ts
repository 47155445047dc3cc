import { equalBytes } from '../../core/bytes.ts';
import type { Random } from '../../core/random.ts';
import type { Redacted } from '../../core/redacted.ts';
import { deriveKey } from '../../crypto/derive.ts';
import { missing, superfluous } from '../../memory/checkpoint-spacing.ts';
import type { VaultState } from '../../memory/state.ts';
import type { CheckpointPlace } from '../../store/checkpoints.ts';
import type { Store } from '../../store/store.ts';
import { openCheckpoint, sealCheckpoint } from './seal.ts';

/** A checkpoint for opening is made once so many events have come since the last, and a twentieth of all. */
export const TAIL = 256;
const SHARE = 20;

/** The checkpoints of this service: states of vaults, folded by it or by another process with the same keys. */
export class FoldCheckpoints {
  readonly #store: Pick<Store, 'checkpoints' | 'eventHash'>;
  readonly #random: Random;
  readonly #key: Redacted | null;
  /** Those that did not open or did not fit: another takes their place when one is made. */
  readonly #bad = new Map<string, Set<number>>();
  /** Vaults in whose ledgers checkpoints are too far apart. */
  readonly #sparse = new Set<string>();
  /** At which event the state was unsealed that a vault was folded from. */
  readonly #unsealedAt = new WeakMap<VaultState, number>();
  #turn: Promise<unknown> = Promise.resolve();

  /** Without a secret none are kept, and none are read. */
  constructor(store: Pick<Store, 'checkpoints' | 'eventHash'>, random: Random, secret: Redacted | null) {
    this.#store = store;
    this.#random = random;
    this.#key = secret === null ? null : deriveKey(secret, 'memsync/fold-checkpoint/v1');
  }

  /** The vault as it stood at the newest checkpoint up to event `seq` that opens and fits the ledger; null where there is none. */
  async upTo(vault: string, seq: number): Promise<VaultState | null> {
    for (const place of (await this.places(vault)).toReversed()) {
      if (place.seq > seq) continue;
      const state = await this.#open(vault, place);
      if (state !== null) return state;
      this.distrust(vault, place.seq);
    }
    return null;
  }

  /** Since which event a state was folded from the ledger here, or by one that is trusted with it: −1 where from the genesis on. */
  unsealedAt(state: VaultState): number {
    return this.#unsealedAt.get(state) ?? -1;
  }

  /** To be said of a checkpoint that does not hold: it is not opened again. */
  distrust(vault: string, seq: number): void {
    const bad = this.#bad.get(vault);
    if (bad === undefined) this.#bad.set(vault, new Set([seq]));
    else bad.add(seq);
  }

  /** To be said where what a checkpoint says of a vault was found wrong: none of them is opened again, and others take their places. */
  async distrustAll(vault: string): Promise<void> {
    for (const { seq } of await this.places(vault)) this.distrust(vault, seq);
  }

  /** Where there are checkpoints, oldest first, without those that are known not to hold. */
  async places(vault: string): Promise<readonly CheckpointPlace[]> {
    if (this.#key === null) return [];
    const bad = this.#bad.get(vault);
    return (await this.#store.checkpoints.places(vault)).filter(({ seq }) => bad?.has(seq) !== true);
  }

  /** Whether so much has come since the last checkpoint that another is worth it. */
  isDue(head: number, newest: number): boolean {
    return head - newest > TAIL && (head - newest) * SHARE >= head;
  }

  /** Seals a vault as it stands and keeps that, dropping what it makes superfluous. False where there is nothing to keep it for. */
  async keep(state: VaultState): Promise<boolean> {
    if (this.#key === null || state.erased !== null) return false;
    const { vault } = state;
    const seqs = (await this.places(vault)).map(({ seq }) => seq);
    const checkpoint = sealCheckpoint(this.#key, state, this.#random);
    const bad = this.#bad.get(vault) ?? new Set();
    const kept = await this.#store.checkpoints.keep(checkpoint, [...bad, ...superfluous(seqs, checkpoint.seq)]);
    if (!kept) return false;
    this.#bad.delete(vault);
    if (missing(seqs, checkpoint.seq).length > 0) this.#sparse.add(vault);
    return true;
  }

  /** As `keep`, where one is due. */
  async keepIfDue(state: VaultState): Promise<boolean> {
    if (state.headSeq <= TAIL) return false;
    const newest = (await this.places(state.vault)).at(-1)?.seq ?? -1;
    return this.isDue(state.headSeq, newest) && (await this.keep(state));
  }

  /** As `keepIfDue`, later, of a vault that leaves memory and will change no more; what goes wrong is left to the job. */
  keepSoon(state: VaultState): void {
    this.#turn = this.#turn.then(() => new Promise(setImmediate)).then(() => this.keepIfDue(state).catch(() => false));
  }

  /** Resolves when what was to be kept soon has been. */
  async settled(): Promise<void> {
    await this.#turn;
  }

  /** To be said where an event had to be folded up to from far before it. */
  noteSparse(vault: string): void {
    this.#sparse.add(vault);
  }

  /** Vaults whose checkpoints are too far apart, each named once. */
  takeSparse(): string[] {
    const vaults = [...this.#sparse];
    this.#sparse.clear();
    return vaults;
  }

  async #open(vault: string, { seq, head }: CheckpointPlace): Promise<VaultState | null> {
    const there = await this.#store.eventHash(vault, seq);
    if (this.#key === null || there === null || !equalBytes(there, head)) return null;
    const sealed = await this.#store.checkpoints.read(vault, seq);
    const state = sealed === null || !equalBytes(sealed.head, head) ? null : openCheckpoint(this.#key, sealed);
    if (state !== null) this.#unsealedAt.set(state, seq);
    return state;
  }
}
