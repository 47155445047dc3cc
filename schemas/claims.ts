import { z } from 'zod';
import { EvidenceByClaim, Fact, EvidenceName as Name } from './evidence.ts';
import { LIMITS } from './limits.ts';
import { AddendumId, InstantOut, ReceiptId, Sha256, text, pageLimit } from './primitives.ts';
import { Check, Claim, PaidUnexplained } from './receipt.ts';
import { ClaimName, ClaimStatus } from './vocabulary.ts';

export const EvidenceRequest = z.strictObject({ evidence: EvidenceByClaim }).meta({ id: 'EvidenceRequest' });
export type EvidenceRequest = z.infer<typeof EvidenceRequest>;

/** Why an addendum was written: evidence came; what was pending was looked at again; nobody looks any more. */
export const AddendumReason = z.enum(['evidence', 'recheck', 'given_up']).meta({ id: 'AddendumReason' });
export type AddendumReason = z.infer<typeof AddendumReason>;

/** Evidence as an addendum names it: a salted digest, and whether what opens it is still there. */
const NamedEvidence = z.strictObject({ kind: Name, digest: Sha256, erased: z.boolean() });

/** One step in a claim's history, in the log's order. The first is the receipt itself. */
export const ClaimStep = z
  .strictObject({
    status: ClaimStatus.meta({ description: 'The claim’s from here on.' }),
    reason: z.enum(['issued', ...AddendumReason.options]),
    at: InstantOut,
    logIndex: z.int().min(0),
    addendum: AddendumId.nullable(),
    by: z.string().meta({ description: 'The grant that handed it in, or `service`.' }),
    evidence: NamedEvidence.nullable(),
    judged: ClaimStatus.meta({ description: 'Of this piece by itself.' }),
    checks: z.array(Check),
    facts: z.array(Fact),
    trustSha256: Sha256.nullable().meta({ description: 'Of the operator’s trust by which it was judged.' }),
  })
  .meta({ id: 'ClaimStep' });
export type ClaimStep = z.infer<typeof ClaimStep>;

/** A claim as it stands at a size of the log, with how it came to. */
export const ClaimStanding = Claim.extend({
  facts: z.array(Fact).meta({ description: 'What has been stated so far, each once.' }),
  history: z.array(ClaimStep).min(1),
  nextLookAt: InstantOut.nullable().meta({ description: 'When what is pending is looked at again; null where nothing is.' }),
}).meta({ id: 'ClaimStanding' });
export type ClaimStanding = z.infer<typeof ClaimStanding>;

/** How the turn before in the same conversation stood otherwise: facts that differ. */
export const TurnDifference = z.strictObject({
  claim: ClaimName,
  fact: Name,
  before: z.string().nullable(),
  now: z.string().nullable(),
});
export type TurnDifference = z.infer<typeof TurnDifference>;

export const ClaimsReply = z
  .strictObject({
    receipt: ReceiptId,
    issuedAt: InstantOut,
    logSize: z.int().min(0),
    trustSha256: Sha256.meta({ description: 'Of the operator’s trust now; each step says by which it was judged.' }),
    claims: z.array(ClaimStanding),
    previousTurn: z
      .strictObject({
        receipt: ReceiptId,
        issuedAt: InstantOut,
        turn: z.union([z.int().min(0), z.string()]).nullable(),
        differences: z.array(TurnDifference),
      })
      .nullable()
      .meta({ description: 'The receipt before this one in the same thread, and what differs.' }),
    paidUnexplained: PaidUnexplained.nullable(),
  })
  .meta({ id: 'ClaimsReply' });
export type ClaimsReply = z.infer<typeof ClaimsReply>;

export const EvidenceReply = z
  .strictObject({
    receipt: ReceiptId,
    added: z.array(
      z.strictObject({ addendum: AddendumId, claim: ClaimName, logIndex: z.int().min(0), judged: ClaimStatus, status: ClaimStatus }),
    ),
    claims: z.array(ClaimStanding),
    reopened: z.array(z.string()).meta({ description: 'Cases that were clear, and are open again for what this evidence says.' }),
  })
  .meta({ id: 'EvidenceReply' });
export type EvidenceReply = z.infer<typeof EvidenceReply>;

const ModelArtifact = z.strictObject({ blobId: z.string().nullable(), sha256: Sha256.nullable() });

/** Answers one after another under a label that name the same artefact, or none: a name in common, and none otherwise. */
export const ModelRun = z
  .strictObject({
    artifact: ModelArtifact.nullable().meta({ description: 'Null where the answers name none.' }),
    status: ClaimStatus.meta({
      description: 'The best that the claim `model` has come to in any of them; answers whose claim has failed make runs of their own.',
    }),
    from: InstantOut,
    to: InstantOut,
    receipts: z.int().min(1),
    first: ReceiptId,
    last: ReceiptId,
    providers: z.array(z.string()),
  })
  .meta({ id: 'ModelRun' });
export type ModelRun = z.infer<typeof ModelRun>;

export const ModelsQuery = z.strictObject({
  label: text(LIMITS.labelLength),
  cursor: z.string().max(200).optional(),
  limit: pageLimit(LIMITS.rows).optional().meta({ description: 'How many receipts a page looks at.' }),
});
export type ModelsQuery = z.infer<typeof ModelsQuery>;

export const ModelsReply = z
  .strictObject({
    label: z.string(),
    runs: z.array(ModelRun).meta({ description: 'Newest first. A run that goes on in the next page is cut there.' }),
    artifacts: z.int().min(0).meta({
      description: 'How many are named in this page; one that is named by its SHA-256 here and by its blob ID there may count twice.',
    }),
    cursor: z.string().nullable(),
  })
  .meta({ id: 'ModelsReply' });
export type ModelsReply = z.infer<typeof ModelsReply>;
