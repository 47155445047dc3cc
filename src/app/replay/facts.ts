import { LIMITS } from '../../../schemas/limits.ts';
import type { Absence } from '../../../schemas/diff.ts';
import { standingOf } from '../../memory/state.ts';
import type { DiffFacts } from '../../receipts/diff.ts';
import { type Access, inScope, isWithdrawn, mayReadVersion } from '../access.ts';
import { type Question, search } from '../answer.ts';
import type { OpenRow } from '../open-vault.ts';

/** What the ledger says of rows on either side of a comparison; a side is null where it cannot be looked at. */
export function factsOf(access: Access, from: Question | null, to: Question | null): DiffFacts {
  const sides = { from: from && new Side(access, from), to: to && new Side(access, to) };
  return {
    why: (row, side) => sides[side]?.why(row) ?? { why: 'unknown' },
    version: (row, side) => sides[side]?.read(row)?.header.version ?? null,
    text: (row, side) => sides[side]?.read(row)?.text ?? null,
  };
}

/** The vault on one side. */
class Side {
  readonly #access: Access;
  readonly #question: Question;
  /** The rows that the query leads to there, best first: made when first asked for. */
  #ranked: readonly string[] | null = null;

  constructor(access: Access, question: Question) {
    this.#access = access;
    this.#question = question;
  }

  /** Why a row was not served there; rows that the caller may not see are not named. */
  why(id: string): { why: Absence; by?: string } {
    const { view, scope, request, at } = this.#question;
    const state = view.state.rows.get(id);
    if (state === undefined) return { why: 'not_yet' };
    if (this.#access.vault.state.rows.get(id)?.erased !== null) return { why: state.erased === null ? 'unknown' : 'erased' };
    const standing = standingOf(state);
    if (standing === 'retracted') return { why: 'retracted' };
    if (standing === 'superseded') return { why: 'superseded', ...this.#named(state.supersededBy?.id ?? '') };
    if (!scope.collections.has(state.collection)) return { why: 'collection' };
    const row = view.rows.get(id);
    if (row === undefined) return { why: 'unknown' };
    if (scope.categories !== null && !scope.categories.has(row.header.category)) return { why: 'category' };
    if (request.includeDormant !== true && view.tierOf(row, at).tier === 'dormant') return { why: 'dormant' };
    const rank = this.#rankOf(id);
    if (rank < 0) return { why: 'not_found' };
    return { why: rank < (request.limit ?? LIMITS.rows) ? 'no_room' : 'outranked' };
  }

  /** A row as it was there, for whoever may read that version. */
  read(id: string): OpenRow | null {
    const row = this.#question.view.rows.get(id);
    const now = this.#access.vault.state.rows.get(id);
    if (row === undefined || now === undefined || now.erased !== null) return null;
    return mayReadVersion(this.#access, row.header) && !isWithdrawn(this.#access, now) ? row : null;
  }

  #rankOf(id: string): number {
    const { request } = this.#question;
    this.#ranked ??= search({ ...this.#question, request: { ...request, limit: LIMITS.rows } }).hits.map((hit) => hit.id);
    return this.#ranked.indexOf(id);
  }

  #named(id: string): { by?: string } {
    const row = this.#access.vault.rows.get(id);
    return row !== undefined && inScope(this.#access, row) && !isWithdrawn(this.#access, row.state) ? { by: id } : {};
  }
}
