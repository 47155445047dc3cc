import { z } from 'zod';
import { Head, InstantOut, MemoryId, ReceiptId } from './primitives.ts';

/** The body of a replay, which says nothing. */
export const ReplayRequest = z.strictObject({}).meta({ id: 'ReplayRequest' });
export type ReplayRequest = z.infer<typeof ReplayRequest>;

export const REPLAY_OUTCOMES = ['identical', 'reduced', 'not_replayable', 'differs'] as const;
export const ReplayOutcome = z.enum(REPLAY_OUTCOMES).meta({
  id: 'ReplayOutcome',
  description:
    'identical: the same rows, scores and context bytes. reduced: something in its scope was erased since; what is left has been checked. not_replayable: see the reason. differs: a fault; it must never be seen.',
});
export type ReplayOutcome = z.infer<typeof ReplayOutcome>;

export const NOT_REPLAYABLE = ['engine_not_installed', 'vectors_gone', 'nothing_kept', 'collection_closed', 'past_unreachable'] as const;
/** Why a receipt cannot be replayed. */
export const NotReplayable = z.enum(NOT_REPLAYABLE).meta({ id: 'NotReplayable' });
export type NotReplayable = z.infer<typeof NotReplayable>;

const Ranked = z.strictObject({ tag: z.string(), rank: z.int().min(1), score: z.number() });

export const ReplayedRow = z
  .strictObject({
    tag: z.string().meta({ description: 'The tag that it was served under.' }),
    row: MemoryId.nullable(),
    outcome: z.enum(['same', 'moved', 'not_served', 'erased', 'differs']).meta({
      description:
        'same: to the byte. moved: its line is the same, its score, rank or tag is not. not_served: its line is the same, and others come before it now that rows are gone. erased: nothing of it is left. differs: it is not what was served.',
    }),
    differs: z.array(z.string()).meta({ description: 'What of it is not as it was served.' }),
    served: Ranked.nullable(),
    replayed: Ranked.nullable(),
  })
  .meta({ id: 'ReplayedRow' });
export type ReplayedRow = z.infer<typeof ReplayedRow>;

export const ReplayReply = z
  .strictObject({
    receipt: ReceiptId,
    outcome: ReplayOutcome,
    reason: NotReplayable.nullable(),
    detail: z.string().meta({ description: 'The same in a sentence.' }),
    faults: z.array(z.string()).meta({ description: 'What must not be so, a sentence each; empty unless it differs.' }),
    context: z.enum(['same', 'reduced', 'other', 'unknown']).meta({
      description:
        'same: the context block, byte for byte. reduced: each line that is left gives its signed leaf. other: one does not. unknown: not replayed.',
    }),
    rows: z.array(ReplayedRow).meta({ description: 'The rows that were served, in the order of their tags.' }),
    added: z
      .array(z.strictObject({ row: MemoryId.nullable(), rank: z.int().min(1), score: z.number() }))
      .meta({ description: 'Rows that come in because others are gone; not named where the caller may not see them.' }),
    engine: z.strictObject({ served: z.string(), replayed: z.string() }),
    head: Head,
    evaluatedAt: InstantOut,
    checked: z
      .strictObject({
        signature: z.enum(['verified', 'failed', 'other_key']).meta({ description: 'Over the receipt, where its key is this service’s.' }),
        commitments: z.int().min(0).meta({ description: 'Rows opened anew from the disk and found to be what they commit to.' }),
        tags: z.int().min(0).meta({ description: 'Rows whose record opens its signed digest.' }),
        lines: z.int().min(0).meta({ description: 'Lines that were made again and give their signed leaf.' }),
        scores: z.int().min(0).meta({ description: 'Scores that came out the same.' }),
        erased: z.int().min(0).meta({ description: 'Rows in its scope that have been erased since; counted unless it is identical.' }),
      })
      .meta({ description: 'What was looked at.' }),
  })
  .meta({ id: 'ReplayReply' });
export type ReplayReply = z.infer<typeof ReplayReply>;
