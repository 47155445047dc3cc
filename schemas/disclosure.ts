import { z } from 'zod';
import { LIMITS } from './limits.ts';
import { base64, ReceiptId, Sha256 } from './primitives.ts';
import { Bundle } from './receipt.ts';

export const DISCLOSURE_FORMAT = 'memsync/disclosure/v1';

/** The most bytes that a row's header takes, and more. */
const HEADER_BYTES = 256 * 1024;

/** A row's tag in a context block and in what quotes it. */
export const Tag = z
  .string()
  .regex(/^m[1-9]\d{0,3}$/, 'must be a tag: m1, m2, …')
  .meta({ id: 'Tag' });

/** What opens the commitment of one row version that was served: the row's own words, to the byte. */
export const RowOpening = z
  .strictObject({
    position: z.int().min(0).max(9999).meta({ description: 'Which of the receipt’s tags it is, from 0.' }),
    salt: Sha256.meta({ description: 'The commitment’s 32-byte salt.' }),
    header: base64(HEADER_BYTES).meta({ description: 'The header’s exact bytes: canonical JSON.' }),
    text: z.string().max(LIMITS.textLength),
  })
  .meta({ id: 'RowOpening' });
export type RowOpening = z.infer<typeof RowOpening>;

/** Rows of one receipt, opened for a reviewer: a bundle that shows no other row, and what opens these. One file is enough to verify it. */
export const Disclosure = z
  .strictObject({
    format: z.literal(DISCLOSURE_FORMAT),
    receipt: ReceiptId,
    bundle: Bundle,
    rows: z.array(RowOpening).min(1).max(LIMITS.rows).meta({ description: 'By position, each once.' }),
  })
  .meta({ id: 'Disclosure' });
export type Disclosure = z.infer<typeof Disclosure>;

export const DiscloseRequest = z
  .strictObject({ tags: z.array(Tag).min(1).max(LIMITS.rows).meta({ description: 'Whose rows to open; none is opened twice.' }) })
  .meta({ id: 'DiscloseRequest' });
export type DiscloseRequest = z.infer<typeof DiscloseRequest>;

/** How much of a receipt its bundle is to show. */
export const BundleQuery = z.strictObject({
  disclose: z
    .union([
      z.enum(['all', 'none']),
      z
        .string()
        .max(LIMITS.rows * 6)
        .regex(/^m[1-9]\d{0,3}(?:,m[1-9]\d{0,3})*$/, 'must be “all”, “none”, or tags with commas between them'),
    ])
    .optional()
    .meta({
      description:
        '`all` (when left out), `none`, or tags with commas between them: only those rows’ records and lines, no query and no request.',
    }),
});
export type BundleQuery = z.infer<typeof BundleQuery>;
