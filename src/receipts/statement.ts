import { z } from 'zod';
import type { Envelope } from '../../schemas/owner-event.ts';
import {
  type Claim,
  RECEIPT_PREDICATE_TYPE,
  type ReceiptPredicate,
  ReceiptStatement,
  STATEMENT_PAYLOAD_TYPE,
  STATEMENT_TYPE,
} from '../../schemas/receipt.ts';
import { hex, lengthPrefixed, utf8 } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { equalJson } from '../core/json.ts';
import { canonicalJson, parseCanonicalJson } from '../crypto/canonical.ts';
import { encodeEnvelope, type SignedPayload, signPayload } from '../crypto/dsse.ts';
import type { SigningKey } from '../crypto/ed25519.ts';
import { sha256Parts } from '../crypto/sha256.ts';
import type { VerifierKey } from '../log/verifier-key.ts';

const ENTRY_TAG = utf8('memsync/log-receipt/v1\0');

/** What a receipt says: the output that it is about, and everything else. Instants in milliseconds. */
export interface StatementInput {
  /** 64 hexadecimal digits. */
  readonly outputSha256: string;
  readonly predicate: ReceiptPredicate;
}

/** The claims as a statement holds them: names and statuses; the fixed texts and the details stay outside. */
export function signedClaims(claims: readonly Claim[]): ReceiptPredicate['claims'] {
  return claims.map(({ claim, status, checks, evidence }) => ({
    claim,
    status,
    checks: checks.map((one) => ({ check: one.check, status: one.status })),
    evidence,
  }));
}

/** The payload of a receipt: an in-toto Statement in canonical JSON, made once. @throws {MemSyncError} `input_invalid` when it is none. */
export function buildStatement(input: StatementInput): Uint8Array {
  const statement: ReceiptStatement = {
    _type: STATEMENT_TYPE,
    subject: [{ name: 'output', digest: { sha256: input.outputSha256 } }],
    predicateType: RECEIPT_PREDICATE_TYPE,
    predicate: input.predicate,
  };
  const encoded = z.safeEncode(ReceiptStatement, statement);
  if (!encoded.success || !claimsAreDistinct(statement)) {
    throw new MemSyncError('input_invalid', 'That is not what a receipt’s statement can say.', { cause: encoded.error });
  }
  return canonicalJson(encoded.data);
}

/**
 * The statement in a payload whose signature has been checked; instants come back in milliseconds.
 * @throws {MemSyncError} `bundle_malformed` unless it is canonical JSON, fits the schema, and is spelt as `buildStatement` spells it.
 */
export function parseStatement(payload: Uint8Array): ReceiptStatement {
  let value: unknown;
  try {
    value = parseCanonicalJson(payload);
  } catch (cause) {
    throw new MemSyncError('bundle_malformed', 'The statement is not canonical JSON.', { cause });
  }
  const parsed = ReceiptStatement.safeParse(value);
  if (!parsed.success) throw new MemSyncError('bundle_malformed', 'The statement is not a receipt’s.', { cause: parsed.error });
  if (!claimsAreDistinct(parsed.data)) throw new MemSyncError('bundle_malformed', 'The statement makes one claim twice.');
  if (!equalJson(z.encode(ReceiptStatement, parsed.data), value)) {
    throw new MemSyncError('bundle_malformed', 'The statement spells an instant in another way than UTC with milliseconds.');
  }
  return parsed.data;
}

/** The `keyid` of a receipt's signature: the signer's verifier key without the key itself, `name+hex(key id)`. */
export function keyidOf(key: Pick<VerifierKey, 'name' | 'keyId'>): string {
  return `${key.name}+${hex(key.keyId)}`;
}

/** The payload in a DSSE envelope with one Ed25519 signature. `keyid` is `keyidOf` the signer's verifier key. */
export function signReceipt(key: SigningKey, keyid: string, payload: Uint8Array): Envelope {
  const { payloadType, signatures, ...rest } = encodeEnvelope(
    STATEMENT_PAYLOAD_TYPE,
    keyid,
    signPayload(key, STATEMENT_PAYLOAD_TYPE, payload),
  );
  return { payloadType, payload: rest.payload, signatures: [...signatures] };
}

/** What goes into the log for a receipt: SHA-256(tag ‖ LP(payload, signature)), 32 bytes. The leaf in the tree is `leafHash` of it. */
export function receiptEntry(signed: SignedPayload): Uint8Array {
  return sha256Parts(ENTRY_TAG, lengthPrefixed(signed.payload, signed.signature));
}

function claimsAreDistinct(statement: ReceiptStatement): boolean {
  const names = statement.predicate.claims.map(({ claim }) => claim);
  return new Set(names).size === names.length;
}
