import type { Instant } from '../core/instant.ts';
import type { CaseChange } from '../store/cases.ts';
import type { LoggedHead } from '../store/heads.ts';
import type { LogContext } from './log-operation.ts';
import { Stale } from './stale.ts';

/** How far something has come that only grows. */
interface Mark {
  readonly entries: number;
  readonly heads: number;
  readonly cases: number;
}

/** What one commit puts into the log, and keeps of it and of the review queue. */
export class Entered {
  readonly entries: Uint8Array[] = [];
  readonly heads: LoggedHead[] = [];
  readonly cases: CaseChange[] = [];

  get isEmpty(): boolean {
    return this.entries.length + this.heads.length + this.cases.length === 0;
  }

  get mark(): Mark {
    return { entries: this.entries.length, heads: this.heads.length, cases: this.cases.length };
  }

  /** What may be done while the commit is built, on a log of that size. */
  context(size: number, now: Instant): LogContext {
    return {
      log: (entry) => size + this.entries.push(entry) - 1,
      keepHead: (head) => void this.heads.push(head),
      keptCases: this.cases,
      keepCase: (change) => this.#keepCase(change),
      now,
    };
  }

  /** Whose heads and which cases have been kept since a mark. */
  since(mark: Mark): { readonly vaults: readonly string[]; readonly cases: readonly string[] } {
    return {
      vaults: this.heads.slice(mark.heads).map(({ vault }) => vault),
      cases: this.cases.slice(mark.cases).map(({ next }) => next.id),
    };
  }

  /** Takes back all that has come since a mark: of the one that came last, and of nobody else. */
  cut(mark: Mark): void {
    this.entries.length = mark.entries;
    this.heads.length = mark.heads;
    this.cases.length = mark.cases;
  }

  #keepCase(change: CaseChange): void {
    if (change.expected !== null && change.next.revision <= change.expected)
      throw new RangeError('a case’s revision moves on with each change');
    const last = this.cases.findLast(({ next }) => next.id === change.next.id);
    if (last !== undefined && last.next.revision !== change.expected) throw new Stale();
    this.cases.push(change);
  }
}
