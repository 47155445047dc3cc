import { z } from 'zod';
import { CollectionId, MemoryId, Millis, ReceiptId, RetrievalId, Sequence, Sha256, GrantId } from '../../../schemas/primitives.ts';
import { fromUtf8, utf8 } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';

/**
 * How far what came after a receipt has gone out: the addendum that came last, how many bytes of its sealed artefact, and what that is known by.
 * Number 0 for none.
 */
export const EvidencePlace = z.strictObject({ number: z.int().min(0), bytes: z.int().min(0), of: z.string().regex(/^[0-9a-f]{0,16}$/) });
export type EvidencePlace = z.infer<typeof EvidencePlace>;

/** Where an export is to go on: which of its parts, and after what. */
export const Place = z.discriminatedUnion('part', [
  z.strictObject({ part: z.literal('about') }),
  z.strictObject({ part: z.literal('events'), from: Sequence }),
  z.strictObject({ part: z.literal('boxes') }),
  /** `version`: the last one of `row` that went out; 0 for none of the collection yet. */
  z.strictObject({
    part: z.literal('versions'),
    collection: CollectionId,
    row: z.union([z.literal(''), MemoryId]),
    version: z.int().min(0),
  }),
  /**
   * `sent`: 0 while nothing of the receipt after `after` has gone out; then 1, and 1 more for each of its rows. `evidence`: there once all of those
   * have gone out.
   */
  z.strictObject({
    part: z.literal('receipts'),
    after: z.union([z.literal(''), ReceiptId]),
    sent: z.int().min(0),
    evidence: EvidencePlace.optional(),
  }),
  z.strictObject({ part: z.literal('labels'), after: z.strictObject({ labelTag: Sha256, receipt: ReceiptId }).nullable() }),
  z.strictObject({
    part: z.literal('served'),
    after: z.strictObject({ threadTag: z.string().regex(/^(?:[0-9a-f]{2})+$/), at: Millis, retrieval: RetrievalId }).nullable(),
  }),
  z.strictObject({ part: z.literal('reads'), after: z.strictObject({ grant: GrantId, retrieval: RetrievalId }).nullable() }),
  z.strictObject({ part: z.literal('rest') }),
]);
export type Place = z.infer<typeof Place>;

/** What an export is as of, and where it stands. */
const Cursor = z.strictObject({
  head: z.strictObject({ seq: Sequence, hash: Sha256 }),
  at: Millis,
  only: CollectionId.nullable(),
  place: Place,
});
export type Cursor = z.infer<typeof Cursor>;

export function encodeCursor(cursor: Cursor): string {
  return Buffer.from(utf8(JSON.stringify(cursor))).toString('base64url');
}

/** @throws {MemSyncError} `input_invalid` when it is not one of ours. */
export function parseCursor(text: string): Cursor {
  try {
    return Cursor.parse(JSON.parse(fromUtf8(new Uint8Array(Buffer.from(text, 'base64url')))));
  } catch (cause) {
    throw new MemSyncError('input_invalid', 'The cursor is not one of ours.', { cause });
  }
}
