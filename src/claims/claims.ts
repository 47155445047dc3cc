import type { Claim } from '../../schemas/receipt.ts';
import { KINDS } from './all-kinds.ts';
import type { ClaimText } from './claim-text.ts';
import type { IssueInput } from './issue-input.ts';
import type { ClaimKind } from './kind.ts';

/** The words of every claim that a receipt can carry, in the order in which they are always shown. */
export const CLAIMS: readonly ClaimText[] = KINDS.map(({ text }) => text);

const BY_NAME: ReadonlyMap<string, ClaimKind> = new Map(KINDS.map((kind) => [kind.text.claim, kind]));

/** The claim of that name, or null where this build knows none. */
export function kindNamed(claim: string): ClaimKind | null {
  return BY_NAME.get(claim) ?? null;
}

/**
 * Every claim as it stands at issue, in the order of `CLAIMS`. What nothing is said of is `absent`, not doubted and not believed.
 * @throws {MemSyncError} `text_not_unicode` when the output has a lone surrogate.
 */
export function claimsAtIssue(input: IssueInput): Claim[] {
  return KINDS.map((kind) => {
    const said = kind.atIssue?.(input) ?? null;
    return said === null ? absentClaim(kind.text) : { ...kind.text, ...said };
  });
}

/** A claim for which nothing was handed in. */
export function absentClaim(text: ClaimText): Claim {
  return { ...text, status: 'absent', checks: [], evidence: [] };
}
