import { MemSyncError } from '../core/errors.ts';

/** The number that ASCII digits write, without sign, leading zeros or spaces. @throws {MemSyncError} `encoding_invalid` past 2⁵³−1 too. */
export function parseDecimal(text: string): number {
  const value = /^(?:0|[1-9]\d{0,15})$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(value)) throw new MemSyncError('encoding_invalid', 'Expected a decimal number without leading zeros.');
  return value;
}
