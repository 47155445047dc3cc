import type { CaseHappening } from '../../schemas/case.ts';
import type { Seen } from '../../schemas/decision.ts';
import type { GatePolicy } from '../../schemas/gate.ts';
import type { ClaimStatus } from '../../schemas/vocabulary.ts';
import { MemSyncError } from '../core/errors.ts';
import { equalJson } from '../core/json.ts';
import { reaches } from './claim-at.ts';
import type { FoldedCase, Happening, MadeDecision } from './case.ts';

/** What was shown or signed for at a place in the log. */
export interface Screened {
  readonly number: number;
  readonly logIndex: number;
  readonly by: string;
  readonly seen: Seen;
}

/** Every viewing and every decision of a case, in the log's order, with what was on the screen. */
export function screensOf(happenings: readonly Happening[], decisions: readonly MadeDecision[]): Screened[] {
  return happenings.flatMap(({ number, logIndex, by, happened }): Screened[] => {
    if (happened.kind === 'viewed') return [{ number, logIndex, by, seen: happened.screen }];
    const seen = decisions.find((one) => one.number === number)?.payload.seen;
    return seen === undefined ? [] : [{ number, logIndex, by, seen }];
  });
}

/**
 * That each decision stands on what its reviewer was shown, by the statements alone: on a screen that an earlier viewing of theirs has, of a
 * log no longer than it was and with nothing between but that others looked, with what was not verified on it said as `unheard`.
 * @throws {MemSyncError} `bundle_malformed`
 */
export function requireShown(happenings: readonly Happening[], { decisions, gate }: Pick<FoldedCase, 'decisions' | 'gate'>): void {
  for (const { number, logIndex, seen } of screensOf(happenings, decisions))
    if (seen.logSize > logIndex) throw unshown(`statement ${number} is about a longer log than there was`);
  for (const { number, payload, unheard, gateOpen } of decisions) {
    const { seen, reviewer } = payload;
    const wasShown = happenings.some(
      ({ number: earlier, by, happened }) => earlier < number && by === reviewer && happened.kind === 'viewed' && shows(happened, seen),
    );
    const since = happenings.findLast((one) => one.number < number && one.happened.kind !== 'viewed');
    if (since !== undefined && seen.logSize <= since.logIndex)
      throw unshown(`decision ${payload.decisionId} stands on a screen of before statement ${since.number}`);
    if (!wasShown) throw unshown(`decision ${payload.decisionId} is on something that its reviewer was not shown before`);
    if (!equalJson(byName(unheard), byName(unheardIn(seen, gate))))
      throw unshown(`decision ${payload.decisionId} has as unheard something else than its reviewer has signed for`);
    if (gateOpen && !onScreen(seen, gate).every(({ met }) => met))
      throw unshown(`decision ${payload.decisionId} has the gate open on what its reviewer has signed for as not there`);
  }
}

function shows({ screen }: Extract<CaseHappening, { kind: 'viewed' }>, seen: Seen): boolean {
  const isEarlier = screen.revision <= seen.revision && screen.logSize <= seen.logSize;
  return isEarlier && screen.gateOpen === seen.gateOpen && equalJson(screen.claims, seen.claims);
}

/** What a gate asks of claims by their status alone, and whether it is on a screen. */
export function onScreen({ claims }: Seen, gate: GatePolicy): readonly { readonly claim: string; readonly met: boolean }[] {
  return gate.require.flatMap((condition) => {
    if (!('claim' in condition) || 'fact' in condition || 'check' in condition) return [];
    const { claim, status: least } = condition;
    return [{ claim, met: reaches(statusOn(claims, claim), least) }];
  });
}

/** How a claim stood on a screen; absent where the screen does not have it. */
export function statusOn(claims: Seen['claims'], claim: string): ClaimStatus {
  return Object.hasOwn(claims, claim) ? (claims[claim] ?? 'absent') : 'absent';
}

/** What was not verified on a screen, though it had been made or the gate calls for it. */
function unheardIn({ claims }: Seen, gate: GatePolicy): { claim: string; status: ClaimStatus }[] {
  const named = new Set(gate.require.flatMap((condition) => ('claim' in condition ? [condition.claim] : [])));
  const missing = [...named].filter((claim) => !Object.hasOwn(claims, claim));
  return [...Object.entries(claims), ...missing.map((claim) => [claim, 'absent'] as const)]
    .filter(([claim, status]) => status !== 'verified' && (status !== 'absent' || named.has(claim)))
    .map(([claim, status]) => ({ claim, status }));
}

/** A list of claims as one object: in which order they are said does not count. */
function byName(claims: readonly { readonly claim: string; readonly status: ClaimStatus }[]): Record<string, ClaimStatus> {
  return Object.fromEntries(claims.map(({ claim, status }) => [claim, status]));
}

function unshown(what: string): MemSyncError {
  return new MemSyncError('bundle_malformed', `The case’s statements do not agree with one another: ${what}.`);
}
