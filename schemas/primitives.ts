import { z } from 'zod';
import { formatInstant, MAX_INSTANT, parseInstant } from '../src/core/instant.ts';

/** A string of well-formed Unicode: at least one character that is not white space, at most `max` UTF-16 code units. */
export const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((value) => value.isWellFormed(), 'must be well-formed Unicode (no lone surrogates)')
    .refine((value) => value.trim().length > 0, 'must not be blank');

/** An instant: ISO 8601 with a zone on the wire, integer milliseconds inside. */
export const Instant = z
  .codec(z.iso.datetime({ offset: true }), z.int().min(-62_135_596_800_000).max(MAX_INSTANT), {
    decode: (wire, ctx) => {
      const instant = parseInstant(wire);
      if (instant !== null) return instant;
      ctx.issues.push({ code: 'custom', message: 'must be an instant with at most milliseconds', input: wire });
      return z.NEVER;
    },
    encode: (instant) => formatInstant(instant),
  })
  .meta({
    id: 'Instant',
    description: 'ISO 8601 with a zone; answers are in UTC with milliseconds.',
    examples: ['2026-11-21T09:30:00.000Z'],
  });

/** An instant in an answer: UTC, milliseconds. */
export const InstantOut = z.iso.datetime({ precision: 3 }).meta({ id: 'InstantOut', examples: ['2026-11-21T09:30:00.000Z'] });

/** Milliseconds since the epoch, as signed and sealed bytes hold an instant. */
export const Millis = z.int().min(-62_135_596_800_000).max(MAX_INSTANT);

export const Sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits')
  .meta({ id: 'Sha256' });

export const VaultId = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be a vault id: 64 lower-case hexadecimal digits')
  .meta({ id: 'VaultId', description: 'The SHA-256 of the vault’s genesis, in hexadecimal.' });

const id = (prefix: string, name: string) =>
  z
    .string()
    .regex(new RegExp(`^${prefix}_[0-9a-f]{32}$`), `must look like ${prefix}_ and 32 hexadecimal digits`)
    .meta({ id: name });

export const MemoryId = id('mem', 'MemoryId');
export const CollectionId = id('col', 'CollectionId');
export const GrantId = id('grt', 'GrantId');
export const EventId = id('evt', 'EventId');
export const RetrievalId = id('ret', 'RetrievalId');
export const ReceiptId = id('rcp', 'ReceiptId');
export const AddendumId = id('add', 'AddendumId');
export const DeskId = id('dsk', 'DeskId');
export const ReviewerId = id('rev', 'ReviewerId');
export const CaseId = id('cse', 'CaseId');
export const DecisionId = id('dec', 'DecisionId');

const BASE64 = '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$';

/**
 * Standard base64 with padding, of at most `maxBytes` bytes. Its pattern, as the JSON Schemas have it, would run out of stack on some megabytes:
 * what is looked for here is the same in one loop.
 */
export const base64 = (maxBytes: number) =>
  z
    .string()
    .max(Math.ceil(maxBytes / 3) * 4)
    .refine((text) => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text), 'must be standard base64 with padding')
    .meta({ pattern: BASE64 });

export const CollectionName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be lower-case letters, digits and hyphens, beginning with a letter')
  .meta({ id: 'CollectionName' });

export const Sequence = z.int().min(0);
export const Seconds = z.int().min(0);

/** A place in a vault's ledger. */
export const Head = z.strictObject({ seq: Sequence, hash: Sha256 }).meta({ id: 'Head', description: 'A place in a vault’s ledger.' });
export type Head = z.infer<typeof Head>;

/** How many a page is to have, as a query string says it. */
export const pageLimit = (most: number) =>
  z
    .string()
    .regex(/^\d{1,4}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(most));

/** The query string of a route that takes none. */
export const NoQuery = z.strictObject({});
