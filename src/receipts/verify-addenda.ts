import type { AddendumStatement } from '../../schemas/addendum.ts';
import type { AddendumBundle, EvidenceDisclosure } from '../../schemas/evidence.ts';
import { type ReceiptPredicate, STATEMENT_PAYLOAD_TYPE } from '../../schemas/receipt.ts';
import type { ClaimStatus } from '../../schemas/vocabulary.ts';
import { hex } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { formatInstant, type Instant } from '../core/instant.ts';
import { parseEnvelope } from '../crypto/dsse.ts';
import { verifyBytes } from '../crypto/ed25519.ts';
import { leafHash } from '../log/merkle.ts';
import { verifyProof } from '../log/proof.ts';
import { requireFold, requireOrder, requireSecondLooks } from './addenda-chain.ts';
import { addendumEntry, evidenceDigest, parseAddendum } from './addendum.ts';
import { keysInTrust, requireStated } from './key-trust.ts';
import { type Trust, verifyReceiptSignature } from './trust.ts';
import type { Findings } from './verdict.ts';
import { judgeWitnesses, requireQuorum } from './witness-check.ts';

type Predicate = AddendumStatement['predicate'];

/** Evidence that came after the receipt, shown to be signed and in the log. What it was judged to be is the service’s word. */
export interface VerdictAddendum extends Pick<
  Predicate,
  'addendum' | 'number' | 'at' | 'by' | 'claim' | 'reason' | 'of' | 'judged' | 'trustSha256'
> {
  readonly kind: string;
  /** Salted, of the artefact and what was gathered for it: 64 hexadecimal digits. */
  readonly digest: string;
  /** The claim’s from here on, as the service recorded it. */
  readonly status: ClaimStatus;
  readonly log: { readonly origin: string; readonly index: number; readonly size: number };
  /** The artefact, where it was handed on; it is then the one that was signed for. */
  readonly evidence: EvidenceDisclosure | null;
}

/** The receipt that addenda are to be about: its id, vault and entry (64 hexadecimal digits), and its place in the log where that is shown. */
export interface AboutReceipt {
  readonly receipt: string;
  readonly vault: string;
  readonly issuedAt: Instant;
  readonly entry: string;
  readonly log: { readonly origin: string; readonly index: number } | null;
}

/** By which policy their checkpoints have to be cosigned, as the receipt’s is, and as of when. */
interface Witnessed {
  readonly policy: string;
  readonly at: Instant;
}

/**
 * The addenda of a bundle that hold, in the log’s order; `receipt` is what they are about, as it was signed. One that does not hold is among the
 * failures; one by a key that is not trusted is among what is not known, as is one that is missing from between.
 */
export function verifyAddenda(
  given: readonly AddendumBundle[],
  about: AboutReceipt,
  receipt: ReceiptPredicate,
  trust: Trust,
  witnessed: Witnessed | null,
  findings: Findings,
): VerdictAddendum[] {
  const held: VerdictAddendum[] = [];
  for (const [i, addendum] of given.entries()) {
    try {
      const one = verifyAddendum(addendum, about, trust);
      const log = keysInTrust(trust, addendum.proof).log;
      const witnesses = witnessed && judgeWitnesses(addendum.proof, log, witnessed.policy, witnessed.at);
      held.push(one);
      if (witnesses !== null) requireQuorum(witnesses);
    } catch (error) {
      if (!(error instanceof MemSyncError)) throw error;
      const what = `The addendum in place ${i + 1}: ${error.message}`;
      if (error.code === 'key_untrusted') findings.unknown.push(`${what} It is left out.`);
      else findings.fail(error.code, what);
    }
  }
  requireOrder(held, about, findings);
  requireSecondLooks(held, findings);
  requireFold(held, about, receipt, findings);
  if (held.length > 0) {
    findings.verified.push(
      `${held.length} ${held.length === 1 ? 'addendum is' : 'addenda are'} signed for this receipt, and in the log after it.`,
    );
    findings.asserted.push('How evidence that came later was judged is the service’s word, except where it is judged again here.');
  }
  findings.unknown.push('later evidence: nothing here proves that no other addendum to this receipt was written, or withheld.');
  return held;
}

/**
 * One addendum by itself: signed for that receipt, and in the log. @throws {MemSyncError} `bundle_malformed`, `key_untrusted`, `signature_invalid`,
 * `receipt_mismatch`, `disclosure_mismatch`, `proof_invalid`, `checkpoint_invalid`
 */
export function verifyAddendum(given: AddendumBundle, about: AboutReceipt, trust: Trust): VerdictAddendum {
  const signed = parseEnvelope(STATEMENT_PAYLOAD_TYPE, given.envelope);
  const keys = keysInTrust(trust, given.proof);
  const signer = verifyReceiptSignature(keys, given.envelope.signatures[0]?.keyid ?? '', signed);
  const { subject, predicate } = parseAddendum(signed.payload);
  if (predicate.receipt !== about.receipt || predicate.vault !== about.vault || subject[0]?.digest.sha256 !== about.entry)
    throw new MemSyncError('receipt_mismatch', 'It is about another receipt.');
  const proof = verifyProof(given.proof, leafHash(addendumEntry(signed)), keys.log, verifyBytes);
  requireStated(keys, signer, proof, predicate.at);
  const { evidence = null } = given;
  if (evidence !== null && hex(evidenceDigest(evidence)) !== predicate.evidence.digest)
    throw new MemSyncError('disclosure_mismatch', 'The artefact handed on with it is not the one that was signed for.');
  if (evidence !== null && evidence.artifact.kind !== predicate.evidence.kind)
    throw new MemSyncError('disclosure_mismatch', 'The artefact handed on with it is of another kind than was signed for.');
  const { addendum, number, at, by, claim, reason, of, judged, status, trustSha256 } = predicate;
  return {
    addendum,
    number,
    at,
    by,
    claim,
    reason,
    of,
    judged,
    status,
    trustSha256,
    kind: predicate.evidence.kind,
    digest: predicate.evidence.digest,
    log: { origin: proof.checkpoint.origin, index: proof.index, size: proof.checkpoint.size },
    evidence,
  };
}

/** One line of a claim’s history, for people. */
export function sayAddendum({ claim, reason, kind, judged, status, at, log }: VerdictAddendum): string {
  const what = { evidence: `evidence (${kind})`, recheck: `a second look at evidence (${kind})`, given_up: `given up on (${kind})` }[
    reason
  ];
  return `${claim}: ${what}, recorded as ${judged.status}; the claim recorded as ${status} from entry ${log.index}, ${formatInstant(at)}`;
}
