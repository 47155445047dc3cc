import type { Case } from '../../../schemas/case.ts';
import { named } from '../render/case/sheet.ts';
import { changesSince } from '../render/case/since.ts';

/** What has changed in a case since it was looked at, in one sentence or more. */
export function movedSince(before: Case, now: Case): string {
  const decided = now.decisions
    .slice(before.decisions.length)
    .map(({ payload, reviewer }) => `${named(reviewer.name)} decided ${payload.decision}`);
  const state = before.state === now.state ? [] : [`it is ${now.state === 'clear' ? 'clear' : 'on hold'} now`];
  const handed = before.assigned?.id === now.assigned?.id ? [] : [`${named(now.assigned?.name ?? 'nobody')} has it now`];
  const changes = [...changesSince(before.seen, now), ...decided, ...state, ...handed];
  return changes.length === 0 ? 'The case has moved on since you looked.' : `Since you looked: ${changes.join('; ')}.`;
}
