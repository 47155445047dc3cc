import type { ExportLine } from '../../../schemas/export-line.ts';
import type { Access } from '../access.ts';
import type { Services } from '../services.ts';
import type { Cursor, Place } from './cursor.ts';

/** A page has been read when its lines come to about so many bytes. */
export const PAGE_BYTES = 1_500_000;

/** What one part of an export gives: lines, and where to go on; null where the part has ended. */
export interface Page {
  readonly lines: readonly ExportLine[];
  readonly next: Place | null;
  /** That it does not fit what has been read before: all has to be read anew. */
  readonly moved?: boolean;
}

/** An export that somebody who may is reading. */
export interface Reading {
  readonly services: Services;
  readonly access: Access;
  readonly cursor: Omit<Cursor, 'place'>;
}

/** The collections of rows, in the order of their ids. */
export function rowCollections(access: Access, only: string | null): string[] {
  const found = [...access.vault.state.collections.values()].filter(({ purpose, erased }) => purpose === 'rows' && erased === null);
  return found
    .map(({ id }) => id)
    .filter((id) => only === null || id === only)
    .sort();
}
