import { z } from 'zod';

/** Whether the service answers, and what it holds. */
export const Health = z
  .strictObject({
    status: z.literal('ok'),
    vaults: z.int().min(0),
    openVaults: z.int().min(0),
    log: z.strictObject({ origin: z.string(), size: z.int().min(0) }),
    build: z.string(),
  })
  .meta({ id: 'Health' });
export type Health = z.infer<typeof Health>;
