import { type ErrorCode, isMemSyncError } from '../../core/errors.ts';
import type { FindingList, Where } from './finding.ts';

/** What the service answers when it finds itself that what it stores does not hold. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set(['ledger_broken', 'owner_event_forged', 'vault_rolled_back', 'log_broken', 'data_forked']);

/** What says nothing of what is audited, but that it could not be looked at now. */
const ELSEWHERE: ReadonlySet<ErrorCode> = new Set([
  'service_unreachable',
  'rate_limited',
  'vault_busy',
  'judging_busy',
  'shutting_down',
  'store_failed',
  'token_missing',
  'token_invalid',
  'grant_revoked',
  'grant_expired',
  'capability_missing',
  'vault_unknown',
  'vault_erased',
  'internal',
]);

/**
 * What `ask` comes to; null, and a finding, where the service refuses because of what it stores, or answers what cannot be so.
 * @throws {MemSyncError} what only says that it could not be asked now
 */
export async function reported<T>(findings: FindingList, where: Where, ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (!isMemSyncError(error) || ELSEWHERE.has(error.code)) throw error;
    findings.add(REFUSALS.has(error.code) ? 'service_refuses' : 'answer_malformed', where, `${error.code}: ${error.message}`);
    return null;
  }
}
