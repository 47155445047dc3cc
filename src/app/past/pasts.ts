import type { PastVault } from './past-vault.ts';

/** How many are kept of one vault. */
const MOST = 2;

/** The past states of a vault that were looked at last. */
export class Pasts {
  #kept: PastVault[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  /** About how much memory they take, in bytes. */
  get bytes(): number {
    return this.#kept.reduce((sum, past) => sum + past.bytes, 0);
  }

  /** The vault as it stood at an event, if it was looked at lately with the same collections open; null otherwise. */
  at(seq: number, collections: readonly string[]): PastVault | null {
    const open = collections.toSorted().join();
    const past = this.#kept.find((one) => one.seq === seq && one.collections === open) ?? null;
    if (past !== null) this.keep(past);
    return past;
  }

  keep(past: PastVault): void {
    this.#kept = [past, ...this.#kept.filter((one) => one !== past)].slice(0, MOST);
  }

  /** Runs `work` when nobody else looks back in this vault: while it is folded, each look takes as much memory as the vault does. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** To be said when a row is erased or a key is closed: what is kept may hold what it said. */
  clear(): void {
    this.#kept = [];
  }
}
