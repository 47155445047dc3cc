import { z } from 'zod';
import { InstantOut } from './primitives.ts';

/** Whether the service answers, and what it holds. */
export const Health = z
  .strictObject({
    status: z.literal('ok'),
    vaults: z.int().min(0),
    openVaults: z.int().min(0),
    log: z.strictObject({ origin: z.string(), size: z.int().min(0) }),
    build: z.string(),
    evidence: z
      .strictObject({ pending: z.int().min(1), due: z.int().min(0), overdue: z.int().min(0) })
      .optional()
      .meta({
        description:
          'Where evidence is pending: how much, how much is due to be looked at again, and how much has been for over a day, as where nobody opens its vault.',
      }),
    embeddings: z.strictObject({ model: z.string(), dimensions: z.int().nullable(), answering: z.boolean() }).optional().meta({
      description: 'Where a service for embeddings is set up, which rows and queries are sent to: its model, and whether it answers.',
    }),
    witnesses: z
      .strictObject({
        quorum: z.string().meta({ description: 'How many of whom have to cosign a checkpoint.' }),
        witnessed: z.int().min(0).meta({ description: 'Entries in the newest checkpoint that so many have cosigned; 0 for none.' }),
        witnesses: z.array(
          z.strictObject({
            witness: z.string(),
            name: z.string().meta({ description: 'Under which it cosigns.' }),
            asked: z.boolean(),
            size: z.int().min(0).meta({ description: 'Entries in what it has cosigned last, as far as is known.' }),
            cosignedAt: InstantOut.nullable(),
            refusal: z.strictObject({ reason: z.string(), grave: z.boolean(), since: InstantOut }).nullable().meta({
              description: 'Why it did not cosign when it was asked last. Where that is grave, the log itself is in question.',
            }),
          }),
        ),
      })
      .optional()
      .meta({ description: 'Where a policy of witnesses is set up: how it stands with each.' }),
  })
  .meta({ id: 'Health' });
export type Health = z.infer<typeof Health>;
