import type { Envelope } from '../../schemas/owner-event.ts';
import { hex } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { parseEnvelope } from '../crypto/dsse.ts';
import { verifyBytes } from '../crypto/ed25519.ts';
import { STATEMENT_PAYLOAD_TYPE } from '../../schemas/receipt.ts';
import { leafHash } from '../log/merkle.ts';
import { verifyProof } from '../log/proof.ts';
import { type KeyTrust, keysInTrust, requireStated, type StatedBy } from '../receipts/key-trust.ts';
import { verifyReceiptSignature } from '../receipts/trust.ts';
import { foldCase, type FoldedCase, type Happening } from './case.ts';
import { verifyDecision } from './decision.ts';
import { gateSha256 } from './gate.ts';
import { caseEntry, parseCaseStatement } from './statement.ts';

/** One statement on a case, as it is handed out: with its proof that the log has it. */
export interface CaseLink {
  readonly envelope: Envelope;
  readonly proof: string;
}

/** What an offline reader goes by. */
export interface CaseTrust extends KeyTrust {
  /** Reviewers' public keys by their ids, 32 bytes each, as the reader had them from the reviewers themselves. */
  readonly reviewers?: ReadonlyMap<string, Uint8Array>;
}

/** A case that was shown to have been so. */
export interface VerifiedCase {
  readonly case: string;
  readonly receipt: string;
  /** The receipt's entry in the log, 64 hexadecimal digits. */
  readonly receiptEntry: string;
  readonly happenings: readonly Happening[];
  readonly folded: FoldedCase;
  /** The log that has them all, and its size under the checkpoint of the last of them. */
  readonly log: { readonly origin: string; readonly size: number };
  /** The statements of the operator's root that vouch for the keys behind the last of them; null where there was no root to go by. */
  readonly stated: StatedBy | null;
  /** Decisions whose reviewer's key was not handed in: the service's word alone says who made them. */
  readonly unsigned: readonly string[];
}

/**
 * Verifies a case's statements offline, from its opening on: each signed by a trusted key of the service and in the log, each naming the one
 * before, later in the log than that, and following from it; each decision about this case and gate, and signed by its reviewer where their
 * key is given. What came after the last of them, the reader does not know.
 * @throws {MemSyncError} `bundle_malformed`, `key_untrusted`, `key_history_broken`, `signature_invalid`, `proof_invalid`, `checkpoint_invalid`;
 * `decision_malformed`
 */
export function verifyCaseChain(links: readonly CaseLink[], trust: CaseTrust): VerifiedCase {
  const read = links.map((link) => readLink(link, trust));
  const [[first], last] = [read, read.at(-1)];
  if (first === undefined || last === undefined) throw broken('there is none');
  for (const [
    at,
    {
      predicate,
      entry,
      happening,
      checkpoint: { origin },
    },
  ] of read.entries()) {
    const before = read[at - 1];
    if (predicate.number !== at || predicate.previous !== (before?.entryHash ?? null))
      throw broken(`statement ${at} does not name the one before`);
    if (predicate.case !== first.predicate.case || predicate.receipt !== first.predicate.receipt || entry !== first.entry)
      throw broken(`statement ${at} is about another case`);
    if (origin !== first.checkpoint.origin) throw broken(`statement ${at} is in another log`);
    if (before !== undefined && before.happening.logIndex >= happening.logIndex) throw broken(`statement ${at} is not later in the log`);
  }
  const happenings = read.map(({ happening }) => happening);
  const folded = foldCase(happenings);
  if (gateSha256(folded.gate) !== folded.gateSha256) throw broken('the gate has another hash than it says');
  const { case: id, receipt } = first.predicate;
  const unsigned = checkDecisions(id, receipt, folded, trust);
  const { origin, size } = last.checkpoint;
  return { case: id, receipt, receiptEntry: first.entry, happenings, folded, log: { origin, size }, stated: last.stated, unsigned };
}

/** Every decision is about this case; gives those that nobody's key was there for. */
function checkDecisions(
  id: string,
  receipt: string,
  { decisions, desk, gateSha256: gate }: FoldedCase,
  { reviewers }: CaseTrust,
): string[] {
  return decisions.flatMap(({ payload, envelope }) => {
    const isAbout = payload.case === id && payload.receipt === receipt && payload.desk === desk && payload.gateSha256 === gate;
    if (!isAbout) throw broken(`decision ${payload.decisionId} is about another case, receipt, desk or gate`);
    const key = reviewers?.get(payload.reviewer);
    if (key === undefined) return [payload.decisionId];
    verifyDecision(envelope, key);
    return [];
  });
}

function readLink({ envelope, proof }: CaseLink, trust: KeyTrust) {
  const keys = keysInTrust(trust, proof);
  const signed = parseEnvelope(STATEMENT_PAYLOAD_TYPE, envelope);
  const signer = verifyReceiptSignature(keys, envelope.signatures[0]?.keyid ?? '', signed);
  const { predicate, subject } = parseCaseStatement(signed.payload);
  const own = caseEntry(signed);
  const verified = verifyProof(proof, leafHash(own), keys.log, verifyBytes);
  const stated = requireStated(keys, signer, verified, predicate.at);
  const { number, at, by, happened } = predicate;
  const happening: Happening = { number, at, by, happened, logIndex: verified.index };
  return { predicate, entry: subject[0]?.digest.sha256 ?? '', entryHash: hex(own), happening, checkpoint: verified.checkpoint, stated };
}

function broken(what: string): MemSyncError {
  return new MemSyncError('bundle_malformed', `The case’s statements are no chain: ${what}.`);
}
