import { type Bundle, type Check, type ReceiptPredicate, type ReceiptStatement, STATEMENT_PAYLOAD_TYPE } from '../../schemas/receipt.ts';
import { LIMITS } from '../../schemas/limits.ts';
import type { Instant } from '../core/instant.ts';
import { hex } from '../core/bytes.ts';
import { formatInstant } from '../core/instant.ts';
import { parseEnvelope, type SignedPayload } from '../crypto/dsse.ts';
import { verifyBytes } from '../crypto/ed25519.ts';
import { leafHash } from '../log/merkle.ts';
import { verifyProof } from '../log/proof.ts';
import type { VerifierKey } from '../log/verifier-key.ts';
import { openRows, wordsCheck } from './disclosed-row.ts';
import { type Evidence, readEvidence } from './disclosure-file.ts';
import { openDisclosures, type OpenedDisclosures } from './disclosure.ts';
import { joinDisclosures } from './join-disclosures.ts';
import { type KeysInTrust, keysInTrust, requireStated, sayKeys } from './key-trust.ts';
import { checkOutput, type OutputInHand } from './output-check.ts';
import { keyidOf, parseStatement, receiptEntry } from './statement.ts';
import { type Trust, type TrustedKeys, verifyReceiptSignature } from './trust.ts';
import { unsignedClaims, verdictClaims, withAddenda } from './verdict-claims.ts';
import { Findings, type Verdict } from './verdict.ts';
import { verdictRows } from './verdict-rows.ts';
import { verifyAddenda } from './verify-addenda.ts';
import { checkWitnesses } from './witness-check.ts';
import { sayAsserted, sayUnknown } from './wording.ts';

/** What the verifier has in hand besides the bundle. */
export interface InHand extends OutputInHand {
  /** Disclosure files of the same receipt, or other bundles of it, as `bundle` is given. */
  readonly disclosures?: readonly unknown[] | undefined;
}

/** A receipt whose signature holds. */
interface SignedReceipt {
  readonly signed: SignedPayload;
  readonly signer: VerifierKey;
  readonly statement: ReceiptStatement;
}

/**
 * Verifies a bundle, or a disclosure file, offline. Evidence and trust go in, a verdict comes out: no clock, no files, no network. `bundle`
 * is the JSON text (then a key that is there twice is refused) or the value read from it; `at` is the instant as of which to judge. Nothing
 * is thrown on bad input: whatever does not hold is among `failures`, with a code of docs/formats.md.
 *
 * In order: the bundle's shape, the signature, the statement, the place in the log, the disclosures, rows that are opened, the owner's word
 * for each row, the output. A document whose signature does not hold is not looked into any further.
 */
export function verifyBundle(bundle: unknown, trust: Trust, at: Instant, inHand: InHand = {}): Verdict {
  const findings = new Findings();
  const parsed = findings.attempt(() => readEvidence(bundle));
  const keys = findings.attempt(() => keysInTrust(trust, parsed?.bundle.proof ?? null));
  const receipt = keys === null || parsed === null ? null : findings.attempt(() => openReceipt(parsed.bundle, keys, findings));
  if (keys === null || parsed === null || receipt === null) return unsignedVerdict(findings, at);
  return receiptVerdict(parsed, receipt, keys, trust, at, inHand, findings);
}

/** @throws {MemSyncError} `encoding_invalid`, `key_untrusted`, `signature_invalid`, `bundle_malformed` */
function openReceipt(bundle: Bundle, keys: TrustedKeys, findings: Findings): SignedReceipt {
  const signed = parseEnvelope(STATEMENT_PAYLOAD_TYPE, bundle.envelope);
  const signer = verifyReceiptSignature(keys, bundle.envelope.signatures[0]?.keyid ?? '', signed);
  const statement = parseStatement(signed.payload);
  findings.verified.push(`The receipt is signed by ${keyidOf(signer)}, a key that you trust.`);
  return { signed, signer, statement };
}

function receiptVerdict(
  evidence: Evidence,
  receipt: SignedReceipt,
  keys: KeysInTrust,
  trust: Trust,
  at: Instant,
  inHand: InHand,
  findings: Findings,
): Verdict {
  const { statement } = receipt;
  const { predicate } = statement;
  const outputSha256 = statement.subject[0]?.digest.sha256 ?? '';
  checkMeant(predicate, trust, at, findings);
  const log = checkInclusion(evidence.bundle, receipt, keys, trust.root, findings);
  const { issuedAt } = predicate;
  const witnesses = log && checkWitnesses(evidence.bundle.proof, keys.log, trust.witnesses, { at, issuedAt }, findings);
  const about = { receipt: predicate.receipt, vault: predicate.vault, issuedAt, entry: hex(receiptEntry(receipt.signed)), log };
  const witnessed = trust.witnesses === undefined || witnesses === null ? null : { policy: trust.witnesses, at };
  const addenda = verifyAddenda(evidence.bundle.addenda ?? [], about, predicate, trust, witnessed, findings);
  const shown = joinDisclosures(predicate.receipt, evidence, inHand.disclosures ?? [], findings);
  const opened = openDisclosures(predicate, shown.disclosures);
  for (const mismatch of opened.mismatches) findings.fail('disclosure_mismatch', mismatch);
  sayOpened(predicate, opened, findings);
  const words = openRows(predicate, opened.tags, opened.segments, shown.rows, findings);
  const rows = verdictRows(predicate, shown.disclosures, opened, words, findings);
  const output = checkOutput(outputSha256, inHand, findings);
  sayAsserted(predicate, rows, findings);
  sayUnknown(
    predicate,
    opened,
    rows,
    { vaultPinned: trust.vault !== undefined, outputInHand: output.status !== 'asserted', witnesses },
    findings,
  );
  return {
    ok: findings.failures.length === 0,
    at,
    receipt: predicate.receipt,
    vault: predicate.vault,
    issuedAt: predicate.issuedAt,
    evaluatedAt: predicate.evaluatedAt,
    outputSha256,
    log,
    witnesses,
    rows,
    claims: withAddenda(
      verdictClaims(predicate.claims, { memory: [...memoryChecks(log !== null, opened), ...wordsCheck(shown.rows, words)], output }),
      addenda,
    ),
    addenda,
    ...lists(findings),
  };
}

/** Whether the receipt is one of the vault that was meant, and not from the future. */
function checkMeant(predicate: ReceiptPredicate, trust: Trust, at: Instant, findings: Findings): void {
  if (trust.vault !== undefined) {
    if (trust.vault === predicate.vault) findings.verified.push('The receipt is of the vault that you named.');
    else findings.fail('receipt_mismatch', 'The receipt is of another vault than the one that you named.');
  }
  if (predicate.issuedAt > at + LIMITS.clockSkewMs) {
    findings.fail(
      'receipt_mismatch',
      `The receipt says that it was issued at ${formatInstant(predicate.issuedAt)}, after the instant asked about.`,
    );
  }
}

function checkInclusion(
  bundle: Bundle,
  { signed, signer, statement }: SignedReceipt,
  keys: KeysInTrust,
  root: string | undefined,
  findings: Findings,
): Verdict['log'] {
  const proof = findings.attempt(() => verifyProof(bundle.proof, leafHash(receiptEntry(signed)), keys.log, verifyBytes));
  if (proof === null) return null;
  const stated = findings.attempt(() => requireStated(keys, signer, proof, statement.predicate.issuedAt));
  sayKeys(keys, root, stated, findings);
  if (stated === null && keys.history !== null) return null;
  const { index, checkpoint } = proof;
  const { origin, size } = checkpoint;
  findings.verified.push(`The receipt is entry ${index} of the log ${origin}, in a signed checkpoint of ${size} entries.`);
  return { origin, index, size };
}

function sayOpened(predicate: ReceiptPredicate, opened: OpenedDisclosures, findings: Findings): void {
  if (predicate.tags.length === 0) findings.verified.push('The receipt says that no row was served.');
  else if (opened.tagsOpen === 'opened') findings.verified.push(`${howMany(opened.tags)} row tags open what was signed.`);
  if (opened.contextOpen === 'opened' && predicate.contextSegments > 0) {
    const length = `${predicate.contextLength} UTF-16 code units`;
    findings.verified.push(`${howMany(opened.segments)} lines of the context block (${length}) open what was signed.`);
  }
  if (opened.queryOpen === 'opened') findings.verified.push('The query is the one that was signed.');
  if (opened.requestOpen === 'opened') findings.verified.push('The digest of the request is the one that was signed.');
}

function memoryChecks(included: boolean, opened: OpenedDisclosures): Check[] {
  const status = { opened: 'verified', withheld: 'asserted', failed: 'failed' } as const;
  return [
    { check: 'signature', status: 'verified', detail: 'The receipt is signed by a receipt key that you trust.' },
    included
      ? {
          check: 'inclusion',
          status: 'verified',
          detail: 'The receipt is in the log, under a checkpoint signed by a log key that you trust.',
        }
      : { check: 'inclusion', status: 'failed', detail: 'The receipt has not been shown to be in the log.' },
    { check: 'tags', status: status[opened.tagsOpen], detail: `${howMany(opened.tags)} row tags open what was signed.` },
    {
      check: 'context',
      status: status[opened.contextOpen],
      detail: `${howMany(opened.segments)} lines of the context block open what was signed.`,
    },
  ];
}

function howMany(parts: readonly unknown[]): string {
  return `${parts.filter((part) => part !== null).length} of ${parts.length}`;
}

/** What is left to say of a document that is not a receipt signed by a trusted key: nothing in it is anybody's word. */
function unsignedVerdict(findings: Findings, at: Instant): Verdict {
  findings.unknown.push('Everything: this is not a receipt signed by a key that you trust, so what it says is nobody’s word.');
  const check: Check = {
    check: 'signature',
    status: 'failed',
    detail: 'Here is no statement with a signature by a receipt key that you trust.',
  };
  return {
    ok: false,
    at,
    receipt: null,
    vault: null,
    issuedAt: null,
    evaluatedAt: null,
    outputSha256: null,
    log: null,
    witnesses: null,
    rows: [],
    claims: unsignedClaims(check),
    addenda: [],
    ...lists(findings),
  };
}

function lists({ verified, asserted, unknown, failures }: Findings): Pick<Verdict, 'verified' | 'asserted' | 'unknown' | 'failures'> {
  return { verified, asserted, unknown, failures };
}
