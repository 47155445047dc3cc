import { z } from 'zod';
import { ADDENDUM_PREDICATE_TYPE, type AddendumPredicate, AddendumStatement } from '../../schemas/addendum.ts';
import type { EvidenceDisclosure } from '../../schemas/evidence.ts';
import { STATEMENT_TYPE } from '../../schemas/receipt.ts';
import { equalBytes, fromHex, lengthPrefixed, utf8 } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { canonicalJson, parseCanonicalJson } from '../crypto/canonical.ts';
import type { SignedPayload } from '../crypto/dsse.ts';
import { sha256Parts } from '../crypto/sha256.ts';

const ENTRY_TAG = utf8('memsync/log-addendum/v1\0');
const EVIDENCE_TAG = utf8('memsync/evidence/v1\0');

/**
 * The payload of an addendum: an in-toto Statement in canonical JSON about the receipt whose entry in the log is `receiptEntry`, 64
 * hexadecimal digits. Instants in milliseconds. @throws {MemSyncError} `input_invalid` when it is none
 */
export function buildAddendum(receiptEntry: string, predicate: AddendumPredicate): Uint8Array {
  const encoded = z.safeEncode(AddendumStatement, {
    _type: STATEMENT_TYPE,
    subject: [{ name: 'receipt', digest: { sha256: receiptEntry } }],
    predicateType: ADDENDUM_PREDICATE_TYPE,
    predicate,
  });
  if (!encoded.success) throw new MemSyncError('input_invalid', 'That is not what an addendum can say.', { cause: encoded.error });
  return canonicalJson(encoded.data);
}

/** The statement in a payload whose signature has been checked. @throws {MemSyncError} `bundle_malformed` unless spelt as `buildAddendum` spells it */
export function parseAddendum(payload: Uint8Array): AddendumStatement {
  let value: unknown;
  try {
    value = parseCanonicalJson(payload);
  } catch (cause) {
    throw new MemSyncError('bundle_malformed', 'The statement is not canonical JSON.', { cause });
  }
  const parsed = AddendumStatement.safeParse(value);
  if (!parsed.success) throw new MemSyncError('bundle_malformed', 'The statement is not an addendum’s.', { cause: parsed.error });
  if (!equalBytes(canonicalJson(z.encode(AddendumStatement, parsed.data)), payload))
    throw new MemSyncError('bundle_malformed', 'The statement spells an instant in another way than UTC with milliseconds.');
  const { reason, of } = parsed.data.predicate;
  if ((reason === 'evidence') !== (of === null))
    throw new MemSyncError('bundle_malformed', 'The statement is of new evidence and of an earlier piece’s at once, or of neither.');
  return parsed.data;
}

/** What goes into the log for an addendum: SHA-256(tag ‖ LP(payload, signature)), 32 bytes. */
export function addendumEntry(signed: SignedPayload): Uint8Array {
  return sha256Parts(ENTRY_TAG, lengthPrefixed(signed.payload, signed.signature));
}

/** What an addendum calls its evidence by: SHA-256(tag ‖ 32-byte salt ‖ LP(canonical JSON of artefact and what was gathered for it)), 32 bytes. */
export function evidenceDigest({ salt, artifact, gathered }: EvidenceDisclosure): Uint8Array {
  const held = gathered === undefined ? { artifact } : { artifact, gathered };
  return sha256Parts(EVIDENCE_TAG, fromHex(salt), lengthPrefixed(canonicalJson(held)));
}
