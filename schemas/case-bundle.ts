import { z } from 'zod';
import { Envelope } from './owner-event.ts';
import { CaseId, ReviewerId } from './primitives.ts';

export const CASE_BUNDLE_FORMAT = 'memsync/case/v1';

const PublicKey = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits')
  .meta({ description: 'Ed25519: the key itself, not its hash.' });

/** A case’s statements as anyone can verify them offline; its receipt’s bundle is handed out apart. */
export const CaseBundle = z
  .strictObject({
    format: z.literal(CASE_BUNDLE_FORMAT),
    case: CaseId,
    statements: z
      .array(z.strictObject({ envelope: Envelope, proof: z.string().max(65_536) }))
      .min(1)
      .meta({ description: 'From the opening on, in order, each with its proof that the log has it.' }),
    reviewers: z
      .array(
        z.strictObject({
          id: ReviewerId,
          name: z.string(),
          key: PublicKey,
        }),
      )
      .meta({ description: 'Those of the desk whom the statements name, as the service states them; nobody has signed this list.' }),
  })
  .meta({ id: 'CaseBundle', description: 'Who decided what on a case, on what was shown, in the log’s order.' });
export type CaseBundle = z.infer<typeof CaseBundle>;
