import { z } from 'zod';
import { CASE_PREDICATE_TYPE, type CasePredicate, CaseStatement } from '../../schemas/case.ts';
import { STATEMENT_TYPE } from '../../schemas/receipt.ts';
import { equalBytes, lengthPrefixed, utf8 } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { canonicalJson, parseCanonicalJson } from '../crypto/canonical.ts';
import type { SignedPayload } from '../crypto/dsse.ts';
import { sha256Parts } from '../crypto/sha256.ts';

const ENTRY_TAG = utf8('memsync/log-case/v1\0');

/** The payload of a statement on a case: an in-toto Statement in canonical JSON, about the receipt by its entry in the log (hexadecimal). */
export function buildCaseStatement(receiptEntry: string, predicate: CasePredicate): Uint8Array {
  const statement: CaseStatement = {
    _type: STATEMENT_TYPE,
    subject: [{ name: 'receipt', digest: { sha256: receiptEntry } }],
    predicateType: CASE_PREDICATE_TYPE,
    predicate,
  };
  return canonicalJson(z.encode(CaseStatement, statement));
}

/**
 * The statement in a payload; whoever has signed it is looked at elsewhere.
 * @throws {MemSyncError} `bundle_malformed` unless spelt as `buildCaseStatement` spells it
 */
export function parseCaseStatement(payload: Uint8Array): CaseStatement {
  let value: unknown;
  try {
    value = parseCanonicalJson(payload);
  } catch (cause) {
    throw new MemSyncError('bundle_malformed', 'The statement is not canonical JSON.', { cause });
  }
  const parsed = CaseStatement.safeParse(value);
  if (!parsed.success) throw new MemSyncError('bundle_malformed', 'The statement is not one on a case.', { cause: parsed.error });
  if (!equalBytes(canonicalJson(z.encode(CaseStatement, parsed.data)), payload))
    throw new MemSyncError('bundle_malformed', 'The statement spells something in another way, or leaves out what has a default.');
  return parsed.data;
}

/** What goes into the log for a statement on a case: SHA-256(tag ‖ LP(payload, signature)), 32 bytes. The next statement names it. */
export function caseEntry(signed: SignedPayload): Uint8Array {
  return sha256Parts(ENTRY_TAG, lengthPrefixed(signed.payload, signed.signature));
}
