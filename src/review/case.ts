import type { CasePredicate, CaseStatus } from '../../schemas/case.ts';
import type { DecisionPayload } from '../../schemas/decision.ts';
import type { GatePolicy } from '../../schemas/gate.ts';
import { MemSyncError } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import { decisionKey, readDecision } from './decision.ts';

/** What happened to a case, as the log has it. */
export interface Happening extends Pick<CasePredicate, 'number' | 'at' | 'by' | 'happened'> {
  readonly logIndex: number;
}

/** A decision on a case, with what was so when it was made. */
export interface MadeDecision {
  readonly payload: DecisionPayload;
  readonly envelope: Extract<CasePredicate['happened'], { kind: 'decided' }>['envelope'];
  /** The key that it is signed with, 64 hexadecimal digits. */
  readonly key: string;
  readonly number: number;
  readonly at: Instant;
  readonly logIndex: number;
  readonly gateOpen: boolean;
  readonly unheard: Extract<CasePredicate['happened'], { kind: 'decided' }>['unheard'];
  readonly effective: boolean;
}

/** A case cleared although its gate was shut, or half of that. */
export interface Override {
  readonly decision: string;
  readonly reviewer: string;
  readonly reason: string;
  /** Null while a second reviewer has not signed. */
  readonly second: string | null;
}

/** A case as its happenings have made it. */
export interface FoldedCase {
  readonly desk: string;
  readonly vault: string;
  readonly gate: GatePolicy;
  readonly gateSha256: string;
  readonly note: string | null;
  readonly openedAt: Instant;
  readonly openedBy: string;
  readonly state: CaseStatus;
  readonly assigned: string | null;
  /** In the log's order. */
  readonly decisions: readonly MadeDecision[];
  /** The last one that came into force, or the half that waits for a second reviewer. */
  readonly override: Override | null;
  /** Whether it is clear, and by an override. */
  readonly overridden: boolean;
  /** The first half of an override that waits for its second. */
  readonly waiting: MadeDecision | null;
  /** The `reject` that stands: the last decision in force, where it is one. */
  readonly rejected: string | null;
  readonly reopened: number;
  /** How much has happened; what the case has been told of its receipt's claims comes on top of it. */
  readonly revision: number;
}

/**
 * A case out of all that has happened to it, in order. A case is on hold until a reviewer clears it with its gate open, or two of them do
 * with it shut; whatever the happenings say, nothing else clears it.
 * @throws {MemSyncError} `bundle_malformed` where one does not follow from those before; `decision_malformed`
 */
export function foldCase(happenings: readonly Happening[]): FoldedCase {
  const [first, ...rest] = happenings;
  if (first?.happened.kind !== 'opened' || first.number !== 0) throw broken('begins otherwise than with its opening');
  const { desk, vault, gate, gateSha256, note } = first.happened;
  const opened: FoldedCase = {
    desk,
    vault,
    gate,
    gateSha256,
    note,
    openedAt: first.at,
    openedBy: first.by,
    state: 'hold',
    assigned: null,
    decisions: [],
    override: null,
    overridden: false,
    waiting: null,
    rejected: null,
    reopened: 0,
    revision: 1,
  };
  return rest.reduce(afterHappening, opened);
}

/** The case after one more happening. @throws {MemSyncError} as `foldCase` */
export function afterHappening(before: FoldedCase, happening: Happening): FoldedCase {
  const { happened, number } = happening;
  if (number !== before.revision) throw broken(`has statement ${number} where ${before.revision} is due`);
  const moved = { ...before, revision: number + 1 };
  switch (happened.kind) {
    case 'opened':
      throw broken('is opened twice');
    case 'viewed':
      return moved;
    case 'handed_over':
      return { ...moved, assigned: happened.to };
    case 'reopened':
      if (before.state !== 'clear') throw broken('is reopened while it is on hold');
      return { ...moved, ...lapse(before), state: 'hold', overridden: false, reopened: before.reopened + 1 };
    default: {
      const { envelope, gateOpen, unheard, effective } = happened;
      const payload = readDecision(envelope);
      if (payload.reviewer !== happening.by) throw broken('has a decision that another than its reviewer has brought');
      const { at, logIndex } = happening;
      return afterDecision(moved, { payload, envelope, key: decisionKey(envelope), number, at, logIndex, gateOpen, unheard, effective });
    }
  }
}

function afterDecision(before: FoldedCase, made: MadeDecision): FoldedCase {
  const { payload, effective, gateOpen } = made;
  const { decisionId, decision, override, reviewer, reason } = payload;
  if (before.decisions.some((one) => one.payload.decisionId === decisionId)) throw broken('has one decision twice');
  const next = { ...before, ...lapse(before), decisions: [...before.decisions, made] };
  if (decision !== 'clear') {
    if (!effective || override !== null) throw broken(`has a ${decision} that is half an override`);
    return { ...next, state: 'hold', overridden: false, rejected: decision === 'reject' ? decisionId : null };
  }
  if (override === null) {
    if (!effective || !gateOpen) throw broken('is cleared with its gate shut');
    return { ...next, state: 'clear', overridden: false, rejected: null };
  }
  if (before.state === 'clear') throw broken('has an override while it is clear');
  if (override.second === null) {
    if (effective) throw broken('is cleared by one reviewer with its gate shut');
    return { ...next, override: { decision: decisionId, reviewer, reason, second: null }, waiting: made };
  }
  const half = before.waiting;
  if (!effective || half === null || !isSecondOf(made, half))
    throw broken('is cleared by the second half of an override without its first');
  const { payload: first } = half;
  const inForce = { decision: first.decisionId, reviewer: first.reviewer, reason: first.reason, second: reviewer };
  return { ...next, state: 'clear', overridden: true, rejected: null, override: inForce };
}

/** Whether one decision completes the override that another has begun: two people, two keys. */
export function isSecondOf(second: Pick<MadeDecision, 'payload' | 'key'>, first: Pick<MadeDecision, 'payload' | 'key'>): boolean {
  return (
    second.payload.override?.second === first.payload.decisionId &&
    second.payload.reviewer !== first.payload.reviewer &&
    second.key !== first.key
  );
}

/** What waits for a second reviewer no longer does; the last override that came into force stays. */
function lapse({ waiting, override, decisions }: FoldedCase): Pick<FoldedCase, 'waiting' | 'override'> {
  return { waiting: null, override: waiting === null ? override : lastInForce(decisions) };
}

function lastInForce(decisions: readonly MadeDecision[]): Override | null {
  const second = decisions.findLast(({ payload, effective }) => effective && payload.override !== null)?.payload;
  const first = decisions.find(({ payload }) => payload.decisionId === second?.override?.second)?.payload;
  if (second === undefined || first === undefined) return null;
  return { decision: first.decisionId, reviewer: first.reviewer, reason: first.reason, second: second.reviewer };
}

function broken(what: string): MemSyncError {
  return new MemSyncError('bundle_malformed', `The case’s statements do not follow from one another: it ${what}.`);
}
