import { z } from 'zod';
import { Case, CaseRow } from '../../../schemas/case.ts';
import { type ClaimStanding as Standing, ClaimStanding } from '../../../schemas/claims.ts';
import { GatePolicy } from '../../../schemas/gate.ts';
import { Sha256 } from '../../../schemas/primitives.ts';

/** A row as the desk was told of it; how it stands now is looked up each time. */
export const DossierRow = CaseRow.omit({ now: true });
export type DossierRow = z.infer<typeof DossierRow>;

/** What the desk is told of an answer: facts of its receipt, how its claims stand, which rows it leaned on. No text, no query, no artefact. */
export const Dossier = z.strictObject({
  answer: Case.shape.answer,
  /** The receipt's entry in the log. */
  entry: Sha256,
  openedBy: z.string(),
  note: z.string().nullable(),
  gate: z.strictObject({ policy: GatePolicy, sha256: Sha256 }),
  claims: z.array(ClaimStanding),
  rows: z.array(DossierRow),
  /** Rows that had been erased when the case was opened. */
  gone: z.int().min(0),
  /** The revision since which nothing has happened but that somebody looked. */
  movedAt: z.int().min(0),
});
export type Dossier = z.infer<typeof Dossier>;

/** Facts of one claim that a dossier holds at most: a claim may be told more of than anybody reads. */
const MOST_FACTS = 1000;

/** Claims as a dossier holds them: what each piece stated is not told over again with each step. */
export function claimsForDesk(claims: readonly Standing[]): Standing[] {
  return claims.map((claim) => ({
    ...claim,
    facts: claim.facts.slice(0, MOST_FACTS),
    history: claim.history.map((step) => ({ ...step, facts: [] })),
  }));
}
