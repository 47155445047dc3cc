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

/**
 * What a reviewer was shown of the case as it shows now, as the log has it: nothing has happened since, but that others looked as well. Null
 * where they have not looked.
 */
export function lookedAt({ loaded: { happenings, dossier }, seen }: Pick<Screen, 'loaded' | 'seen'>, reviewer: string): Seen | null {
  for (const { by, happened } of happenings) {
    if (happened.kind !== 'viewed' || by !== reviewer) continue;
    const { screen } = happened;
    if (screen.revision >= dossier.movedAt && screen.gateOpen === seen.gateOpen && equalJson(screen.claims, seen.claims)) return screen;
  }
  return null;
}
