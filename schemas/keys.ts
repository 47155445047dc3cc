import { z } from 'zod';
import { GrantId, Head, InstantOut, MemoryId, ReceiptId, RetrievalId, pageLimit } from './primitives.ts';
import { LIMITS } from './limits.ts';

/** One collection's last rotation, and how far what lies under its earlier keys has been brought under the new one. */
export const RotationStatus = z
  .strictObject({
    collection: z.string().nullable().meta({ description: 'Its name; null for the key of what belongs to no collection.' }),
    epoch: z.int().min(2),
    rows: z.strictObject({ done: z.int().min(0), of: z.int().min(0) }),
    receipts: z.boolean().meta({ description: 'Whether it has come to what is kept of receipts, which goes last.' }),
    doneAt: InstantOut.nullable(),
  })
  .meta({ id: 'RotationStatus' });
export type RotationStatus = z.infer<typeof RotationStatus>;

export const RotationsReply = z.strictObject({ rotations: z.array(RotationStatus), head: Head }).meta({ id: 'RotationsReply' });
export type RotationsReply = z.infer<typeof RotationsReply>;

export const GrantReadsQuery = z.strictObject({
  cursor: z
    .string()
    .regex(/^(?:ret|rcp)_[0-9a-f]{32}$/)
    .optional(),
  limit: pageLimit(LIMITS.rows).optional(),
});
export type GrantReadsQuery = z.infer<typeof GrantReadsQuery>;

/** One time that rows were shown to a grant. */
export const GrantRead = z
  .strictObject({
    retrieval: RetrievalId,
    receipt: ReceiptId.nullable(),
    at: InstantOut,
    rows: z.array(MemoryId).meta({ description: 'By id; rows that were erased since are still counted among them.' }),
  })
  .meta({ id: 'GrantRead' });
export type GrantRead = z.infer<typeof GrantRead>;

/** What a grant has read: its retrievals of the last ninety days, then what earlier receipts say. */
export const GrantReadsReply = z
  .strictObject({
    grant: GrantId,
    reads: z.array(GrantRead),
    totals: z
      .strictObject({ rows: z.int().min(0), retrievals: z.int().min(0), receipts: z.int().min(0) })
      .nullable()
      .meta({ description: 'Different rows over all of it, retrievals and receipts; with the first page alone.' }),
    notCovered: z.string().meta({ description: 'What a grant may have read besides, and nobody has kept.' }),
    cursor: z.string().nullable(),
    head: Head,
  })
  .meta({ id: 'GrantReadsReply' });
export type GrantReadsReply = z.infer<typeof GrantReadsReply>;
