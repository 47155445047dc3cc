import type { Case } from '../../../../schemas/case.ts';
import type { Seen } from '../../../../schemas/decision.ts';

/** What stands otherwise than it did on a screen: each claim by itself, then the gate. */
export function changesSince(seen: Pick<Seen, 'claims' | 'gateOpen'>, { claims, gate }: Pick<Case, 'claims' | 'gate'>): string[] {
  const changed = claims.flatMap(({ claim, status }) => {
    const was = seen.claims[claim] ?? 'absent';
    return was === status ? [] : [`${claim} was ${was} and is ${status}`];
  });
  return seen.gateOpen === gate.open ? changed : [...changed, `the gate is ${gate.open ? 'open' : 'SHUT'} now`];
}
