import type { CaseHappening, CaseSummary, OpenCaseBody } from '../../../schemas/case.ts';
import type { GatePolicy } from '../../../schemas/gate.ts';
import { LIMITS } from '../../../schemas/limits.ts';
import { CLAIMS } from '../../claims/claims.ts';
import { MemSyncError } from '../../core/errors.ts';
import { makeId } from '../../core/ids.ts';
import { gateSha256, parseGate } from '../../review/gate.ts';
import { requireOpen } from '../access.ts';
import type { DeskAccess } from '../desks/enter.ts';
import { findDesk } from '../desks/make.ts';
import { receiptFor } from '../evidence/access.ts';
import { IdempotencyGuard, markRequest } from '../idempotency.ts';
import type { Services } from '../services.ts';
import { Stale } from '../writer.ts';
import { type Asker, enterCases, enterReviewer, reviewerAsCaller } from './enter.ts';
import { type LoadedCase, loadCase } from './loaded.ts';
import { OPENED_AT } from './dossier.ts';
import { dossierOf, standsStill } from './make-dossier.ts';
import { readSummary } from './render.ts';
import { latest, openedHere, writeOpening } from './write.ts';

/** How many cases over one receipt are looked through for one of a reviewer's own desk. */
const PAGE = 20;

/**
 * Opens a case over a receipt for a desk (API, `POST /v1/cases`): its dossier, under the desk key, is all that the desk is ever told of the
 * answer. Durable, and in the log, before the answer. The claims that the policy names must be known here.
 * @throws {MemSyncError} `receipt_unknown`, `desk_unknown`, `gate_malformed`, `scope_exceeded` where a row that was served is out of the
 * caller's reach, `case_full`, `idempotency_conflict`, and what `enterCases` throws
 */
export async function openCase(
  services: Services,
  token: string,
  request: OpenCaseBody,
  idempotencyKey: string | null,
): Promise<CaseSummary> {
  const gate = parseGate(request.gate, new Set(CLAIMS.map(({ claim }) => claim)));
  const asker = await enterCases(services, token);
  const note = request.note ?? null;
  const id =
    asker.by === 'grant'
      ? await openByGrant(services, token, request, { gate, note }, idempotencyKey)
      : await openByReviewer(services, token, request, { gate, note }, idempotencyKey);
  return readSummary(services, id);
}

/** What the one who opens a case says of it. */
interface Wanted {
  readonly gate: GatePolicy;
  readonly note: string | null;
}

async function openByGrant(services: Services, token: string, request: OpenCaseBody, wanted: Wanted, key: string | null): Promise<string> {
  const { receipt } = request;
  return services.writer.submit({
    prepare: async () => {
      const { access } = await asGrant(services, token);
      const guard = await IdempotencyGuard.look(services, access, markRequest(access, key, 'POST /v1/cases', request));
      const stored = await receiptFor(services, access, receipt, 'add');
      const desk = await findDesk(services, request.desk ?? null);
      const there = await casesThere(services, access.vault.vault, receipt);
      return { tail: access.vault.state, access, guard, desk, there, dossier: await dossierOf(services, access, stored) };
    },
    build: ({ access, guard, desk, there, dossier }, context) => {
      const { draft } = context;
      requireOpen(access, draft.now);
      const [earlier] = guard.earlier(draft) ?? [];
      if (earlier !== undefined) return earlier;
      // What this very commit brings is not in the dossier yet; nor is it known which of the rows it has erased.
      if (draft.addenda.some((one) => one.receipt === receipt) || !standsStill(access, dossier)) throw new Stale();
      const name = { id: makeId('case', draft.now, services.random), desk: desk.id, vault: access.vault.vault, receipt };
      requireRoom(there + openedHere(context, name.vault, receipt).length);
      writeOpening(services, context, name, dossier, { by: access.grant.id, happened: openingOf(name, wanted) });
      guard.note(access, draft, [name.id]);
      // Nothing is told of rows that another process has erased by then.
      draft.pin();
      return name.id;
    },
  });
}

async function openByReviewer(
  services: Services,
  token: string,
  request: OpenCaseBody,
  wanted: Wanted,
  key: string | null,
): Promise<string> {
  const { receipt } = request;
  return services.writer.submit({
    prepare: async () => {
      const desk = await enterReviewer(services, token);
      const other = await ofDesk(services, desk, request);
      const { vault } = other.stored;
      const caller = reviewerAsCaller(desk, vault);
      const guard = await IdempotencyGuard.look(services, caller, markRequest(caller, key, 'POST /v1/cases', request));
      const there = await casesThere(services, vault, receipt);
      return { tail: (await services.vaults.acquire(vault)).state, desk, caller, guard, other, there };
    },
    build: ({ tail, desk, caller, guard, other, there }, context) => {
      const { draft } = context;
      const [earlier] = guard.earlier(draft) ?? [];
      if (earlier !== undefined) return earlier;
      if (tail.erased !== null) throw new MemSyncError('vault_erased', 'The owner has erased the vault.');
      const { dossier: told, stored } = latest(context, other);
      const dossier = { ...told, movedAt: OPENED_AT, statements: 1 };
      const name = { id: makeId('case', draft.now, services.random), desk: stored.desk, vault: stored.vault, receipt };
      requireRoom(there + openedHere(context, name.vault, receipt).length);
      writeOpening(services, context, name, dossier, { by: desk.reviewer.id, happened: openingOf(name, wanted) });
      guard.note(caller, draft, [name.id]);
      // Nothing is told any more of a vault that another process has erased by then.
      draft.pin();
      return name.id;
    },
  });
}

async function casesThere(services: Services, vault: string, receipt: string): Promise<number> {
  return (await services.store.cases.overReceipt(vault, receipt)).length;
}

/** @throws {MemSyncError} `case_full` */
function requireRoom(there: number): void {
  if (there >= LIMITS.cases) throw new MemSyncError('case_full', `There are ${there} cases over the receipt already.`);
}

async function asGrant(services: Services, token: string): Promise<Extract<Asker, { by: 'grant' }>> {
  const asker = await enterCases(services, token);
  if (asker.by !== 'grant') throw new MemSyncError('token_invalid', 'That is not a grant’s token.');
  return asker;
}

/** A case of the reviewer's desk over the receipt: what is told of it may be told again. @throws {MemSyncError} `receipt_unknown`, `desk_unknown` */
async function ofDesk(services: Services, { reviewer }: DeskAccess, { receipt, desk }: OpenCaseBody): Promise<LoadedCase> {
  if (desk !== undefined && (await findDesk(services, desk)).id !== reviewer.desk)
    throw new MemSyncError('desk_unknown', 'A reviewer opens cases for their own desk alone.');
  const filter = { desk: reviewer.desk, vault: null, receipt, state: null, assigned: null, decidedBeforeProof: false, reopened: false };
  let before: string | null = null;
  do {
    const page = await services.store.cases.page({ ...filter, before, limit: PAGE });
    const [found] = page.cases;
    if (found !== undefined) return loadCase(services, found);
    before = page.next;
  } while (before !== null);
  throw new MemSyncError('receipt_unknown', `Your desk has no case over a receipt ${receipt}.`);
}

function openingOf(
  { desk, vault }: { readonly desk: string; readonly vault: string },
  { gate, note }: Wanted,
): Extract<CaseHappening, { kind: 'opened' }> {
  return { kind: 'opened', desk, vault, gate, gateSha256: gateSha256(gate), note };
}
