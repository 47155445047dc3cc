import type { Instant } from '../core/instant.ts';
import { ECHO_THRESHOLD, prepareServed, type PreparedText, resemblance } from '../memory/resemblance.ts';
import { LIMITS } from '../../schemas/limits.ts';
import { type Access, inScope } from './access.ts';
import type { OpenRow } from './open-vault.ts';
import { inheritAll, inheritFrom, type Inheritance } from './row-plan.ts';
import type { Services } from './services.ts';
import { threadTag } from './thread-tag.ts';

/** How far back a thread is looked through. */
const RETRIEVALS = 100;
const ROWS = 500;

/** Served rows, prepared for comparison: a row's version does not change. */
const PREPARED = new WeakMap<OpenRow, PreparedText>();

/** What a text echoes: the rows in the caller's scope by name, and what all of them, seen or not, leave to it. */
export interface Echo {
  readonly sources: readonly string[];
  readonly inherited: Inheritance;
}

/**
 * What the threads that a request speaks of have been shown before (promise 5): a text that resembles a row injected earlier in its thread
 * takes that row as a source. Where no thread is named, it is what the grant itself was shown of late.
 */
export class Echoes {
  readonly #access: Access;
  readonly #byThread: ReadonlyMap<string, readonly string[]>;

  private constructor(access: Access, byThread: ReadonlyMap<string, readonly string[]>) {
    this.#access = access;
    this.#byThread = byThread;
  }

  /** Reads what each of the threads was shown. */
  static async look(services: Services, access: Access, threads: Iterable<string | undefined>): Promise<Echoes> {
    const byThread = new Map<string, readonly string[]>();
    for (const thread of new Set(threads)) {
      if (thread === undefined) continue;
      const rows = await services.store.servedTo(access.vault.vault, threadTag(access.vault, thread), RETRIEVALS);
      byThread.set(thread, rows.slice(0, ROWS));
    }
    return new Echoes(access, byThread);
  }

  /** What a text said in a thread echoes; the row `itself` is not an echo of its own. */
  of(text: string, thread: string | undefined, now: Instant, itself: string | null = null): Echo {
    const { vault, grant } = this.#access;
    const served = thread === undefined ? vault.recent.to(grant.id, now) : (this.#byThread.get(thread) ?? []);
    const rows = served.filter((id) => id !== itself).flatMap((id) => vault.rows.get(id) ?? []);
    if (rows.length === 0) return { sources: [], inherited: inheritAll() };
    const said = prepareServed(text);
    const echoed = rows.filter((row) => resemblance(said, prepared(row)) >= ECHO_THRESHOLD).slice(0, LIMITS.sources / 2);
    return {
      sources: echoed.filter((row) => inScope(this.#access, row)).map((row) => row.state.id),
      inherited: inheritAll(...echoed.map((row) => inheritFrom(vault, row, 'source'))),
    };
  }
}

function prepared(row: OpenRow): PreparedText {
  const known = PREPARED.get(row);
  if (known !== undefined) return known;
  const made = prepareServed(row.text);
  PREPARED.set(row, made);
  return made;
}
