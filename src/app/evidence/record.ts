import { z } from 'zod';
import { Fact } from '../../../schemas/evidence.ts';
import { Envelope } from '../../../schemas/owner-event.ts';
import { Millis, Sha256 } from '../../../schemas/primitives.ts';
import { Check } from '../../../schemas/receipt.ts';
import { ClaimName, ClaimStatus } from '../../../schemas/vocabulary.ts';
import type { RecordName } from '../sealed-record.ts';

/** What is kept of an addendum besides its artefact, sealed. */
export const AddendumRecord = z.strictObject({
  envelope: Envelope,
  /** Those of the statement, with their details. */
  checks: z.array(Check),
  facts: z.array(Fact),
  /** Keyed hash of the claim and the artefact: the same again is no new evidence. Null for a second look. */
  mark: Sha256.nullable(),
  /** How every claim of the receipt stands from here on, so that a list opens nothing but the latest. */
  claims: z.record(ClaimName, ClaimStatus),
  /** When the evidence came by which the payment is verified from here on; null where it is not. */
  paidAt: Millis.nullable(),
});
export type AddendumRecord = z.infer<typeof AddendumRecord>;

/** Under which name an addendum is sealed. */
export function addendumName(receipt: string, number: number): RecordName {
  return ['addendum', `${receipt}/${number}`];
}

/** Under which name its artefact is sealed, apart from it. */
export function evidenceName(receipt: string, number: number): RecordName {
  return ['evidence', `${receipt}/${number}`];
}
