import fc from 'fast-check';
import { BASIS_REASONS, CATEGORIES, MEMORY_TYPES, ORIGIN_KINDS } from '../../schemas/vocabulary.ts';
import type { RowHeader } from '../../src/memory/header.ts';
import type { RowRecord } from '../../src/memory/row-record.ts';

const hexOf = (digits: number): fc.Arbitrary<string> => fc.stringMatching(new RegExp(`^[0-9a-f]{${digits}}$`));
export const anyRowId: fc.Arbitrary<string> = hexOf(32).map((digits) => `mem_${digits}`);
const anyGrantId = hexOf(32).map((digits) => `grt_${digits}`);
const anyInstant = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 });
const anyWord = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).filter((word) => word.trim() !== '');
const orNull = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(one, { nil: null });

const anyClaimed = fc.record(
  {
    kind: fc.constantFrom(...ORIGIN_KINDS),
    ref: anyWord,
    role: fc.constantFrom('user' as const, 'assistant' as const, 'tool' as const, 'system' as const),
    speaker: anyWord,
    thread: anyWord,
    model: anyWord,
    url: anyWord,
    quote: anyWord,
  },
  { requiredKeys: [] },
);

/** A header of any row version of a collection, with all that it may hold. */
function anyHeader(collection: string): fc.Arbitrary<RowHeader> {
  return fc.record({
    v: fc.constant(1 as const),
    row: anyRowId,
    version: fc.integer({ min: 1, max: 100_000 }),
    collection: fc.constant(collection),
    type: fc.constantFrom(...MEMORY_TYPES),
    category: fc.constantFrom(...CATEGORIES),
    subject: orNull(anyWord),
    attribute: orNull(anyWord),
    origin: fc.record({
      effective: fc.constantFrom(...ORIGIN_KINDS),
      claimed: anyClaimed,
      stamped: fc.record({
        grantId: orNull(anyGrantId),
        channel: fc.constantFrom('api' as const, 'owner' as const),
        recordedAt: anyInstant,
      }),
    }),
    observedAt: orNull(anyInstant),
    basisAt: anyInstant,
    basisReason: fc.constantFrom(...BASIS_REASONS),
    validUntil: orNull(anyInstant),
    derivedFrom: fc.array(anyRowId, { maxLength: 4 }),
    supersedes: fc.array(anyRowId, { maxLength: 4 }),
    bounds: orNull(fc.record({ activeUntil: anyInstant, backgroundUntil: anyInstant })),
  });
}

/** A row version with any text. */
export function anyRecord(collection: string): fc.Arbitrary<RowRecord> {
  return fc.record({
    header: anyHeader(collection),
    text: fc.string({ unit: 'binary', maxLength: 200 }),
    basisAt: anyInstant,
    commitment: hexOf(64),
  });
}
