import type { DecideReply, DecideRequest } from '../../../schemas/case.ts';
import type { DecisionPayload } from '../../../schemas/decision.ts';
import { LIMITS } from '../../../schemas/limits.ts';
import { hex } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import type { Instant } from '../../core/instant.ts';
import { requireAllowed } from '../../review/allowed.ts';
import type { FoldedCase } from '../../review/case.ts';
import { verifyDecision } from '../../review/decision.ts';
import { unheard } from '../../review/unheard.ts';
import { IdempotencyGuard, markRequest } from '../idempotency.ts';
import type { Services } from '../services.ts';
import { enterReviewer, findCase, reviewerAsCaller } from './enter.ts';
import { elsewhereOf } from './dossier.ts';
import { type LoadedCase, loadCase } from './loaded.ts';
import { People } from './people.ts';
import { renderDecision, renderSummary } from './render.ts';
import { rowsBehind } from './rows-now.ts';
import { lookedAt, type Screen, screenOf } from './screen.ts';
import { latest, requireRoomOn, writeStep } from './write.ts';

/**
 * Takes a reviewer's decision (API, `POST /v1/cases/{id}/decision`): signed by their own key, on what the case shows now and they have looked
 * at. Durable, and in the log, before the answer, with what was not verified there.
 * @throws {MemSyncError} `case_unknown`, `decision_malformed`, `signature_invalid`, `case_moved`, `gate_not_open` with what is missing,
 * `second_reviewer_needed`, `case_full`, `idempotency_conflict`, and what `enterReviewer` and a commit throw
 */
export async function decideCase(
  services: Services,
  token: string,
  id: string,
  request: DecideRequest,
  idempotencyKey: string | null,
): Promise<DecideReply> {
  const desk = await enterReviewer(services, token);
  const { reviewer } = desk;
  const people = new People(services);
  await people.meet(reviewer.desk);
  const payload = verifyDecision(request.decision, reviewer.key);
  const signed = { payload, key: hex(reviewer.key) };
  const decided = await services.writer.submit({
    prepare: async () => {
      // They may have been removed while this waited.
      await enterReviewer(services, token);
      const loaded = await loadCase(services, await findCase(services, { by: 'reviewer', desk }, id));
      const { vault } = loaded.stored;
      const caller = reviewerAsCaller(desk, vault);
      const mark = markRequest(caller, idempotencyKey, `POST /v1/cases/${id}/decision`, request);
      const guard = await IdempotencyGuard.look(services, caller, mark);
      const behind = await rowsBehind(services, vault, loaded.dossier.rows);
      const first = loaded.folded.waiting?.payload.reviewer ?? null;
      const firstThere = first === null || (await services.store.cases.reviewer(first))?.removedAt === null;
      return { tail: behind.vault.state, loaded, behind, caller, guard, firstThere };
    },
    build: ({ loaded, behind, caller, guard, firstThere }, context) => {
      const { draft } = context;
      const before = latest(context, loaded);
      const [earlier] = guard.earlier(draft) ?? [];
      if (earlier !== undefined) return { after: before, decision: earlier };
      const screen = screenOf(before, behind, draft.now, services.log.size);
      requireOwn(payload, reviewer.id, screen, draft.now);
      const { effective } = requireAllowed(
        signed,
        { ...before.stored, folded: before.folded, movedAt: before.dossier.movedAt },
        screen.gate,
        screen.seen,
      );
      const look = lookedAt(screen, reviewer.id);
      if (look === null || payload.seen.revision < look.revision || payload.seen.logSize < look.logSize)
        throw new MemSyncError('case_moved', 'You have not looked at the case as it shows now: look at it, then decide.');
      if (payload.override !== null && payload.override.second !== null && !firstThere)
        throw new MemSyncError('second_reviewer_needed', 'Who signed the first half is a reviewer of this desk no more.');
      const { dossier, folded } = before;
      if (!stops(payload, folded)) requireRoomOn(before);
      const after = writeStep(services, context, before, {
        happening: {
          by: reviewer.id,
          happened: {
            kind: 'decided',
            envelope: request.decision,
            gateOpen: screen.gate.onEvidence,
            unheard: [...unheard(dossier.claims, folded.gate, undefined, elsewhereOf(dossier))],
            effective,
          },
        },
        news: { kind: 'decided', case: id, decision: payload.decision, override: payload.override !== null },
      });
      guard.note(caller, draft, [payload.decisionId]);
      // How the rows stand is in the ledger, and not in the log.
      draft.pin();
      return { after, decision: payload.decisionId };
    },
  });
  return render(decided.after, decided.decision, people);
}

function render(loaded: LoadedCase, decision: string, people: People): DecideReply {
  const made = loaded.folded.decisions.find(({ payload }) => payload.decisionId === decision);
  if (made === undefined) throw new MemSyncError('case_unknown', 'The decision is not on the case any more.');
  return { case: renderSummary(loaded.stored, people), decision: renderDecision(loaded, made, people) };
}

/** Whether it takes something back that stands: what is clear, or a gate that only a `reject` shuts. There is always room for that. */
function stops({ decision }: DecisionPayload, { state, rejected }: FoldedCase): boolean {
  return decision === 'reject' ? rejected === null : decision === 'hold' && state === 'clear';
}

function malformed(detail: string): MemSyncError {
  return new MemSyncError('decision_malformed', detail);
}

/** What a decision has to be whatever the case: the reviewer's own, of now, and resting on what the case has. @throws {MemSyncError} `decision_malformed` */
function requireOwn({ reviewer, basis, signedAt }: DecisionPayload, me: string, { loaded: { dossier } }: Screen, now: Instant): void {
  if (reviewer !== me) throw malformed('The decision names another reviewer than the one who hands it in.');
  if (signedAt > now + LIMITS.clockSkewMs) throw malformed('The decision is dated ahead of the service’s clock.');
  const strangeClaim = basis.claims.find((name) => !dossier.claims.some(({ claim }) => claim === name));
  if (strangeClaim !== undefined) throw malformed(`The decision rests on a claim “${strangeClaim}”, which the case has not.`);
  const strangeRow = basis.rows.find((name) => !dossier.rows.some(({ row }) => row === name));
  if (strangeRow !== undefined) throw malformed(`The decision rests on row ${strangeRow}, on which the answer did not lean.`);
}
