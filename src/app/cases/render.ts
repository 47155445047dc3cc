import type { Case, CaseDecision, CaseSummary } from '../../../schemas/case.ts';
import { hex } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import { formatInstant } from '../../core/instant.ts';
import { sha256 } from '../../crypto/sha256.ts';
import type { MadeDecision } from '../../review/case.ts';
import { verifyDecision } from '../../review/decision.ts';
import { beforeProof } from '../../review/unheard.ts';
import type { StoredCase } from '../../store/cases.ts';
import type { Services } from '../services.ts';
import { elsewhereOf } from './dossier.ts';
import type { LoadedCase } from './loaded.ts';
import { People } from './people.ts';
import type { Screen } from './screen.ts';
import { timelineOf } from './timeline.ts';

/** A case as lists show it. Its desk must have been met. */
export function renderSummary(stored: StoredCase, people: People): CaseSummary {
  const { id, desk, vault, receipt, openedAt, state, assigned, decidedBeforeProof, reopened, revision } = stored;
  return {
    id,
    desk: people.desk(desk),
    vault,
    receipt,
    openedAt: formatInstant(openedAt),
    state,
    assigned: assigned === null ? null : { id: assigned, name: people.nameOf(assigned) ?? assigned },
    decidedBeforeProof,
    reopened,
    revision,
  };
}

/** The summary of a case as it is kept now. @throws {MemSyncError} `case_unknown` */
export async function readSummary(services: Services, id: string): Promise<CaseSummary> {
  const stored = await services.store.cases.case(id);
  if (stored === null) throw new MemSyncError('case_unknown', `There is no case ${id}.`);
  const people = new People(services);
  await people.meet(stored.desk);
  return renderSummary(stored, people);
}

/** A case whole, as it shows. Its desk must have been met. @throws {MemSyncError} `signature_invalid` where a decision does not verify */
export function renderCase(screen: Screen, people: People): Case {
  const { loaded, gate, rows, rowsGone, seen } = screen;
  const { stored, dossier, folded } = loaded;
  const { state, assigned, reopened } = folded;
  return {
    ...renderSummary({ ...stored, state, assigned, reopened }, people),
    judgement: 'not assessed',
    note: folded.note,
    openedBy: folded.openedBy,
    answer: dossier.answer,
    gate: { policy: folded.gate, sha256: folded.gateSha256, open: gate.open, conditions: [...gate.conditions] },
    claims: dossier.claims,
    rows: [...rows],
    rowsGone,
    decisions: folded.decisions.map((made) => renderDecision(loaded, made, people)),
    override: folded.override,
    timeline: timelineOf(loaded, people),
    logSize: seen.logSize,
    seen,
  };
}

/** A decision, its signature checked against the key that its reviewer is known by. @throws {MemSyncError} `signature_invalid` */
export function renderDecision({ dossier, folded }: LoadedCase, made: MadeDecision, people: People): CaseDecision {
  const { payload, envelope, logIndex, at, gateOpen, unheard, effective } = made;
  const reviewer = people.reviewer(payload.reviewer);
  if (reviewer === null) throw new MemSyncError('reviewer_unknown', `Nobody knows reviewer ${payload.reviewer} any more.`);
  verifyDecision(envelope, reviewer.key);
  return {
    payload,
    envelope,
    reviewer: { id: reviewer.id, name: reviewer.name, key: hex(sha256(reviewer.key)) },
    logIndex,
    at: formatInstant(at),
    gateOpen,
    unheard: [...unheard],
    effective,
    beforeProof: beforeProof({ ...payload, logIndex }, dossier.claims, folded.gate, elsewhereOf(dossier)),
  };
}
