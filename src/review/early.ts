import type { GatePolicy } from '../../schemas/gate.ts';
import type { ClaimStatus } from '../../schemas/vocabulary.ts';
import type { FoldedCase, Happening, MadeDecision } from './case.ts';
import { onScreen, screensOf, statusOn } from './shown.ts';
import { beforeProof } from './unheard.ts';
import type { SignedHistories } from './with-receipt.ts';

/**
 * Whether a decision was made before what it called for was proved, by the signed histories of its receipt's claims. Null where it takes
 * what was stated to tell, which is not signed: a condition on a fact, where the gate was not open.
 */
export function earlyBy({ claims, isElsewhere }: SignedHistories, made: MadeDecision, gate: GatePolicy): boolean | null {
  const { payload, logIndex, gateOpen } = made;
  const told: GatePolicy = { ...gate, require: gate.require.filter((condition) => !('fact' in condition)) };
  if (beforeProof({ ...payload, logIndex }, claims, told, isElsewhere)) return true;
  return payload.decision === 'hold' || gateOpen || told.require.length === gate.require.length ? false : null;
}

/** The same by the case's statements alone, which can show that it was, and never that it was not: null where they do not. */
export function earlyByScreens(happenings: readonly Happening[], { decisions, gate }: FoldedCase, made: MadeDecision): boolean | null {
  const { decision, basis, seen } = made.payload;
  if (decision === 'hold') return false;
  const then = (claim: string): ClaimStatus => statusOn(seen.claims, claim);
  const isRefuted = (claim: string): boolean => decision === 'reject' && then(claim) === 'failed';
  const isOpen = onScreen(seen, gate).some(({ claim, met }) => !met && !isRefuted(claim));
  if (isOpen || basis.claims.some((claim) => then(claim) !== 'verified' && !isRefuted(claim))) return true;
  const later = [
    ...screensOf(happenings, decisions).flatMap((one) =>
      one.number <= made.number ? [] : Object.entries(one.seen.claims).flatMap(([claim, status]) => (isSettled(status) ? [claim] : [])),
    ),
    ...happenings.flatMap(({ number, happened }) => (number > made.number && happened.kind === 'reopened' ? [happened.claim] : [])),
  ];
  return later.some((claim) => !isSettled(then(claim))) ? true : null;
}

function isSettled(status: ClaimStatus): boolean {
  return status === 'verified' || status === 'failed';
}
