import type { TagRecord } from '../../schemas/receipt.ts';
import { TIERS } from '../../schemas/vocabulary.ts';
import type { Instant } from '../core/instant.ts';

/**
 * What in a row's record cannot be so, whatever the ledger holds, or null: ages that do not follow from its own times, a validation that
 * came after it was served, a row that is shown as fresher than it is, or one that must not be served at all.
 */
export function contradictionIn(record: TagRecord, evaluatedAt: Instant): string | null {
  const { basisAt, lastValidatedAt, placement, standing, tier } = record;
  if (lastValidatedAt !== null && lastValidatedAt > evaluatedAt) return 'it was validated after it was served';
  if (!isAge(record.ageSeconds, basisAt, evaluatedAt)) return 'its age does not follow from its basis';
  if (!isAge(record.unvalidatedForSeconds, lastValidatedAt ?? basisAt, evaluatedAt)) {
    return 'the time since its last validation does not follow from that validation';
  }
  if (standing !== 'live' && standing !== 'contested') return `a ${standing} row is never served`;
  if (standing === 'contested' && placement === 'active') return 'a contested row is never placed as active';
  if (TIERS.indexOf(placement) < TIERS.indexOf(tier)) return `a ${tier} row is never placed as ${placement}`;
  return null;
}

/** Whether `seconds` lie between the two instants, rounded either way; never less than none. */
function isAge(seconds: number, from: Instant, to: Instant): boolean {
  return Math.abs(seconds - Math.max(0, (to - from) / 1000)) < 1;
}
