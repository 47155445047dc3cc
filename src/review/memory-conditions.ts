import type { z } from 'zod';
import type { CaseRow } from '../../schemas/case.ts';
import type { MemoryCondition, ValidatedCondition } from '../../schemas/gate.ts';
import { type Instant, parseInstant } from '../core/instant.ts';
import type { Found } from './claim-conditions.ts';

/** A condition that the rows have to meet which were served. */
export type OnMemory = z.infer<typeof MemoryCondition> | z.infer<typeof ValidatedCondition>;

/** The memory that an answer leaned on. */
export interface ServedMemory {
  readonly rows: readonly CaseRow[];
  /** Rows that were served and are erased: nobody can say any more how they stood, or whether the answer cites them. */
  readonly rowsGone: number;
}

const DAY = 86_400_000;
/** How many rows are named in one sentence. */
const MOST_NAMED = 5;

/** One condition on the rows that were served, as of `now`. What cannot be known of a row counts against it. */
export function judgeMemory(condition: OnMemory, memory: ServedMemory, now: Instant): Found {
  if (condition.memory === 'active_validated') return judgeValidated(condition.withinDays, memory, now);
  if (condition.memory === 'all_standing') return judgeStanding(memory);
  const rows = condition.memory === 'no_contested_cited' ? citedRows(memory.rows) : { rows: memory.rows, what: 'was served' };
  return judgeDoubt(rows, memory.rowsGone);
}

/** The rows that the answer cites, or may: where nobody knows of a row whether it does, it may. */
function citedRows(rows: readonly CaseRow[]): { rows: readonly CaseRow[]; what: string } {
  const isKnown = rows.every(({ cited }) => cited !== null);
  return { rows: rows.filter(({ cited }) => cited !== false), what: isKnown ? 'is cited' : 'may be cited, as nobody knows which are' };
}

function judgeDoubt({ rows, what }: { readonly rows: readonly CaseRow[]; readonly what: string }, gone: number): Found {
  const then = rows.filter(({ served }) => served.standing === 'contested');
  const now = rows.filter((row) => row.now.standing === 'contested' && !then.includes(row));
  const faults = [
    ...some(then, (names, verb) => `${names} ${verb} in doubt when served.`, 'was', 'were'),
    ...some(now, (names, verb) => `${names} ${verb} in doubt by now.`, 'is', 'are'),
    ...erased(gone),
  ];
  const wanted = `No row may be in doubt that ${what}`;
  return faults.length > 0
    ? { met: false, detail: `${wanted}. ${faults.join(' ')}` }
    : { met: true, detail: `No row that ${what} was in doubt, or is.` };
}

function judgeStanding({ rows, rowsGone }: ServedMemory): Found {
  const faults = (['contested', 'superseded', 'retracted', 'erased'] as const).flatMap((standing) => {
    const found = rows.filter(({ served, now }) => served.standing === standing || now.standing === standing);
    return some(found, (names, verb) => `${names} ${verb} ${standing}.`, 'is', 'are');
  });
  faults.push(...erased(rowsGone));
  return faults.length > 0
    ? { met: false, detail: `Every row that was served has to stand. ${faults.join(' ')}` }
    : { met: true, detail: 'Every row that was served stands.' };
}

function judgeValidated(days: number, { rows, rowsGone }: ServedMemory, now: Instant): Found {
  const active = rows.filter(({ placement }) => placement === 'active');
  const since = now - days * DAY;
  const never = active.filter((row) => validatedAt(row) === null);
  const long = active.filter((row) => (validatedAt(row) ?? since) < since);
  const changed = never.filter(({ version, now: { version: latest } }) => latest !== version);
  const faults = [
    ...some(never, (names, verb) => `${names} never ${verb} in the version that was served.`, 'was', 'were'),
    ...some(changed, (names, verb) => `${names} ${verb} another version by now, which does not count.`, 'has', 'have'),
    ...some(long, (names, verb) => `${names} ${verb} last longer ago than that.`, 'was', 'were'),
    ...erased(rowsGone),
  ];
  const wanted = `Every row that was placed active has to be validated by the owner within ${days === 1 ? 'a day' : `${days} days`}`;
  if (faults.length > 0) return { met: false, detail: `${wanted}. ${faults.join(' ')}` };
  if (active.length === 0) return { met: true, detail: 'No row was placed active.' };
  return { met: true, detail: `The owner has validated every row that was placed active within ${days === 1 ? 'a day' : `${days} days`}.` };
}

/** When the owner last validated the version that was served; what has become of other versions says nothing of it. */
function validatedAt({ version, lastValidatedAt, now }: CaseRow): Instant | null {
  const served = lastValidatedAt === null ? null : parseInstant(lastValidatedAt);
  const later = now.version !== version || now.lastValidatedAt === null ? null : parseInstant(now.lastValidatedAt);
  return served === null || later === null ? (served ?? later) : Math.max(served, later);
}

function erased(gone: number): string[] {
  if (gone === 0) return [];
  return [
    gone === 1
      ? 'One row that was served is erased, and tells nothing any more.'
      : `${gone} rows that were served are erased, and tell nothing any more.`,
  ];
}

function some(rows: readonly CaseRow[], sentence: (names: string, verb: string) => string, one: string, more: string): string[] {
  if (rows.length === 0) return [];
  const names = rows.slice(0, MOST_NAMED).map(({ tag, row }) => `${tag} (${row})`);
  const left = rows.length - names.length;
  return [sentence(left > 0 ? `${names.join(', ')} and ${left} more` : names.join(', '), rows.length === 1 ? one : more)];
}
