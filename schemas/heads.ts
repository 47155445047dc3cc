import { z } from 'zod';
import { Head, InstantOut, Sequence, Sha256, pageLimit } from './primitives.ts';

/** A head of a vault that the log has a salted leaf of, with what opens the leaf. */
export const LoggedHead = z
  .strictObject({
    seq: Sequence,
    hash: Sha256,
    at: InstantOut.meta({ description: 'When it went into the log.' }),
    salt: Sha256.meta({ description: '32 bytes: the entry is a hash of salt, vault, `seq` and `hash` (docs/formats.md, “The log”).' }),
    logIndex: Sequence,
  })
  .meta({ id: 'LoggedHead', description: 'A head of a vault that the log has a salted leaf of.' });
export type LoggedHead = z.infer<typeof LoggedHead>;

export const HeadsQuery = z.strictObject({
  from: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .optional()
    .meta({ description: 'The event to begin with.' }),
  limit: pageLimit(1000).optional(),
});
export type HeadsQuery = z.infer<typeof HeadsQuery>;

export const LoggedHeadsReply = z
  .strictObject({
    heads: z.array(LoggedHead),
    next: Sequence.nullable().meta({ description: 'What `from` is for the page that follows; null where there is none.' }),
    head: Head,
  })
  .meta({ id: 'LoggedHeadsReply' });
export type LoggedHeadsReply = z.infer<typeof LoggedHeadsReply>;

/** Which one is asked for. */
export const LoggedSeq = z.union([
  z.literal('latest'),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);

export const LoggedHeadReply = z
  .strictObject({
    logged: LoggedHead,
    proof: z.string().meta({ description: 'That its entry is in the log: `c2sp.org/tlog-proof@v1`.' }),
    head: Head,
  })
  .meta({ id: 'LoggedHeadReply' });
export type LoggedHeadReply = z.infer<typeof LoggedHeadReply>;
