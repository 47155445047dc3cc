import { z } from 'zod';
import { ClaimsReply, EvidenceReply, EvidenceRequest } from './claims.ts';
import { type Operation, TOKEN, WRITE } from './operation.ts';
import { ReceiptId } from './primitives.ts';

const Receipt = z.strictObject({ id: ReceiptId });

/** The operations on what backs the claims of a receipt. */
export const EVIDENCE_OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    path: '/v1/receipts/{id}/evidence',
    id: 'addEvidence',
    tag: 'receipts',
    summary:
      'Hands in evidence for claims of a receipt, at any time after it: each piece is judged by itself and enters the log as an addendum of its own (the app whose receipt it is, devices, and grants that may review).',
    token: true,
    parameters: Receipt,
    idempotent: true,
    body: EvidenceRequest,
    status: 201,
    reply: EvidenceReply,
    codes: [
      ...WRITE,
      'receipt_unknown',
      'claim_unknown',
      'evidence_malformed',
      'evidence_misplaced',
      'evidence_full',
      'judging_busy',
      'idempotency_conflict',
      'row_unopenable',
    ],
  },
  {
    method: 'get',
    path: '/v1/receipts/{id}/claims',
    id: 'readClaims',
    tag: 'receipts',
    summary: 'How each claim of a receipt stands by itself, how it came to in the log’s order, and what differs from the turn before.',
    token: true,
    parameters: Receipt,
    status: 200,
    reply: ClaimsReply,
    codes: [...TOKEN, 'receipt_unknown', 'row_unopenable'],
  },
];
