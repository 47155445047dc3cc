import { z } from 'zod';
import { Case, CaseRow } from '../../../schemas/case.ts';
import { type ClaimStanding as Standing, ClaimStanding } from '../../../schemas/claims.ts';
import type { Fact } from '../../../schemas/evidence.ts';
import { AddendumId, Sha256 } from '../../../schemas/primitives.ts';
import type { IsElsewhere } from '../../review/claim-at.ts';

/** The revision of a case that has just been opened. */
export const OPENED_AT = 1;

/** A row as the desk was told of it; how it stands now is looked up each time. */
export const DossierRow = CaseRow.omit({ now: true });
export type DossierRow = z.infer<typeof DossierRow>;

/** What the desk is told of an answer: facts of its receipt, how its claims stand, which rows it leaned on. No text, no query, no artefact. */
export const Dossier = z.strictObject({
  answer: Case.shape.answer,
  /** The receipt's entry, what it is in the log. */
  entry: Sha256,
  /** Where the receipt is in the log, and the grant that it was issued to. */
  issued: z.strictObject({ logIndex: z.int().min(0), by: z.string() }),
  claims: z.array(ClaimStanding),
  rows: z.array(DossierRow),
  /** Rows that had been erased when the case was opened. */
  gone: z.int().min(0),
  /** The revision since which nothing has happened but that somebody looked. */
  movedAt: z.int().min(0),
  /** How many statements there were on the case by then, so that none of them can be taken away without the dossier’s being put back. */
  statements: z.int().min(1),
  /** What another service's log has of the claims' histories: of a receipt that was brought from there. */
  elsewhere: z.strictObject({ issued: z.boolean(), addenda: z.array(AddendumId) }),
});
export type Dossier = z.infer<typeof Dossier>;

/** Facts of one claim's history that a dossier holds at most, and UTF-16 code units of them: a claim may be told more of than anybody reads. */
const MOST_FACTS = 2000;
const MOST_SAID = 128 * 1024;

/**
 * Claims as a dossier holds them, which is sealed anew with all that is told of them. Of one that is told very much of, the facts that came
 * first are kept: a gate that calls for another stays shut, and one that is stated in two ways has failed its claim already.
 */
export function claimsForDesk(claims: readonly Standing[]): Standing[] {
  return claims.map((claim) => {
    const takes = room();
    const history = claim.history.map((step) => ({ ...step, facts: step.facts.filter(takes) }));
    return { ...claim, facts: claim.facts.filter(room()), history };
  });
}

/** Whether there is room for one fact more; once there is not, for none. */
function room(): (fact: Fact) => boolean {
  let [facts, said] = [0, 0];
  return ({ name, value }) => {
    facts += 1;
    said += name.length + value.length;
    return facts <= MOST_FACTS && said <= MOST_SAID;
  };
}

/** Which steps of a dossier's claims another service's log has. */
export function elsewhereOf({ elsewhere }: Dossier): IsElsewhere {
  const addenda = new Set<string | null>(elsewhere.addenda);
  return ({ reason, addendum }) => (reason === 'issued' ? elsewhere.issued : addenda.has(addendum));
}
