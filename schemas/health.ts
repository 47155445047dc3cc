import { z } from 'zod';

/** Whether the service answers, and what it holds. */
export const Health = z
  .strictObject({
    status: z.literal('ok'),
    vaults: z.int().min(0),
    openVaults: z.int().min(0),
    log: z.strictObject({ origin: z.string(), size: z.int().min(0) }),
    build: z.string(),
    embeddings: z.strictObject({ model: z.string(), dimensions: z.int().nullable(), answering: z.boolean() }).optional().meta({
      description: 'Where a service for embeddings is set up, which rows and queries are sent to: its model, and whether it answers.',
    }),
  })
  .meta({ id: 'Health' });
export type Health = z.infer<typeof Health>;
