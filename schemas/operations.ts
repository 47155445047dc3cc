import { z } from 'zod';
import { BundleQuery, Disclosure, DiscloseRequest } from './disclosure.ts';
import { Health } from './health.ts';

import {
  CreateVaultReply,
  CreateVaultRequest,
  EventsQuery,
  EventsReply,
  GrantsReply,
  OwnerBoxesReply,
  OwnerSubmission,
  VaultHeadReply,
} from './owner-event.ts';
import { OwnerEventReply } from './owner-event-reply.ts';
import { SealedRowReply, SealedRowsQuery, SealedRowsReply } from './sealed-rows.ts';
import { KEY_OPERATIONS } from './operations-keys.ts';
import { TRANSFER_OPERATIONS } from './operations-transfer.ts';
import { MEMORY_OPERATIONS } from './operations-memories.ts';
import { MODEL_OPERATIONS } from './operations-models.ts';
import { ANYONE, DEVICE, type Operation, OWNER, TOKEN, VAULT, WRITE } from './operation.ts';
import { MemoryId, ReceiptId, VaultId } from './primitives.ts';
import { CASE_OPERATIONS } from './operations-cases.ts';
import { EVIDENCE_OPERATIONS } from './operations-evidence.ts';
import { REPLAY_OPERATIONS } from './operations-replay.ts';
import { Bundle, ReceiptReply, ReceiptRequest, ReceiptsQuery, ReceiptsReply } from './receipt.ts';
import { RetrievalReply, RetrievalRequest } from './retrieval.ts';

const InVault = z.strictObject({ vault: VaultId });
const Receipt = z.strictObject({ id: ReceiptId });

/** Every operation of the API. */
export const OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    path: '/v1/vaults',
    id: 'createVault',
    tag: 'owner',
    summary: 'Creates a vault from its signed genesis, with the events that make it usable: whole or not at all.',
    token: false,
    body: CreateVaultRequest,
    status: 201,
    reply: CreateVaultReply,
    codes: [...OWNER, 'vault_exists', 'invite_required'],
  },
  {
    method: 'post',
    path: '/v1/vaults/{vault}/events',
    id: 'appendOwnerEvent',
    tag: 'owner',
    summary: 'Appends one owner-signed event. The signature alone lets it in.',
    token: false,
    parameters: InVault,
    body: OwnerSubmission,
    status: 201,
    reply: OwnerEventReply,
    codes: [...OWNER, ...VAULT, 'vault_unknown', 'event_replayed', 'version_changed', 'row_not_live'],
  },
  {
    method: 'get',
    path: '/v1/vaults/{vault}/events',
    id: 'readEvents',
    tag: 'owner',
    summary: 'The ledger’s stored events from a sequence number on (device grants).',
    token: true,
    parameters: InVault,
    query: EventsQuery,
    status: 200,
    reply: EventsReply,
    codes: DEVICE,
  },
  {
    method: 'get',
    path: '/v1/vaults/{vault}/head',
    id: 'readHead',
    tag: 'owner',
    summary: 'Where the ledger and the owner’s chain stand (device grants).',
    token: true,
    parameters: InVault,
    status: 200,
    reply: VaultHeadReply,
    codes: DEVICE,
  },
  {
    method: 'get',
    path: '/v1/vaults/{vault}/rows/{id}',
    id: 'readSealedRow',
    tag: 'owner',
    summary: 'A row as it lies on the disk, for the owner to open with the owner’s own key (device grants).',
    token: true,
    parameters: InVault.extend({ id: MemoryId }),
    status: 200,
    reply: SealedRowReply,
    codes: [...DEVICE, 'memory_unknown', 'memory_erased', 'row_unopenable'],
  },
  {
    method: 'get',
    path: '/v1/vaults/{vault}/rows',
    id: 'readSealedRows',
    tag: 'owner',
    summary: 'Rows as they lie on the disk, many at a time, for the owner to open with the owner’s own key (device grants).',
    token: true,
    parameters: InVault,
    query: SealedRowsQuery,
    status: 200,
    reply: SealedRowsReply,
    codes: [...DEVICE, 'memory_unknown', 'memory_erased', 'row_unopenable'],
  },
  {
    method: 'get',
    path: '/v1/vaults/{vault}/boxes',
    id: 'readOwnerBoxes',
    tag: 'owner',
    summary: 'The owner’s own sealed copies of the collection keys (device grants).',
    token: true,
    parameters: InVault,
    status: 200,
    reply: OwnerBoxesReply,
    codes: DEVICE,
  },
  {
    method: 'get',
    path: '/v1/vaults/{vault}/grants',
    id: 'readGrants',
    tag: 'owner',
    summary: 'Every grant that the owner has given, revoked ones included (device grants).',
    token: true,
    parameters: InVault,
    status: 200,
    reply: GrantsReply,
    codes: DEVICE,
  },
  ...KEY_OPERATIONS,
  ...TRANSFER_OPERATIONS,
  ...MEMORY_OPERATIONS,
  {
    method: 'post',
    path: '/v1/retrievals',
    id: 'retrieve',
    tag: 'retrievals',
    summary: 'Searches a vault and lays the rows out as a context block for a model.',
    token: true,
    body: RetrievalRequest,
    status: 200,
    reply: RetrievalReply,
    codes: [...WRITE, 'collection_unknown', 'head_not_reached', 'as_of_unknown'],
  },
  {
    method: 'post',
    path: '/v1/receipts',
    id: 'issueReceipt',
    tag: 'receipts',
    summary: 'Issues the signed, logged receipt of one inference, within ten minutes of its retrieval.',
    token: true,
    idempotent: true,
    body: ReceiptRequest,
    status: 201,
    reply: ReceiptReply,
    codes: [
      ...WRITE,
      'retrieval_unknown',
      'retrieval_past',
      'retrieval_used',
      'idempotency_conflict',
      'claim_unknown',
      'evidence_malformed',
      'evidence_misplaced',
      'evidence_full',
      'judging_busy',
    ],
  },
  {
    method: 'get',
    path: '/v1/receipts',
    id: 'listReceipts',
    tag: 'receipts',
    summary: 'Receipts, newest first: an app’s own, or for a device all of the vault’s.',
    token: true,
    query: ReceiptsQuery,
    status: 200,
    reply: ReceiptsReply,
    codes: TOKEN,
  },
  {
    method: 'get',
    path: '/v1/receipts/{id}',
    id: 'readReceipt',
    tag: 'receipts',
    summary: 'A receipt with its bundle, its proof under the log’s last checkpoint.',
    token: true,
    parameters: Receipt,
    status: 200,
    reply: ReceiptReply,
    codes: [...TOKEN, 'receipt_unknown'],
  },
  {
    method: 'get',
    path: '/v1/receipts/{id}/bundle',
    id: 'readBundle',
    tag: 'receipts',
    summary: 'The bundle alone, as a file to hand to a reviewer: with all that can be shown, with some rows, or with none.',
    token: true,
    parameters: Receipt,
    query: BundleQuery,
    status: 200,
    reply: Bundle,
    codes: [...TOKEN, 'receipt_unknown', 'memory_unknown', 'memory_erased'],
  },
  {
    method: 'post',
    path: '/v1/receipts/{id}/disclosures',
    id: 'discloseRows',
    tag: 'receipts',
    summary:
      'Opens rows of a receipt for a reviewer, with their own words: nothing of it is kept (devices, or the app whose receipt it is).',
    token: true,
    parameters: Receipt,
    body: DiscloseRequest,
    status: 200,
    reply: Disclosure,
    codes: [...WRITE, 'receipt_unknown', 'scope_exceeded', 'memory_unknown', 'memory_erased', 'row_unopenable', 'commitment_mismatch'],
  },
  ...EVIDENCE_OPERATIONS,
  ...MODEL_OPERATIONS,
  ...REPLAY_OPERATIONS,
  ...CASE_OPERATIONS,
];

/** What is public: the log, and the service about itself. */
export const PUBLIC_OPERATIONS: readonly Operation[] = [
  { ...open('/log/checkpoint', 'readCheckpoint', 'log', 'The last signed checkpoint (C2SP tlog-tiles).'), reply: 'text/plain' },
  {
    ...open('/log/key', 'readLogKeys', 'log', 'The verifier keys, a line each: the log’s, then the receipt signer’s.'),
    reply: 'text/plain',
  },
  {
    ...open('/log/keys', 'readKeyStatements', 'log', 'What the operator’s root has stated of those keys, as signed notes, oldest first.'),
    reply: 'text/plain',
    codes: [...ANYONE, 'not_found'],
  },
  {
    ...open('/log/tile/{path}', 'readTile', 'log', 'A tile of hashes, or under `entries/` a bundle of entries (C2SP tlog-tiles).'),
    parameters: z.strictObject({
      path: z.string().meta({ description: 'As C2SP tlog-tiles writes it, slashes included: `0/x001/234.p/7`.' }),
    }),
    reply: 'application/octet-stream',
    codes: [...ANYONE, 'encoding_invalid', 'not_found', 'log_broken'],
  },
  { ...open('/healthz', 'health', 'service', 'Whether the service answers, and what it holds.'), reply: Health },
  { ...open('/metrics', 'metrics', 'service', 'Counts and times, as Prometheus reads them.'), reply: 'text/plain' },
  { ...open('/openapi.json', 'openapi', 'service', 'This document.'), reply: 'application/json' },
  { ...open('/', 'home', 'service', 'What this is, for people.'), reply: 'text/plain' },
];

function open(path: string, id: string, tag: string, summary: string): Omit<Operation, 'reply'> {
  return { method: 'get', path, id, tag, summary, token: false, status: 200, codes: ANYONE };
}
