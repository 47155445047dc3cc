import type { ClaimStanding } from '../../../schemas/claims.ts';
import type { StoredCase } from '../../store/cases.ts';
import type { OpenVault } from '../open-vault.ts';
import type { Services } from '../services.ts';
import type { CommitContext } from '../writer.ts';

/** The cases over one receipt, as they stood when a commit about it was prepared. */
export interface CasesOver {
  readonly receipt: string;
  readonly cases: readonly StoredCase[];
}

/** What a commit has made of a receipt's claims. */
export interface ToldClaims {
  /** All of them, as they stand from here on. */
  readonly claims: readonly ClaimStanding[];
  /** Those that have come to `failed` in this commit, with the addendum that did it. */
  readonly failed: readonly { readonly claim: string; readonly addendum: string }[];
}

/** Every case over a receipt, for `tellCases`; to be called while a commit is prepared. */
export async function casesOver(_services: Services, _vault: OpenVault, receipt: string): Promise<CasesOver> {
  return { receipt, cases: [] };
}

/**
 * Brings every case over the receipt up to what its claims have come to, in the commit that is being built: synchronous, after the addenda
 * have been put into the log. A case that was clear is reopened where a claim has failed; gives the ids of those.
 * @throws {Stale} where one of the cases has changed, or another been opened, in the same commit
 */
export function tellCases(_services: Services, cases: CasesOver, _context: CommitContext, _told: ToldClaims): readonly string[] {
  return cases.cases.map(({ id }) => id);
}
