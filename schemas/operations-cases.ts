import { z } from 'zod';
import {
  Case,
  CaseEntriesQuery,
  CaseEntriesReply,
  CasesQuery,
  CasesReply,
  CaseSummary,
  DecideReply,
  DecideRequest,
  DeskReply,
  HandOverRequest,
  OpenCaseRequest,
} from './case.ts';
import { CaseBundle } from './case-bundle.ts';
import { ANYONE, DEVICE, type Operation, TOKEN, VAULT, WRITE } from './operation.ts';
import { CaseId, VaultId } from './primitives.ts';

const InCase = z.strictObject({ id: CaseId });
const READ = [...ANYONE, ...VAULT, 'token_missing', 'token_invalid', 'row_unopenable', 'case_unknown'] as const;
const TELL = [...WRITE, 'case_unknown', 'row_unopenable', 'idempotency_conflict'] as const;

/** The review queue. */
export const CASE_OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    path: '/v1/cases',
    id: 'openCase',
    tag: 'cases',
    summary:
      'Opens a case over a receipt for a desk, under a gate policy (an app over its own receipts, a device or `review` over all, a desk’s reviewer over one that their desk has a case of).',
    token: true,
    idempotent: true,
    body: OpenCaseRequest,
    status: 201,
    reply: CaseSummary,
    codes: [...TELL, 'receipt_unknown', 'desk_unknown', 'gate_malformed', 'scope_exceeded', 'case_full'],
  },
  {
    method: 'get',
    path: '/v1/cases',
    id: 'listCases',
    tag: 'cases',
    summary:
      'Cases, newest first, a page at a time: a reviewer’s desk’s, or a grant’s vault’s. A page may be short and still have a cursor.',
    token: true,
    query: CasesQuery,
    status: 200,
    reply: CasesReply,
    codes: [...TOKEN, 'desk_unknown'],
  },
  {
    method: 'get',
    path: '/v1/cases/{id}',
    id: 'readCase',
    tag: 'cases',
    summary:
      'A case whole, for a reviewer of its desk. That they looked, and what was on the screen, goes into the log, once for each state of it.',
    token: true,
    parameters: InCase,
    status: 200,
    reply: Case,
    codes: [...READ, 'capability_missing', 'vault_busy', 'shutting_down', 'store_failed'],
  },
  {
    method: 'get',
    path: '/v1/cases/{id}/bundle',
    id: 'readCaseBundle',
    tag: 'cases',
    summary:
      'The case’s statements with their proofs, as a file to hand on: anyone can verify offline who decided what, on what was shown. For a reviewer of its desk; it is no look at the case.',
    token: true,
    parameters: InCase,
    status: 200,
    reply: CaseBundle,
    codes: [...READ, 'capability_missing'],
  },
  {
    method: 'get',
    path: '/v1/cases/{id}/gate',
    id: 'askGate',
    tag: 'cases',
    summary:
      'Whether the case’s gate is open: 204 with the header `memsync-case-state`, or 423 `gate_shut` with what is missing. A review does not open it: an override clears the case and leaves its gate shut.',
    token: true,
    parameters: InCase,
    status: 204,
    reply: 'nothing',
    codes: [...READ, 'capability_missing', 'gate_shut'],
  },
  {
    method: 'post',
    path: '/v1/cases/{id}/decision',
    id: 'decideCase',
    tag: 'cases',
    summary: 'A reviewer’s decision, signed with their own key over what they have seen.',
    token: true,
    idempotent: true,
    parameters: InCase,
    body: DecideRequest,
    status: 201,
    reply: DecideReply,
    codes: [...TELL, 'decision_malformed', 'signature_invalid', 'case_moved', 'gate_not_open', 'second_reviewer_needed', 'case_full'],
  },
  {
    method: 'post',
    path: '/v1/cases/{id}/handover',
    id: 'handOverCase',
    tag: 'cases',
    summary: 'Hands a case over to a reviewer of the same desk.',
    token: true,
    idempotent: true,
    parameters: InCase,
    body: HandOverRequest,
    status: 201,
    reply: CaseSummary,
    codes: [...TELL, 'reviewer_unknown', 'case_full'],
  },
  {
    method: 'get',
    path: '/v1/desk',
    id: 'readDesk',
    tag: 'cases',
    summary: 'A reviewer’s own desk, with everybody who has been at it.',
    token: true,
    status: 200,
    reply: DeskReply,
    codes: [...ANYONE, 'token_missing', 'token_invalid', 'capability_missing'],
  },
  {
    method: 'get',
    path: '/v1/vaults/{vault}/case-entries',
    id: 'readCaseEntries',
    tag: 'cases',
    summary:
      'What the log holds of cases over the vault’s receipts, to be told apart there (devices, and grants with `review`). No reason and no note.',
    token: true,
    parameters: z.strictObject({ vault: VaultId }),
    query: CaseEntriesQuery,
    status: 200,
    reply: CaseEntriesReply,
    codes: [...DEVICE, 'row_unopenable'],
  },
];
