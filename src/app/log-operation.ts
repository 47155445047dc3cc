import type { Instant } from '../core/instant.ts';
import type { CaseChange } from '../store/cases.ts';
import type { LoggedHead } from '../store/heads.ts';

/** What may be done to the review queue while a commit is being built. */
export interface CaseContext {
  /** What this commit has made of cases so far, in order: whoever changes one of them next builds on what the last came to, or is `Stale`. */
  readonly keptCases: readonly CaseChange[];
  /**
   * Writes a change of a case with the commit. The case's revision must move on with it.
   * @throws {Stale} where the commit has changed the case already and `expected` is not what that came to: ask `keptCases` before anything
   * goes into the log or a draft, so that those beside it need not be built anew
   */
  readonly keepCase: (change: CaseChange) => void;
}

/** What may be done in a commit beside every vault's ledger: nothing that needs a key, and no event. */
export interface LogContext extends CaseContext {
  /** Puts an entry into the log; returns its index. */
  readonly log: (entry: Uint8Array) => number;
  /** Keeps what opens an entry that stands for a vault's head; its commit is refused where a later head of the vault is in the log by then. */
  readonly keepHead: (head: LoggedHead) => void;
  /** When the entries go into the log. */
  readonly now: Instant;
}

/** One caller's part of a commit that appends to no ledger. */
export interface LogOperation<P, R> {
  /** Reads what is to be entered; called again when the commit must be built anew. */
  prepare(): Promise<P>;
  /** As that of an `Operation`. */
  build(prepared: P, context: LogContext): R;
}
