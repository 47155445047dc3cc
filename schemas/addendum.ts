import { z } from 'zod';
import { AddendumReason } from './claims.ts';
import { AddendumId, GrantId, Instant, ReceiptId, Sha256, VaultId } from './primitives.ts';
import { Check, STATEMENT_TYPE } from './receipt.ts';
import { ClaimName, ClaimStatus } from './vocabulary.ts';

export const ADDENDUM_PREDICATE_TYPE = 'urn:memsync:predicate:addendum:v1';

export const AddendumPredicate = z.strictObject({
  addendum: AddendumId,
  receipt: ReceiptId,
  vault: VaultId,
  /** Of the receipt's addenda, from 1 on. */
  number: z.int().min(1),
  at: Instant,
  by: z.union([GrantId, z.literal('service')]),
  claim: ClaimName,
  reason: AddendumReason,
  /** A salted digest of the artefact, and of what was gathered for it. */
  evidence: z.strictObject({ kind: z.string(), digest: Sha256 }),
  /** The addendum whose evidence was looked at again; null for new evidence. */
  of: AddendumId.nullable(),
  judged: z.strictObject({ status: ClaimStatus, checks: z.array(Check.omit({ detail: true })) }),
  /** The claim's status from here on. */
  status: ClaimStatus,
  trustSha256: Sha256,
});
export type AddendumPredicate = z.infer<typeof AddendumPredicate>;

/** The signed statement: in-toto Statement v1 about a receipt. Its subject is the receipt's entry in the log. */
export const AddendumStatement = z.strictObject({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.array(z.strictObject({ name: z.literal('receipt'), digest: z.strictObject({ sha256: Sha256 }) })).length(1),
  predicateType: z.literal(ADDENDUM_PREDICATE_TYPE),
  predicate: AddendumPredicate,
});
export type AddendumStatement = z.infer<typeof AddendumStatement>;
