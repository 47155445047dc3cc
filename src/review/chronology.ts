import type { CaseMoment, Milestone } from '../../schemas/case.ts';
import type { ClaimStanding, ClaimStep } from '../../schemas/claims.ts';
import { formatInstant, type Instant, requireInstant } from '../core/instant.ts';
import { KINDS } from '../claims/all-kinds.ts';
import type { ClaimKind } from '../claims/kind.ts';
import type { Happening } from './case.ts';
import { type IsElsewhere, NOWHERE_ELSE } from './claim-at.ts';
import { readDecision } from './decision.ts';

/** The answer that a case is about, as its receipt has it. */
export interface TimedAnswer {
  /** When memory was asked. */
  readonly evaluatedAt: Instant;
  readonly issuedAt: Instant;
  /** The receipt's entry. */
  readonly logIndex: number;
  /** The grant that it was issued to. */
  readonly by: string;
  /** How many rows were served. */
  readonly served: number;
}

/** All that a timeline is made of. */
export interface Told {
  readonly answer: TimedAnswer;
  readonly claims: readonly Pick<ClaimStanding, 'claim' | 'history'>[];
  readonly happenings: readonly Happening[];
  /** What somebody is called who is known by an id; null where nobody knows. */
  readonly nameOf: (id: string) => string | null;
  readonly isElsewhere?: IsElsewhere;
  readonly kinds?: readonly ClaimKind[];
}

type Moment = Omit<CaseMoment, 'by' | 'at'> & { readonly at: Instant; readonly by: string };

/** Of another log, and so before all that this one has. */
const BEFORE_ALL = -1;

/**
 * One timeline of an answer, of what was proved of it, and of what reviewers did, in the order of the log: one line for each thing that
 * happened, however the clocks stood. What one entry brings is in the order in which claims are always shown.
 */
export function chronology({ answer, claims, happenings, nameOf, isElsewhere = NOWHERE_ELSE, kinds = KINDS }: Told): CaseMoment[] {
  const isOld = claims.some(({ history }) => history.some((step) => step.reason === 'issued' && isElsewhere(step)));
  const placed = [
    ...ofAnswer(answer).map((moment) => place(moment, isOld)),
    ...claims.flatMap(({ claim, history }) => {
      const milestone = kinds.find(({ text }) => text.claim === claim)?.milestone ?? 'proved';
      return ofClaim(claim, history, milestone).map(({ moment, step }) => place(moment, isElsewhere(step)));
    }),
    ...happenings.map((happening) => place(ofHappening(happening, nameOf), false)),
  ];
  // Two entries of another log are in that log's order.
  placed.sort((a, b) => a.place - b.place || (a.place === BEFORE_ALL ? a.moment.logIndex - b.moment.logIndex : 0));
  return placed.map(({ moment }) => ({ ...moment, at: formatInstant(moment.at), by: { id: moment.by, name: nameOf(moment.by) } }));
}

function place(moment: Moment, isOld: boolean): { moment: Moment; place: number } {
  return { moment, place: isOld ? BEFORE_ALL : moment.logIndex };
}

const NOTHING_MORE = { claim: null, decision: null, screen: null };

function ofAnswer({ evaluatedAt, issuedAt, logIndex, by, served }: TimedAnswer): Moment[] {
  const rows = served === 1 ? 'One row was served.' : `${served === 0 ? 'No' : served} rows were served.`;
  return [
    { what: 'retrieved', at: evaluatedAt, logIndex, by, detail: rows, ...NOTHING_MORE },
    { what: 'answered', at: issuedAt, logIndex, by, detail: 'The answer has its receipt.', ...NOTHING_MORE },
  ];
}

/** Each step of a claim; that nothing was said of it when the receipt was issued is none. */
function ofClaim(claim: string, history: readonly ClaimStep[], milestone: Milestone): { moment: Moment; step: ClaimStep }[] {
  return history.flatMap((step, at) => {
    const before = history[at - 1]?.status ?? 'absent';
    if (step.reason === 'issued' && step.status === 'absent') return [];
    const moment = {
      what: whatOf(step, before, milestone),
      at: requireInstant(step.at),
      logIndex: step.logIndex,
      by: step.by,
      detail: wordsOf(claim, step),
      claim,
      decision: null,
      screen: null,
    };
    return [{ moment, step }];
  });
}

function whatOf({ reason, judged, status }: ClaimStep, before: ClaimStep['status'], milestone: Milestone): Milestone {
  if (reason === 'given_up') return 'given_up';
  if (judged === 'failed' || (status === 'failed' && before !== 'failed')) return 'failed';
  if (status === 'verified' && before !== 'verified') return milestone;
  return judged === 'pending' ? 'pending' : 'stated';
}

const REASONS: Readonly<Record<ClaimStep['reason'], string>> = {
  issued: 'as the receipt was issued',
  evidence: 'evidence came',
  recheck: 'looked at again',
  given_up: 'nobody looks any more',
};

function wordsOf(claim: string, { reason, judged, status, checks, evidence }: ClaimStep): string {
  const kind = evidence === null ? '' : ` (${evidence.kind})`;
  const failed = checks.filter((check) => check.status === 'failed').map(({ check }) => check);
  const why = failed.length === 0 ? '' : `; failed: ${failed.join(', ')}`;
  const own = reason === 'issued' || judged === status ? '' : `, this by itself ${judged}`;
  return `“${claim}” is ${status}${own}: ${REASONS[reason]}${kind}${why}.`;
}

function ofHappening({ happened, at, logIndex, by }: Happening, nameOf: Told['nameOf']): Moment {
  const base = { at, logIndex, by, ...NOTHING_MORE };
  switch (happened.kind) {
    case 'opened':
      return { ...base, what: 'opened', detail: `Opened for the gate “${happened.gate.gate}”, version ${happened.gate.version}.` };
    case 'viewed':
      return { ...base, what: 'viewed', detail: 'Looked at.', screen: happened.screen };
    case 'handed_over':
      return { ...base, what: 'handed_over', detail: `Handed over to ${nameOf(happened.to) ?? happened.to}.` };
    case 'reopened':
      return { ...base, what: 'reopened', detail: `“${happened.claim}” has failed: the case is on hold again.`, claim: happened.claim };
    default: {
      const { decisionId, decision, override, seen } = readDecision(happened.envelope);
      const isOverride = override !== null && happened.effective;
      const half = override !== null && !happened.effective ? ', which waits for a second reviewer' : '';
      const gate = happened.gateOpen ? 'open' : 'shut';
      const detail = isOverride ? 'Cleared with the gate shut, by two reviewers.' : `Decided: ${decision}${half}; the gate was ${gate}.`;
      return { ...base, what: isOverride ? 'overridden' : 'decided', detail, decision: decisionId, screen: seen };
    }
  }
}
