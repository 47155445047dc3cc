import { MemSyncError } from '../../core/errors.ts';
import type { Token } from '../../crypto/token.ts';
import type { StoredReceipt } from '../../store/records.ts';
import { type Access, enter } from '../access.ts';
import { readsAllReceipts } from '../receipts.ts';
import type { Services } from '../services.ts';

/**
 * Lets in whoever has to do with receipts: with the capability `receipt`, or `review`.
 * @throws {MemSyncError} `capability_missing`, and what `enter` throws
 */
export async function enterForEvidence(services: Services, given: string | Token): Promise<Access> {
  const access = await enter(services, given, null);
  const { capabilities } = access.state.body;
  if (!capabilities.includes('receipt') && !capabilities.includes('review'))
    throw new MemSyncError('capability_missing', 'The grant allows neither “receipt” nor “review”.');
  return access;
}

/** Whether a caller may hand in evidence for receipts of the whole vault, and not for its own alone: a device, or who may review. */
export function reviewsAll({ state: { body } }: Access): boolean {
  return body.role === 'device' || body.capabilities.includes('review');
}

/** A receipt that the caller may see, or hand in evidence for. @throws {MemSyncError} `receipt_unknown` */
export async function receiptFor(services: Services, access: Access, id: string, to: 'read' | 'add'): Promise<StoredReceipt> {
  const stored = await services.store.receipt(access.vault.vault, id);
  const all = reviewsAll(access) || (to === 'read' && readsAllReceipts(access));
  if (stored === null || !(all || stored.grant === access.grant.id))
    throw new MemSyncError('receipt_unknown', `There is no receipt ${id} in your scope.`);
  return stored;
}
