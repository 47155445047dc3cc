import { MemSyncError } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import type { RowHeader } from '../memory/header.ts';
import { doubtsLeft } from '../memory/doubts.ts';
import { standingOf } from '../memory/state.ts';
import { type Access, inScope, visibleRow } from './access.ts';
import { attributeKey } from './attributes.ts';
import { doubts, requireDoubts } from './contest.ts';
import type { OpenRow } from './open-vault.ts';

/** What a new row does to the rows that are there. */
export interface Replacement {
  /** Rows whose place it takes. */
  readonly replaces: readonly string[];
  /** Rows that it can only put in doubt, and why. */
  readonly contests: readonly { readonly row: string; readonly reason: 'supersede' | 'attribute' }[];
  /** The row that says the same attribute more recently, whose place it can only be in behind; null for none. */
  readonly replacedBy: string | null;
}

/** A row of the batch that was planned before. */
interface Planned {
  readonly row: string;
  readonly basisAt: Instant;
}

/**
 * Works out what each row of a batch replaces (API, `supersedes`; or the same subject and attribute). An app takes the place of rows of its
 * own alone, that nobody has stood behind, and only with a later basis; any other row it merely puts in doubt, within its budget.
 */
export class Replacing {
  readonly #access: Access;
  readonly #now: Instant;
  readonly #replaced = new Set<string>();
  readonly #contested = new Set<string>();
  /** The row of the batch that stands for an attribute so far: of two as old as each other, the one that is said last. */
  readonly #planned = new Map<string, Planned>();

  constructor(access: Access, now: Instant) {
    this.#access = access;
    this.#now = now;
  }

  /** @throws {MemSyncError} `memory_unknown`, `batch_conflict`, `row_not_live`, `contest_budget_spent` */
  of(header: RowHeader): Replacement {
    const replaces: string[] = [];
    const contests: { row: string; reason: 'supersede' | 'attribute' }[] = [];
    for (const id of header.supersedes) {
      const row = this.#named(id);
      if (this.#isOwn(row) && header.basisAt > row.basisAt) replaces.push(id);
      else if (this.#contest(row, true)) contests.push({ row: id, reason: 'supersede' });
    }
    let replacedBy: string | null = null;
    for (const row of this.#sameAttribute(header)) {
      const { id } = row.state;
      if (header.basisAt < row.basisAt) {
        if (this.#isOwn(row)) replacedBy ??= id;
      } else if (header.basisAt > row.basisAt && this.#isOwn(row)) {
        this.#replaced.add(id);
        replaces.push(id);
      } else if (this.#contest(row, false)) contests.push({ row: id, reason: 'attribute' });
    }
    const key = attributeKey(header);
    const before = key === null ? undefined : this.#planned.get(key);
    if (before !== undefined && before.basisAt > header.basisAt) replacedBy ??= before.row;
    else if (before !== undefined) replaces.push(before.row);
    // What is behind another row already stands in nobody's way.
    if (key !== null && replacedBy === null) this.#planned.set(key, { row: header.row, basisAt: header.basisAt });
    return { replaces, contests, replacedBy };
  }

  /** A row that the item names. */
  #named(id: string): OpenRow {
    const row = visibleRow(this.#access, id);
    if (this.#replaced.has(id)) throw new MemSyncError('batch_conflict', `Two rows of the batch supersede ${id}.`);
    if (!isInUse(row)) throw new MemSyncError('row_not_live', `Row ${id} is ${standingOf(row.state)}; it cannot be superseded.`);
    this.#replaced.add(id);
    return row;
  }

  /** The rows in use that speak of the same attribute, and are not being replaced already. */
  #sameAttribute(header: RowHeader): OpenRow[] {
    const { vault } = this.#access;
    const inUse = (id: string): boolean => {
      const row = vault.rows.get(id);
      return row !== undefined && isInUse(row);
    };
    return vault.attributes.of(header, inUse).flatMap((id) => {
      const row = vault.rows.get(id);
      return row === undefined || this.#replaced.has(id) || !inScope(this.#access, row) ? [] : [row];
    });
  }

  #isOwn({ state }: OpenRow): boolean {
    return state.validation === null && state.versions.every((version) => version.grantId === this.#access.grant.id);
  }

  /** Whether a doubt is to be raised; one that nobody asked for in so many words is left out when the budget is spent. */
  #contest(row: OpenRow, asked: boolean): boolean {
    const { id } = row.state;
    if (doubts(this.#access, row) || this.#contested.has(id)) return false;
    const count = this.#contested.size + 1;
    if (asked) requireDoubts(this.#access, count, this.#now);
    else if (doubtsLeft(this.#access.vault.state, this.#access.grant.id, this.#now) < count) return false;
    this.#contested.add(id);
    return true;
  }
}

function isInUse({ state }: OpenRow): boolean {
  const standing = standingOf(state);
  return standing === 'live' || standing === 'contested';
}
