import { z } from 'zod';
import { LIMITS } from './limits.ts';
import { base64, CollectionId, Head, MemoryId, Sha256 } from './primitives.ts';

/** A row as it lies on the disk, for the owner to open with the owner's own key. */
export const SealedRowReply = z
  .strictObject({
    row: MemoryId,
    version: z.int().min(1),
    collection: CollectionId,
    epoch: z.int().min(1),
    wrapEpoch: z.int().min(1),
    header: base64(65_536),
    text: base64(4 * LIMITS.textLength),
    wrappedKey: base64(256),
    commitment: Sha256,
    head: Head,
  })
  .meta({ id: 'SealedRowReply' });
export type SealedRowReply = z.infer<typeof SealedRowReply>;

export const SealedRowsQuery = z.strictObject({
  ids: z
    .string()
    .max(LIMITS.rows * 37)
    .transform((value) => value.split(','))
    .pipe(z.array(MemoryId).min(1).max(LIMITS.rows))
    .meta({ description: 'Row ids with commas between.' }),
});
export type SealedRowsQuery = z.infer<typeof SealedRowsQuery>;

export const SealedRowsReply = z
  .strictObject({ rows: z.array(SealedRowReply.omit({ head: true })), head: Head })
  .meta({ id: 'SealedRowsReply', description: 'In the order asked; as many of them as fit, at least one. Ask again for the rest.' });
export type SealedRowsReply = z.infer<typeof SealedRowsReply>;
