import type { CaseRow } from '../../../schemas/case.ts';
import type { Seen } from '../../../schemas/decision.ts';
import { equalJson } from '../../core/json.ts';
import type { Instant } from '../../core/instant.ts';
import { evaluateGate, type GateStanding } from '../../review/gate.ts';
import { statusesAt } from '../../review/unheard.ts';
import type { LoadedCase } from './loaded.ts';
import { rowsAt, type RowsBehind } from './rows-now.ts';

/** A case as it shows at an instant. */
export interface Screen {
  readonly loaded: LoadedCase;
  readonly rows: readonly CaseRow[];
  readonly rowsGone: number;
  readonly gate: GateStanding;
  readonly seen: Seen;
}

/** What a case shows at `now`, in a log of at least `logSize` entries. */
export function screenOf(loaded: LoadedCase, behind: RowsBehind, now: Instant, logSize: number): Screen {
  const { dossier, folded, stored, happenings } = loaded;
  const { rows, gone } = rowsAt(behind, dossier.rows, dossier.gone, now);
  const { state, rejected } = folded;
  const gate = evaluateGate(folded.gate, { claims: dossier.claims, rows, rowsGone: gone, state, rejected: rejected !== null, now });
  // Another process may have written what this one has read, and not yet followed in its log.
  const size = Math.max(logSize, (happenings.at(-1)?.logIndex ?? -1) + 1);
  return {
    loaded,
    rows,
    rowsGone: gone,
    gate,
    seen: { revision: stored.revision, logSize: size, claims: statusesAt(dossier.claims), gateOpen: gate.open },
  };
}

/** The revision that a screen shows once the viewing of it has been written. */
export function onceViewed({ revision, ...seen }: Seen): Seen {
  return { ...seen, revision: revision + 1 };
}

/** Whether it is in the log that a reviewer has looked at the case as it shows now: nothing has happened since, but that others looked as well. */
export function hasLooked({ loaded: { happenings, dossier }, seen }: Pick<Screen, 'loaded' | 'seen'>, reviewer: string): boolean {
  return happenings.some(({ by, happened }) => {
    if (happened.kind !== 'viewed' || by !== reviewer) return false;
    const { revision, gateOpen, claims } = happened.screen;
    return revision >= dossier.movedAt && gateOpen === seen.gateOpen && equalJson(claims, seen.claims);
  });
}
