import { type ErrorExtras, MemSyncError } from '../../core/errors.ts';

/** Bytes of a line, or of a row of CSV, its end not counted, that are read and written unless told otherwise. */
export const MAX_LINE_BYTES = 6 * 1024 * 1024;

/** What one line of a file holds (for CSV: the row that begins on it), or why it holds nothing. Lines count from 1. */
export type Line<T = unknown> = { readonly line: number; readonly value: T } | { readonly line: number; readonly error: MemSyncError };

/** The error of one line: `what` completes "Line 7 …", holds nothing of the line's text, and ends in a full stop. */
export function lineError(line: number, what: string, extras: Pick<ErrorExtras, 'issues'> = {}): MemSyncError {
  return new MemSyncError('line_invalid', `Line ${line} ${what}`, { ...extras, context: { line } });
}
