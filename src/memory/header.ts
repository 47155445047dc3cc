import { z } from 'zod';
import { Claimed } from '../../schemas/memory.ts';
import { CollectionId, GrantId, MemoryId, Millis } from '../../schemas/primitives.ts';
import { LIMITS } from '../../schemas/limits.ts';
import { BasisReason, Category, Channel, MemoryType, OriginKind } from '../../schemas/vocabulary.ts';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import { canonicalJson, parseCanonicalJson } from '../crypto/canonical.ts';

/** Instants past which a row must not stand in a tier whatever its own policy says; null where there is no such bound. */
export const Bounds = z.strictObject({ activeUntil: Millis, backgroundUntil: Millis });
export type Bounds = z.infer<typeof Bounds>;

const Word = z.string().min(1).max(LIMITS.labelLength);

/**
 * What is sealed beside a row version's text: everything that its freshness is computed from, so that none of it can be altered without
 * the key. Canonical JSON, instants in milliseconds (docs/formats.md, "Row header").
 */
export const RowHeader = z.strictObject({
  v: z.literal(1),
  row: MemoryId,
  version: z.int().min(1),
  collection: CollectionId,
  type: MemoryType,
  category: Category,
  subject: Word.nullable(),
  attribute: Word.nullable(),
  origin: z.strictObject({
    effective: OriginKind,
    claimed: Claimed,
    stamped: z.strictObject({ grantId: GrantId.nullable(), channel: Channel, recordedAt: Millis }),
  }),
  observedAt: Millis.nullable(),
  basisAt: Millis,
  basisReason: BasisReason,
  validUntil: Millis.nullable(),
  derivedFrom: z.array(MemoryId).max(LIMITS.sources),
  supersedes: z.array(MemoryId).max(LIMITS.sources),
  bounds: Bounds.nullable(),
});
export type RowHeader = z.infer<typeof RowHeader>;

export function encodeHeader(header: RowHeader): Uint8Array {
  return canonicalJson(header);
}

/** @throws {MemSyncError} `row_unopenable` when the bytes are not a header of the row version named. */
export function parseHeader(bytes: Uint8Array, row: string, version: number): RowHeader {
  const parsed = RowHeader.safeParse(valueOf(bytes));
  if (!parsed.success || parsed.data.row !== row || parsed.data.version !== version) {
    throw new MemSyncError('row_unopenable', `Row ${row} version ${version} opens to a header that is not its own.`);
  }
  return parsed.data;
}

/** The value of canonical JSON, or null, which is no header. */
function valueOf(bytes: Uint8Array): unknown {
  try {
    return parseCanonicalJson(bytes);
  } catch (error) {
    if (isMemSyncError(error, 'encoding_invalid')) return null;
    throw error;
  }
}
