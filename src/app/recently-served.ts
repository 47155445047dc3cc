import type { Instant } from '../core/instant.ts';

/** How long what a grant was shown is kept in mind for it, in milliseconds. */
const KEPT_MS = 600_000;
const KEPT_RETRIEVALS = 20;

interface Served {
  readonly at: Instant;
  readonly rows: readonly string[];
}

/** What each grant was shown of late, in memory alone: for what it then remembers without naming a thread. */
export class RecentlyServed {
  readonly #byGrant = new Map<string, Served[]>();

  note(grant: string, rows: readonly string[], at: Instant): void {
    const before = this.#byGrant.get(grant) ?? [];
    this.#byGrant.set(grant, [...before.slice(1 - KEPT_RETRIEVALS), { at, rows }]);
  }

  /** The rows that a grant was shown within the last ten minutes, latest first, each once. */
  to(grant: string, now: Instant): readonly string[] {
    const kept = (this.#byGrant.get(grant) ?? []).filter(({ at }) => now - at < KEPT_MS);
    return [...new Set(kept.toReversed().flatMap(({ rows }) => rows))];
  }

  clear(): void {
    this.#byGrant.clear();
  }
}
