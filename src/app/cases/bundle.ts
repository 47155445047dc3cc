import { CASE_BUNDLE_FORMAT, type CaseBundle } from '../../../schemas/case-bundle.ts';
import { hex } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import type { Happening } from '../../review/case.ts';
import type { Services } from '../services.ts';
import { reachLog } from '../evidence/reach-log.ts';
import { enterReviewer, findCase } from './enter.ts';
import { loadCase } from './loaded.ts';
import { People } from './people.ts';
import { openHappening } from './sealed-case.ts';

/**
 * A case’s statements with their proofs, for a reviewer of its desk to hand on (API, `GET /v1/cases/{id}/bundle`). Nothing of it is how the case
 * shows now, so that it is no look at the case: nothing goes into the log, and no decision can stand on it.
 * @throws {MemSyncError} `case_unknown`, `capability_missing`, `row_unopenable`, `vault_erased`, and what entering throws
 */
export async function readCaseBundle(services: Services, token: string, id: string): Promise<CaseBundle> {
  const desk = await enterReviewer(services, token);
  const stored = await findCase(services, { by: 'reviewer', desk }, id);
  const { happenings } = await loadCase(services, stored);
  // What has happened since then is left to whoever asks next.
  const events = (await services.store.cases.events(id)).slice(0, happenings.length);
  await reachLog(services, events.at(-1)?.logIndex ?? -1);
  const statements: CaseBundle['statements'] = [];
  for (const event of events) {
    const envelope = openHappening(services, stored, event);
    if (envelope === null) throw new MemSyncError('vault_erased', 'The owner has erased the vault: the statements went with it.');
    statements.push({ envelope, proof: await services.log.prove(event.logIndex) });
  }
  return { format: CASE_BUNDLE_FORMAT, case: id, statements, reviewers: await reviewersIn(services, stored.desk, happenings) };
}

/** Whoever of the desk did something to the case, or was handed it; also who has left since. */
async function reviewersIn(services: Services, desk: string, happenings: readonly Happening[]): Promise<CaseBundle['reviewers']> {
  const people = new People(services);
  await people.meet(desk);
  const named = new Set(happenings.flatMap(({ by, happened }) => (happened.kind === 'handed_over' ? [by, happened.to] : [by])));
  return [...named].flatMap((id) => {
    const reviewer = people.reviewer(id);
    return reviewer === null ? [] : [{ id, name: reviewer.name, key: hex(reviewer.key) }];
  });
}
