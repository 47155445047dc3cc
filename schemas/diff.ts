import { z } from 'zod';
import { Head, InstantOut, MemoryId, ReceiptId } from './primitives.ts';

export const DiffRequest = z
  .strictObject({
    with: z.union([ReceiptId, z.literal('now')]).meta({ description: 'The later receipt, or what the same question finds now.' }),
  })
  .meta({ id: 'DiffRequest' });
export type DiffRequest = z.infer<typeof DiffRequest>;

/** What can be another between two answers, in the order in which it is told. */
export const DIFF_SUBJECTS = [
  'model.label',
  'model.provider',
  'model.blobId',
  'model.sha256',
  'app.name',
  'app.version',
  'promptTemplate.id',
  'promptTemplate.sha256',
  'tool',
  'grant',
  'engine',
  'index',
  'build',
  'policy',
  'query',
  'limit',
  'maxTokens',
  'includeDormant',
  'collections',
  'categories',
  'ledger',
  'row.added',
  'row.gone',
  'row.erased',
  'row.withheld',
  'row.version',
  'row.standing',
  'row.tier',
  'row.placement',
  'row.validation',
  'row.origin',
  'row.age',
  'row.rank',
] as const;
export const DiffSubject = z.enum(DIFF_SUBJECTS).meta({ id: 'DiffSubject' });
export type DiffSubject = z.infer<typeof DiffSubject>;

export const ABSENCES = [
  'not_yet',
  'erased',
  'retracted',
  'superseded',
  'collection',
  'category',
  'dormant',
  'outranked',
  'no_room',
  'not_found',
  'withheld',
  'unknown',
] as const;
/** Why a row was not served on one side. */
export const Absence = z.enum(ABSENCES).meta({
  id: 'Absence',
  description:
    'not_yet: it was not remembered yet. erased, retracted, superseded: so by then. collection, category: the search did not go there, or the row had moved out of it. dormant: it had fallen so far. outranked: others came before it. no_room: the context block was full. not_found: nothing of the query led to it. withheld: rows of that side are not disclosed, and it may be among them. unknown: not enough is kept to say.',
});
export type Absence = z.infer<typeof Absence>;

export const DiffLine = z
  .strictObject({
    what: DiffSubject,
    from: z.string().nullable(),
    to: z.string().nullable(),
    row: MemoryId.optional(),
    why: Absence.optional().meta({ description: 'Of a row that came or went: why it was not there on the side that lacks it.' }),
    by: MemoryId.optional().meta({ description: 'The row that took its place.' }),
    text: z
      .strictObject({ from: z.string().nullable(), to: z.string().nullable() })
      .optional()
      .meta({ description: 'What the row said on either side, to whom may read that.' }),
  })
  .meta({ id: 'DiffLine' });
export type DiffLine = z.infer<typeof DiffLine>;

const Side = z.strictObject({
  receipt: ReceiptId.nullable().meta({ description: 'Null for now.' }),
  evaluatedAt: InstantOut,
  head: Head,
  rows: z.int().min(0),
});

export const DiffReply = z
  .strictObject({
    from: Side,
    to: Side,
    lines: z.array(DiffLine),
    same: z.int().min(0).meta({ description: 'Rows that are on both sides with nothing changed.' }),
  })
  .meta({ id: 'DiffReply' });
export type DiffReply = z.infer<typeof DiffReply>;
