import type { MemSyncError } from '../../core/errors.ts';
import type { ImportNote } from './plan-import.ts';

/** Errors that a report keeps; the others are counted. */
const KEPT_ERRORS = 100;

/** What an import has come to, line by line, for a dry run as for a real one. */
export class ImportReport {
  rows = 0;
  /** Rows with no time of their own: their age counts from the import. */
  withoutTime = 0;
  /** Rows whose category is none of ours and was left out. */
  categoryUnknown = 0;
  /** Lines that make no row. */
  refused = 0;
  /** The first hundred of their errors. */
  readonly errors: MemSyncError[] = [];

  add(planned: { readonly notes: readonly ImportNote[] } | { readonly error: MemSyncError }): void {
    if ('error' in planned) {
      this.refused += 1;
      if (this.errors.length < KEPT_ERRORS) this.errors.push(planned.error);
      return;
    }
    this.rows += 1;
    if (planned.notes.includes('without_time')) this.withoutTime += 1;
    if (planned.notes.includes('category_unknown')) this.categoryUnknown += 1;
  }
}
