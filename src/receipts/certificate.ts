import { z } from 'zod';
import {
  Certificate,
  CertificateStatement,
  ERASURE_PREDICATE_TYPE,
  type ErasureFacts,
  EXPORT_PREDICATE_TYPE,
  type ExportFacts,
} from '../../schemas/certificate.ts';
import { STATEMENT_PAYLOAD_TYPE, STATEMENT_TYPE } from '../../schemas/receipt.ts';
import { equalBytes, lengthPrefixed, utf8 } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import { parseStrictJson } from '../core/json.ts';
import { canonicalJson, parseCanonicalJson } from '../crypto/canonical.ts';
import { parseEnvelope, type SignedPayload } from '../crypto/dsse.ts';
import { verifyBytes } from '../crypto/ed25519.ts';
import { sha256Parts } from '../crypto/sha256.ts';
import { leafHash } from '../log/merkle.ts';
import { verifyProof } from '../log/proof.ts';
import { type KeyTrust, keysInTrust, requireStated, sayKeys, type StatedBy } from './key-trust.ts';
import { type Trust, verifyReceiptSignature } from './trust.ts';
import { Findings } from './verdict.ts';
import { isWitnessed, judgeWitnesses, requireQuorum, type Witnessing } from './witness-check.ts';
import { unnamed, UNWITNESSED } from './wording.ts';

const ENTRY_TAG = utf8('memsync/log-certificate/v1\0');

/** What a certificate is about: which one it is, and of which vault. */
export interface CertificateAbout {
  readonly certificate: string;
  readonly vault: string;
}

/** What is certified. */
export type CertificateFacts =
  { readonly kind: 'erasure'; readonly facts: ErasureFacts } | { readonly kind: 'export'; readonly facts: ExportFacts };

/** The payload of a certificate: an in-toto Statement in canonical JSON. */
export function buildCertificate(about: CertificateAbout, certified: CertificateFacts): Uint8Array {
  const { kind, facts } = certified;
  const subject = (sha256: string): CertificateStatement['subject'] => [{ name: kind, digest: { sha256 } }];
  const statement: CertificateStatement =
    kind === 'erasure'
      ? { _type: STATEMENT_TYPE, subject: subject(facts.event), predicateType: ERASURE_PREDICATE_TYPE, predicate: { ...about, ...facts } }
      : { _type: STATEMENT_TYPE, subject: subject(facts.sha256), predicateType: EXPORT_PREDICATE_TYPE, predicate: { ...about, ...facts } };
  return canonicalJson(z.encode(CertificateStatement, statement));
}

/** The statement in a payload whose signature has been checked. @throws {MemSyncError} `bundle_malformed` unless spelt as `buildCertificate` spells it */
export function parseCertificate(payload: Uint8Array): CertificateStatement {
  let value: unknown;
  try {
    value = parseCanonicalJson(payload);
  } catch (cause) {
    throw new MemSyncError('bundle_malformed', 'The statement is not canonical JSON.', { cause });
  }
  const parsed = CertificateStatement.safeParse(value);
  if (!parsed.success) throw new MemSyncError('bundle_malformed', 'The statement is not a certificate’s.', { cause: parsed.error });
  if (!equalBytes(canonicalJson(z.encode(CertificateStatement, parsed.data)), payload))
    throw new MemSyncError('bundle_malformed', 'The statement spells an instant in another way than UTC with milliseconds.');
  const { subject, predicate } = parsed.data;
  const [kind, sha256] = 'event' in predicate ? ['erasure', predicate.event] : ['export', predicate.sha256];
  if (subject[0]?.name !== kind || subject[0].digest.sha256 !== sha256)
    throw new MemSyncError('bundle_malformed', 'The statement’s subject is another than what it speaks of.');
  return parsed.data;
}

/** What goes into the log for a certificate: SHA-256(tag ‖ LP(payload, signature)), 32 bytes. */
export function certificateEntry(signed: SignedPayload): Uint8Array {
  return sha256Parts(ENTRY_TAG, lengthPrefixed(signed.payload, signed.signature));
}

/** Whether a JSON text is a certificate, and not a receipt's bundle. */
export function looksLikeCertificate(text: string): boolean {
  try {
    return Certificate.safeParse(parseStrictJson(text)).success;
  } catch {
    return false;
  }
}

/** What a certificate has been shown to say. */
export interface VerifiedCertificate {
  readonly statement: CertificateStatement;
  /** Its place in the log, and the size of the log under the checkpoint that shows it. */
  readonly log: { readonly index: number; readonly size: number };
  /** The statements of the operator's root that vouch for the keys; null where there was no root to go by. */
  readonly stated: StatedBy | null;
  /** Who has cosigned the checkpoint; null where no policy was given. */
  readonly witnesses: Witnessing | null;
  /** What could not be known here, as a receipt's verdict says it: of the log, the keys and the vault. */
  readonly unknown: readonly string[];
}

/** The text of a C2SP tlog-policy, and the instant as of which to judge by it. */
export interface PolicyAt {
  readonly policy: string;
  readonly at: Instant;
}

/**
 * Verifies a certificate offline: signed by a trusted key, of the vault that was named if one was, and in the log under a checkpoint of the
 * trusted log.
 * @throws {MemSyncError} `bundle_malformed`, `key_untrusted`, `key_history_broken`, `signature_invalid`, `proof_invalid`, `checkpoint_invalid`;
 * `receipt_mismatch` for another vault's; with a policy `line_invalid` and `witnesses_missing`
 */
export function verifyCertificate(
  text: string,
  trust: KeyTrust & Pick<Trust, 'vault'>,
  judged: PolicyAt | null = null,
): VerifiedCertificate {
  const certificate = parse(text);
  const keys = keysInTrust(trust, certificate.proof);
  const signed = parseEnvelope(STATEMENT_PAYLOAD_TYPE, certificate.envelope);
  const signer = verifyReceiptSignature(keys, certificate.envelope.signatures[0]?.keyid ?? '', signed);
  const statement = parseCertificate(signed.payload);
  if (trust.vault !== undefined && trust.vault !== statement.predicate.vault)
    throw new MemSyncError('receipt_mismatch', 'The certificate is of another vault than the one that you named.');
  const proof = verifyProof(certificate.proof, leafHash(certificateEntry(signed)), keys.log, verifyBytes);
  const stated = requireStated(keys, signer, proof, datedOf(statement));
  const witnesses = judged && judgeWitnesses(certificate.proof, keys.log, judged.policy, judged.at);
  if (witnesses !== null) requireQuorum(witnesses);
  const findings = new Findings();
  if (!isWitnessed(witnesses)) findings.unknown.push(UNWITNESSED);
  sayKeys(keys, trust.root, stated, findings);
  if (trust.vault === undefined) findings.unknown.push(unnamed(statement.predicate.vault));
  return { statement, log: { index: proof.index, size: proof.checkpoint.size }, stated, witnesses, unknown: findings.unknown };
}

/** When what is certified was done, as the statement says. */
function datedOf({ predicate }: CertificateStatement): Instant {
  return 'goneAt' in predicate ? predicate.goneAt : predicate.finishedAt;
}

function parse(text: string): Certificate {
  let value: unknown;
  try {
    value = parseStrictJson(text);
  } catch (cause) {
    throw new MemSyncError('bundle_malformed', 'The text is not JSON.', { cause });
  }
  const parsed = Certificate.safeParse(value);
  if (!parsed.success) throw new MemSyncError('bundle_malformed', 'That is not a certificate.', { cause: parsed.error });
  return parsed.data;
}
