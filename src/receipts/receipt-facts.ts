import { hex } from '../core/bytes.ts';
import type { SignedPayload } from '../crypto/dsse.ts';
import type { ReceiptFacts } from '../claims/kind.ts';
import { parseStatement, receiptEntry } from './statement.ts';

/**
 * What a receipt says of its answer, as evidence is held against it. What it only commits to comes beside it: null where it is not to be had.
 * @throws {MemSyncError} `bundle_malformed` when it is no receipt
 */
export function receiptFactsOf(signed: SignedPayload, beside: Pick<ReceiptFacts, 'requestSha256' | 'context'>): ReceiptFacts {
  const { subject, predicate } = parseStatement(signed.payload);
  const { receipt, vault, issuedAt, model, conversation, app, tools } = predicate;
  const outputSha256 = subject[0]?.digest.sha256 ?? '';
  return { receipt, vault, issuedAt, model, conversation, app, tools, entry: hex(receiptEntry(signed)), outputSha256, ...beside };
}
