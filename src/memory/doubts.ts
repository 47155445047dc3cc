import { LIMITS } from '../../schemas/limits.ts';
import type { Instant } from '../core/instant.ts';
import type { Contest, Doubts, RowState, VaultState } from './state.ts';

const DAY = 86_400_000;

/** Puts a grant's doubt on a row. */
export function raiseDoubt(state: VaultState, row: RowState, contest: Contest): void {
  const doubts = doubtsOf(state, contest.grantId);
  if (!row.contests.some((one) => one.grantId === contest.grantId)) doubts.open += 1;
  row.contests.push(contest);
  doubts.raisedAt.push(contest.at);
  if (doubts.raisedAt.length > LIMITS.contestsPerDay) doubts.raisedAt.shift();
}

/** Leaves only some of a row's doubts. */
export function keepDoubts(state: VaultState, row: RowState, keeps: (contest: Contest) => boolean = () => false): void {
  if (row.contests.length === 0) return;
  const kept = row.contests.filter(keeps);
  for (const grant of new Set(row.contests.map((contest) => contest.grantId))) {
    if (!kept.some((contest) => contest.grantId === grant)) doubtsOf(state, grant).open -= 1;
  }
  row.contests = kept;
}

/** How many more rows a grant may put in doubt now: so many at a time, and so many within a day. */
export function doubtsLeft(state: VaultState, grant: string, now: Instant): number {
  const doubts = state.doubts.get(grant);
  if (doubts === undefined) return Math.min(LIMITS.contestsOpen, LIMITS.contestsPerDay);
  const today = doubts.raisedAt.filter((at) => now - at < DAY).length;
  return Math.max(0, Math.min(LIMITS.contestsOpen - doubts.open, LIMITS.contestsPerDay - today));
}

function doubtsOf(state: VaultState, grant: string): Doubts {
  const known = state.doubts.get(grant);
  if (known !== undefined) return known;
  const fresh: Doubts = { open: 0, raisedAt: [] };
  state.doubts.set(grant, fresh);
  return fresh;
}
