import type { ClaimStanding } from '../../../schemas/claims.ts';
import type { OpenVault } from '../open-vault.ts';
import type { Services } from '../services.ts';
import type { CommitContext } from '../writer.ts';
import { type LoadedCase, loadIfThere } from './loaded.ts';
import { latest, openedHere, writeStep } from './write.ts';

/** The cases over one receipt, as they stood when a commit about it was prepared. */
export interface CasesOver {
  readonly receipt: string;
  readonly cases: readonly LoadedCase[];
}

/** What a commit has made of a receipt's claims. */
export interface ToldClaims {
  /** All of them, as they stand from here on. */
  readonly claims: readonly ClaimStanding[];
  /** Those that have come to `failed` in this commit, with the addendum that did it. */
  readonly failed: readonly { readonly claim: string; readonly addendum: string }[];
}

/** Every case over a receipt, for `tellCases`; to be called while a commit is prepared. @throws {MemSyncError} `row_unopenable` */
export async function casesOver(services: Services, { vault }: OpenVault, receipt: string): Promise<CasesOver> {
  const cases: LoadedCase[] = [];
  for (const stored of await services.store.cases.overReceipt(vault, receipt)) {
    const loaded = await loadIfThere(services, stored);
    if (loaded !== null) cases.push(loaded);
  }
  return { receipt, cases };
}

/**
 * Brings every case over the receipt up to what its claims have come to, in the commit that is being built: synchronous, after the addenda
 * have been put into the log. A case that was clear is reopened where a claim has failed, or had without its being told, as an import brings
 * it; gives the ids of those. What the same commit has made of the cases before is built upon, and those that it has opened are told as well.
 */
export function tellCases(services: Services, over: CasesOver, context: CommitContext, { claims, failed }: ToldClaims): readonly string[] {
  const reopened: string[] = [];
  for (const one of [...over.cases, ...openedHere(context, context.draft.tail.vault, over.receipt)]) {
    const before = latest(context, one);
    const first = failed[0] ?? unheardFailure(before, claims);
    if (first === undefined || before.folded.state !== 'clear') {
      writeStep(services, context, before, { claims });
      continue;
    }
    const { id, desk, receipt } = before.stored;
    const { claim, addendum } = first;
    writeStep(services, context, before, {
      claims,
      happening: { by: 'service', happened: { kind: 'reopened', claim, addendum } },
      news: { kind: 'reopened', case: id, desk, receipt, claim },
    });
    reopened.push(id);
  }
  return reopened;
}

/** The first claim that has failed, where the case was last told otherwise. */
function unheardFailure({ dossier }: LoadedCase, claims: readonly ClaimStanding[]): ToldClaims['failed'][number] | undefined {
  const known = new Set(dossier.claims.flatMap(({ claim, status }) => (status === 'failed' ? [claim] : [])));
  return claims.flatMap(({ claim, status, history }) => {
    const addendum = history.find((step) => step.status === 'failed')?.addendum ?? null;
    return status === 'failed' && !known.has(claim) && addendum !== null ? [{ claim, addendum }] : [];
  })[0];
}
