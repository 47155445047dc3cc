import type { DecisionPayload, Seen } from '../../schemas/decision.ts';
import { MemSyncError } from '../core/errors.ts';
import { equalJson } from '../core/json.ts';
import { type FoldedCase, isSecondOf } from './case.ts';
import type { GateStanding } from './gate.ts';

/** A decision that was verified, with the key that it is signed with (64 hexadecimal digits). */
export interface SignedDecision {
  readonly payload: DecisionPayload;
  readonly key: string;
}

/** Which case a decision has to be about. */
export interface DecidedCase {
  readonly id: string;
  readonly receipt: string;
  readonly folded: FoldedCase;
  /** The revision since which nothing has happened but that somebody looked. */
  readonly movedAt: number;
}

/**
 * Whether a decision may be made on a case as it is; says whether it takes effect: the first half of an override does not. `now` is what the
 * case shows now, and the gate is asked on evidence alone. Viewings in between do not matter; anything else does.
 * @throws {MemSyncError} `decision_malformed` for one about something else, or an override of nothing; `case_moved`; `gate_not_open` with what is
 * missing; `second_reviewer_needed`
 */
export function requireAllowed(
  signed: SignedDecision,
  { id, receipt, folded, movedAt }: DecidedCase,
  gate: Pick<GateStanding, 'onEvidence' | 'conditions'>,
  now: Seen,
): { readonly effective: boolean } {
  const { payload } = signed;
  const { decision, override, seen } = payload;
  const isAbout =
    payload.case === id && payload.receipt === receipt && payload.desk === folded.desk && payload.gateSha256 === folded.gateSha256;
  if (!isAbout) throw new MemSyncError('decision_malformed', 'The decision is about another case, receipt, desk or gate.');
  if (override !== null && decision !== 'clear') throw new MemSyncError('decision_malformed', `A ${decision} overrides nothing.`);
  if (folded.decisions.some((made) => made.payload.decisionId === payload.decisionId))
    throw new MemSyncError('decision_malformed', 'The decision has been made already.');
  if (!showsStill(seen, now, movedAt))
    throw new MemSyncError('case_moved', 'The decision stands on a screen that shows something else by now.');
  if (decision !== 'clear') return { effective: true };
  if (override === null) {
    if (!gate.onEvidence) throw shut(gate);
    return { effective: true };
  }
  if (gate.onEvidence || folded.state === 'clear')
    throw new MemSyncError(
      'decision_malformed',
      `The ${gate.onEvidence ? 'gate is open' : 'case is clear'}: there is nothing to override.`,
    );
  if (override.second === null) return { effective: false };
  requireSecond(signed, folded, now);
  return { effective: true };
}

function requireSecond(second: SignedDecision, { waiting }: FoldedCase, now: Seen): void {
  if (waiting === null || waiting.payload.decisionId !== second.payload.override?.second)
    throw alone('The override that the decision completes does not wait for a second reviewer, or no more.');
  if (!isSecondOf(second, waiting)) throw alone('The same reviewer, or the same key, has signed the override’s first half.');
  if (!equalJson(waiting.payload.seen.claims, now.claims))
    throw alone('Claims have come to stand otherwise since the first half was signed: it takes both halves anew.');
}

function alone(detail: string): MemSyncError {
  return new MemSyncError('second_reviewer_needed', detail);
}

/** Whether a screen still shows what the case shows: as much as that may have been viewed since, and the log have grown. */
function showsStill(seen: Seen, now: Seen, movedAt: number): boolean {
  return (
    seen.revision >= movedAt &&
    seen.revision <= now.revision &&
    seen.logSize <= now.logSize &&
    seen.gateOpen === now.gateOpen &&
    equalJson(seen.claims, now.claims)
  );
}

function shut({ conditions }: Pick<GateStanding, 'conditions'>): MemSyncError {
  return new MemSyncError('gate_not_open', 'Not all that the gate calls for is there.', { issues: missing(conditions) });
}

/** What keeps a gate shut, as a problem's `issues` say it. */
export function missing(conditions: GateStanding['conditions']): readonly { readonly path: string; readonly message: string }[] {
  return conditions.flatMap(({ met, detail }, at) => (met ? [] : [{ path: `/require/${at}`, message: detail }]));
}
