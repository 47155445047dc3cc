import type { CaseMoment } from '../../../schemas/case.ts';
import { requireInstant } from '../../core/instant.ts';
import { chronology } from '../../review/chronology.ts';
import { elsewhereOf } from './dossier.ts';
import type { LoadedCase } from './loaded.ts';
import type { People } from './people.ts';

/** All that has happened to the answer and to the case, in the log's order. */
export function timelineOf({ dossier, happenings }: LoadedCase, people: People): CaseMoment[] {
  const { answer, issued, claims, rows, gone } = dossier;
  return chronology({
    answer: {
      ...issued,
      evaluatedAt: requireInstant(answer.evaluatedAt),
      issuedAt: requireInstant(answer.issuedAt),
      served: rows.length + gone,
    },
    claims,
    happenings,
    nameOf: (id) => people.nameOf(id),
    isElsewhere: elsewhereOf(dossier),
  });
}
