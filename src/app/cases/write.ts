import type { CaseHappening } from '../../../schemas/case.ts';
import type { ClaimStanding } from '../../../schemas/claims.ts';
import { LIMITS } from '../../../schemas/limits.ts';
import { STATEMENT_PAYLOAD_TYPE } from '../../../schemas/receipt.ts';
import { hex } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import { parseEnvelope } from '../../crypto/dsse.ts';
import { keyId } from '../../log/verifier-key.ts';
import { keyidOf, signReceipt } from '../../receipts/statement.ts';
import { afterHappening, foldCase, type FoldedCase, type Happening } from '../../review/case.ts';
import { buildCaseStatement, caseEntry } from '../../review/statement.ts';
import { beforeProof } from '../../review/unheard.ts';
import type { CaseChange, StoredCaseEvent } from '../../store/cases.ts';
import type { Services } from '../services.ts';
import type { CommitContext } from '../writer.ts';
import { claimsForDesk, type Dossier, elsewhereOf } from './dossier.ts';
import type { LoadedCase } from './loaded.ts';
import type { CaseEvent } from './news.ts';
import { type CaseName, sealDossier, sealHappening } from './sealed-case.ts';

type By = Happening['by'];
type Building = Pick<CommitContext, 'draft' | 'log' | 'keepCase' | 'keptCases'>;

/** What each change of a commit that is being built comes to, opened: whoever changes the case next in that commit goes on from there. */
const comeTo = new WeakMap<CaseChange, LoadedCase>();

/** A case as the commit that is being built has it by now. */
export function latest({ keptCases }: Pick<Building, 'keptCases'>, loaded: LoadedCase): LoadedCase {
  const last = keptCases.findLast(({ next }) => next.id === loaded.stored.id);
  return (last === undefined ? undefined : comeTo.get(last)) ?? loaded;
}

/** The cases over a receipt that the commit that is being built has opened. */
export function openedHere({ keptCases }: Pick<Building, 'keptCases'>, vault: string, receipt: string): LoadedCase[] {
  return keptCases.flatMap((change) => {
    const { next, expected } = change;
    const made = expected === null && next.vault === vault && next.receipt === receipt ? comeTo.get(change) : undefined;
    return made === undefined ? [] : [made];
  });
}

/**
 * That a case is not so full that reading it holds up others: every one of its statements is read each time.
 * @throws {MemSyncError} `case_full`
 */
export function requireRoomOn({ folded }: LoadedCase): void {
  if (folded.revision >= LIMITS.caseStatements)
    throw new MemSyncError(
      'case_full',
      `The case has ${folded.revision} statements, and takes nothing more that lets it through or hands it on.`,
    );
}

/** Opens a case in the commit that is being built. Nothing after this can be refused. */
export function writeOpening(
  services: Services,
  context: Building,
  name: CaseName,
  dossier: Dossier,
  opening: { readonly by: By; readonly happened: Extract<CaseHappening, { kind: 'opened' }> },
): LoadedCase {
  const entered = enter(services, context, name, dossier, { ...opening, number: 0, previous: null });
  const { happening, event, last } = entered;
  const folded = foldCase([happening]);
  const next = {
    ...name,
    openedAt: happening.at,
    state: folded.state,
    assigned: null,
    decidedBeforeProof: false,
    reopened: 0,
    revision: folded.revision,
    sealed: sealDossier(services, name, dossier),
  };
  const change: CaseChange = { expected: null, next, events: [event] };
  return keep(
    services,
    context,
    change,
    { stored: next, dossier, happenings: [happening], folded, last },
    { kind: 'opened', case: name.id },
  );
}

/** What becomes of a case in one step: something happens to it, or it is told of its receipt's claims, or both. */
export interface CaseStep {
  readonly claims?: readonly ClaimStanding[];
  readonly happening?: { readonly by: By; readonly happened: CaseHappening };
  readonly news?: CaseEvent;
}

/** Moves a case on in the commit that is being built, from where that commit has it. Nothing after this can be refused. */
export function writeStep(services: Services, context: Building, before: LoadedCase, step: CaseStep): LoadedCase {
  const { stored, happenings } = before;
  const told = step.claims !== undefined;
  const revision = stored.revision + (told ? 1 : 0) + (step.happening === undefined ? 0 : 1);
  // That somebody looked changes nothing that others have seen.
  const moved = told || (step.happening !== undefined && step.happening.happened.kind !== 'viewed');
  const dossier = moved ? movedOn(before, revision, step) : before.dossier;
  const entered =
    step.happening === undefined
      ? null
      : enter(services, context, stored, dossier, { ...step.happening, number: before.folded.revision, previous: before.last });
  const folded = entered === null ? before.folded : afterHappening(before.folded, entered.happening);
  const next = {
    ...stored,
    state: folded.state,
    assigned: folded.assigned,
    reopened: folded.reopened,
    decidedBeforeProof: isEarly(folded, dossier),
    revision,
    sealed: moved ? sealDossier(services, stored, dossier) : stored.sealed,
  };
  const change: CaseChange = { expected: stored.revision, next, events: entered === null ? [] : [entered.event] };
  const after: LoadedCase = {
    stored: next,
    dossier,
    happenings: entered === null ? happenings : [...happenings, entered.happening],
    folded,
    last: entered?.last ?? before.last,
  };
  return keep(services, context, change, after, step.news);
}

function movedOn({ dossier, folded }: LoadedCase, movedAt: number, { claims, happening }: CaseStep): Dossier {
  const statements = folded.revision + (happening === undefined ? 0 : 1);
  return { ...dossier, movedAt, statements, ...(claims === undefined ? {} : { claims: claimsForDesk(claims) }) };
}

/** Whether a decision that came into force was made before what it called for was proved. */
function isEarly({ decisions, gate }: FoldedCase, dossier: Dossier): boolean {
  return decisions.some(
    ({ payload, logIndex, effective }) => effective && beforeProof({ ...payload, logIndex }, dossier.claims, gate, elsewhereOf(dossier)),
  );
}

/** Signs what happened and puts it into the log. */
function enter(
  services: Services,
  { draft, log }: Building,
  name: CaseName,
  { entry }: Dossier,
  said: Pick<Happening, 'by' | 'happened' | 'number'> & { readonly previous: string | null },
): { readonly happening: Happening; readonly event: StoredCaseEvent; readonly last: string } {
  const { by, happened, number, previous } = said;
  const at = draft.now;
  const predicate = { case: name.id, receipt: name.receipt, number, previous, at, by, happened };
  const { name: signer, key } = services.receiptSigner;
  const envelope = signReceipt(key, keyidOf({ name: signer, keyId: keyId(signer, key.publicKey) }), buildCaseStatement(entry, predicate));
  const logged = caseEntry(parseEnvelope(STATEMENT_PAYLOAD_TYPE, envelope));
  const place = { case: name.id, number, at, logIndex: log(logged) };
  return {
    happening: { number, at, by, happened, logIndex: place.logIndex },
    event: { ...place, sealed: sealHappening(services, name, place, envelope) },
    last: hex(logged),
  };
}

function keep(services: Services, { keepCase }: Building, change: CaseChange, after: LoadedCase, news?: CaseEvent): LoadedCase {
  comeTo.set(change, after);
  if (news !== undefined) services.caseNews.note(change, news);
  keepCase(change);
  return after;
}
