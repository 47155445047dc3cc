import type { ClaimStanding, ClaimStep } from '../../../../schemas/claims.ts';
import type { ClaimName, ClaimStatus } from '../../../../schemas/vocabulary.ts';
import { requireInstant } from '../../../core/instant.ts';
import { fromNow } from '../../words.ts';
import { padded } from '../table.ts';
import { factWords, told as theirs } from '../standing/facts.ts';
import { fits, line, type Sheet, told } from './sheet.ts';

/** Each claim by itself, with how it came to; those that nothing was ever said for are named in one line. Nothing here adds them up. */
export function standingLines(sheet: Sheet, claims: readonly ClaimStanding[]): string[] {
  const present = claims.filter(({ status }) => status !== 'absent');
  const absent = claims.filter(({ status }) => status === 'absent').map(({ claim }) => claim);
  const column = Math.max(0, ...present.map(({ claim }) => claim.length));
  const rest = absent.length === 0 ? [] : told(sheet, `absent, nothing was handed in for them: ${absent.join(', ')}`, 2);
  return [...present.flatMap((claim) => standing(sheet, claim, column)), ...rest];
}

function standing(sheet: Sheet, claim: ClaimStanding, column: number): string[] {
  const { status, nextLookAt } = claim;
  const next = nextLookAt === null ? '' : `; next look ${fromNow(requireInstant(nextLookAt), sheet.now)}`;
  const head = `${padded(claim.claim, column)}  ${padded(status, 8)}  ${historyWords(claim.history)}${next}`;
  const facts = claim.facts.map(factWords);
  const oneLine = [head, ...facts].join('; ');
  const states = sheet.whole ? facts : facts.length === 0 ? [] : [facts.join('; ')];
  const failed = claim.checks
    .filter((check) => check.status === 'failed')
    .map(({ check, detail }) => `${theirs(check)}: ${theirs(detail)}`);
  const lines = [
    ...(fits(sheet, oneLine, 2) ? told(sheet, oneLine, 2) : [...line(sheet, head, 2), ...states.flatMap((words) => line(sheet, words, 4))]),
    ...failed.flatMap((words) => line(sheet, `failed at ${words}`, 4)),
  ];
  return status === 'failed' ? lines.map((one) => sheet.output.style('red', one)) : lines;
}

/** `asserted at issue → pending 12:02 → verified 2026-11-21 12:31`, in the log's order, with the day where it is another one. */
export function historyWords(history: readonly ClaimStep[]): string {
  const issued = history[0]?.at.slice(0, 10);
  const steps = history.filter(({ status }, i) => status !== (history[i - 1]?.status ?? 'absent'));
  if (steps.length === 1 && steps[0]?.reason === 'issued') return 'at issue';
  return steps
    .map(({ status, at, reason }) => {
      if (reason === 'issued') return `${status} at issue`;
      return `${status} ${at.slice(0, 10) === issued ? '' : `${at.slice(0, 10)} `}${at.slice(11, 16)}`;
    })
    .join(' → ');
}

const ORDER: readonly ClaimStatus[] = ['verified', 'pending', 'asserted', 'failed', 'absent'];

/** `verified memory, output; pending payment`: claims by how they stood. */
export function statusWords(claims: Readonly<Record<ClaimName, ClaimStatus>>): string {
  return ORDER.flatMap((status) => {
    const names = Object.keys(claims).filter((claim) => claims[claim] === status);
    return names.length === 0 ? [] : [`${status} ${names.join(', ')}`];
  }).join('; ');
}
