import { z } from 'zod';
import { type Operation, WRITE } from './operation.ts';
import { DiffReply, DiffRequest } from './diff.ts';
import { ReceiptId } from './primitives.ts';
import { ReplayReply, ReplayRequest } from './replay.ts';

const Receipt = z.strictObject({ id: ReceiptId });

/** The operations that hold a receipt against the vault as it stood, and against another. */
export const REPLAY_OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    path: '/v1/receipts/{id}/replay',
    id: 'replayReceipt',
    tag: 'receipts',
    summary:
      'Makes the retrieval of a receipt again from the vault as it stood, and compares it with what was signed. It writes nothing and counts as no serving (devices, or the app whose receipt it is).',
    token: true,
    parameters: Receipt,
    body: ReplayRequest,
    status: 200,
    reply: ReplayReply,
    codes: [...WRITE, 'receipt_unknown', 'scope_exceeded', 'row_unopenable'],
  },
  {
    method: 'post',
    path: '/v1/receipts/{id}/diff',
    id: 'diffReceipt',
    tag: 'receipts',
    summary:
      'What changed from a receipt to another, or to what the same question finds now. It writes nothing and counts as no serving (devices, or the app whose receipts they are).',
    token: true,
    parameters: Receipt,
    body: DiffRequest,
    status: 200,
    reply: DiffReply,
    codes: [...WRITE, 'receipt_unknown', 'scope_exceeded', 'row_unopenable'],
  },
];
