import type { z } from 'zod';
import { type GrantReadsQuery, GrantReadsReply, RotationsReply } from '../../schemas/keys.ts';
import { CertificateReply, CertificatesReply } from '../../schemas/certificate.ts';
import { type HeadsQuery, LoggedHeadReply, LoggedHeadsReply } from '../../schemas/heads.ts';
import { Health } from '../../schemas/health.ts';
import {
  ContestReply,
  type ContestRequest,
  type EditMemory,
  EditReply,
  HistoryReply,
  type ListQuery,
  ListReply,
  Memory,
  RememberReply,
  type RememberRequest,
} from '../../schemas/memory.ts';
import {
  CreateVaultReply,
  type CreateVaultRequest,
  type Envelope,
  EventsReply,
  GrantsReply,
  OwnerBoxesReply,
  type OwnerSubmission,
  VaultHeadReply,
} from '../../schemas/owner-event.ts';
import { OwnerEventReply } from '../../schemas/owner-event-reply.ts';
import { SealedRowReply, SealedRowsReply } from '../../schemas/sealed-rows.ts';
import type { Head } from '../../schemas/primitives.ts';
import { RecoveryReply } from '../../schemas/recovery.ts';
import { RetrievalReply, type RetrievalRequest } from '../../schemas/retrieval.ts';
import {
  type ExportCertificateRequest,
  type ExportQuery,
  ExportReply,
  type ImportBegin,
  ImportBegun,
  ImportEndReply,
  type ImportEndRequest,
  ImportPieceReply,
  type ImportPieceRequest,
  ImportRowsReply,
  type ImportRowsRequest,
  ImportsReply,
} from '../../schemas/transfer.ts';
import { MemSyncError } from '../core/errors.ts';
import { HeadMark } from './head-mark.ts';
import { CaseCalls } from './case-calls.ts';
import { type Query, segment, type WriteOptions } from './receipt-calls.ts';
import { type Call, Transport, type TransportOptions } from './transport.ts';

/** How long the service may take over a whole vault, in milliseconds. */
const LONG_MS = 3_600_000;

export interface ClientOptions extends TransportOptions {
  /** The furthest head that was seen before, so that a rollback since is noticed. */
  readonly head?: Head | null;
}

export type { WriteOptions } from './receipt-calls.ts';

/**
 * The service's HTTP API, a method a route. Requests and answers are as on the wire: instants in ISO 8601. Answers are checked against the
 * contract, and their heads against the furthest one seen, which retrievals also name as `minHead`.
 * Every failure is a `MemSyncError`: the service's own code, `service_unreachable`, `service_lied` or `head_not_reached`.
 */
export class MemSyncClient extends CaseCalls {
  readonly #transport: Transport;
  readonly #mark: HeadMark;

  constructor(options: ClientOptions) {
    const transport = new Transport(options);
    super(transport);
    this.#transport = transport;
    this.#mark = new HeadMark(options.head ?? null);
  }

  /** The furthest head that this client has been shown. */
  get head(): Head | null {
    return this.#mark.head;
  }

  remember(request: z.input<typeof RememberRequest>, options: WriteOptions = {}): Promise<RememberReply> {
    return this.#headed({ method: 'POST', path: '/v1/memories', body: request, ...options }, RememberReply);
  }

  edit(id: string, request: z.input<typeof EditMemory>, options: WriteOptions = {}): Promise<EditReply> {
    return this.#headed({ method: 'PATCH', path: `/v1/memories/${segment(id)}`, body: request, ...options }, EditReply);
  }

  /** An app's doubt about a row. */
  contest(id: string, request: z.input<typeof ContestRequest> = {}, options: WriteOptions = {}): Promise<ContestReply> {
    return this.#headed({ method: 'POST', path: `/v1/memories/${segment(id)}/contest`, body: request, ...options }, ContestReply);
  }

  /** An app's word that a row still holds: an annotation. */
  appConfirm(id: string, options: WriteOptions = {}): Promise<ContestReply> {
    return this.#headed({ method: 'POST', path: `/v1/memories/${segment(id)}/app-confirmation`, body: {}, ...options }, ContestReply);
  }

  list(query: Query<z.input<typeof ListQuery>> = {}): Promise<ListReply> {
    return this.#headed({ path: '/v1/memories', query }, ListReply);
  }

  show(id: string): Promise<Memory> {
    return this.#transport.json({ path: `/v1/memories/${segment(id)}` }, Memory);
  }

  history(id: string): Promise<HistoryReply> {
    return this.#headed({ path: `/v1/memories/${segment(id)}/history` }, HistoryReply);
  }

  /** Searches. `minHead` is the furthest head seen unless the request names one; an answer of the past has its head of then, which moves nothing on. */
  async retrieve(request: z.input<typeof RetrievalRequest>): Promise<RetrievalReply> {
    const { head } = this;
    const { asOf, minHead } = request;
    const body = head === null || minHead !== undefined ? request : { ...request, minHead: head };
    const call = { method: 'POST', path: '/v1/retrievals', body } as const;
    if (asOf === undefined) return this.#headed(call, RetrievalReply);
    const reply = await this.#transport.json(call, RetrievalReply);
    if (typeof asOf === 'object' && reply.head.seq !== asOf.seq)
      throw new MemSyncError('service_lied', `The service answered as of event ${reply.head.seq}, not ${asOf.seq}.`);
    return reply;
  }

  createVault(request: CreateVaultRequest): Promise<CreateVaultReply> {
    return this.#transport.json({ method: 'POST', path: '/v1/vaults', body: request }, CreateVaultReply);
  }

  postEvent(vault: string, submission: OwnerSubmission): Promise<OwnerEventReply> {
    return this.#headed({ method: 'POST', path: `/v1/vaults/${segment(vault)}/events`, body: submission }, OwnerEventReply);
  }

  vaultHead(vault: string): Promise<VaultHeadReply> {
    return this.#headed({ path: `/v1/vaults/${segment(vault)}/head` }, VaultHeadReply);
  }

  events(vault: string, query: { readonly from?: number; readonly limit?: number } = {}): Promise<EventsReply> {
    return this.#headed({ path: `/v1/vaults/${segment(vault)}/events`, query: { ...query } }, EventsReply);
  }

  /** The vault's heads that the log has leaves of, from event `from` on. */
  loggedHeads(vault: string, query: Query<z.input<typeof HeadsQuery>> = {}): Promise<LoggedHeadsReply> {
    return this.#headed({ path: `/v1/vaults/${segment(vault)}/heads`, query }, LoggedHeadsReply);
  }

  /** One of them, or the last, with the proof that it is in the log. */
  loggedHead(vault: string, seq: number | 'latest' = 'latest'): Promise<LoggedHeadReply> {
    return this.#headed({ path: `/v1/vaults/${segment(vault)}/heads/${seq}` }, LoggedHeadReply);
  }

  sealedRow(vault: string, id: string): Promise<SealedRowReply> {
    return this.#headed({ path: `/v1/vaults/${segment(vault)}/rows/${segment(id)}` }, SealedRowReply);
  }

  /** Rows as they lie on the disk, in the order asked: as many as fit, at least one. */
  sealedRows(vault: string, ids: readonly string[]): Promise<SealedRowsReply> {
    return this.#headed({ path: `/v1/vaults/${segment(vault)}/rows`, query: { ids: ids.join(',') } }, SealedRowsReply);
  }

  boxes(vault: string): Promise<OwnerBoxesReply> {
    return this.#transport.json({ path: `/v1/vaults/${segment(vault)}/boxes` }, OwnerBoxesReply);
  }

  /** What the service has signed about the vault, newest first. */
  certificates(vault: string): Promise<CertificatesReply> {
    return this.#transport.json({ path: `/v1/vaults/${segment(vault)}/certificates` }, CertificatesReply);
  }

  certificate(vault: string, id: string): Promise<CertificateReply> {
    return this.#transport.json({ path: `/v1/vaults/${segment(vault)}/certificates/${segment(id)}` }, CertificateReply);
  }

  grants(vault: string): Promise<GrantsReply> {
    return this.#headed({ path: `/v1/vaults/${segment(vault)}/grants` }, GrantsReply);
  }

  /** A page of the ledger with the owner's boxes, for a request of type `RECOVERY_TYPE` that the owner key signs. */
  recover(vault: string, request: Envelope): Promise<RecoveryReply> {
    return this.#headed({ method: 'POST', path: `/v1/vaults/${segment(vault)}/recovery`, body: request }, RecoveryReply);
  }

  rotations(vault: string): Promise<RotationsReply> {
    return this.#headed({ path: `/v1/vaults/${segment(vault)}/rotations` }, RotationsReply);
  }

  grantReads(vault: string, grant: string, query: Query<z.input<typeof GrantReadsQuery>> = {}): Promise<GrantReadsReply> {
    return this.#headed({ path: `/v1/vaults/${segment(vault)}/grants/${segment(grant)}/reads`, query }, GrantReadsReply);
  }

  /** Everything that the vault holds, a page at a time. */
  exportPage(vault: string, query: z.input<typeof ExportQuery> = {}): Promise<ExportReply> {
    return this.#headed({ path: `/v1/vaults/${segment(vault)}/export`, query, timeoutMs: LONG_MS }, ExportReply);
  }

  /** Has the digest of a written export signed and logged. */
  certifyExport(vault: string, request: ExportCertificateRequest): Promise<CertificateReply> {
    return this.#transport.json({ method: 'POST', path: `/v1/vaults/${segment(vault)}/exports`, body: request }, CertificateReply);
  }

  beginImport(vault: string, request: ImportBegin): Promise<ImportBegun> {
    return this.#transport.json(
      { method: 'POST', path: `/v1/vaults/${segment(vault)}/import`, body: request, timeoutMs: LONG_MS },
      ImportBegun,
    );
  }

  importLines(vault: string, request: ImportPieceRequest): Promise<ImportPieceReply> {
    const path = `/v1/vaults/${segment(vault)}/import/lines`;
    return this.#transport.json({ method: 'POST', path, body: request, timeoutMs: LONG_MS }, ImportPieceReply);
  }

  endImport(vault: string, request: ImportEndRequest): Promise<ImportEndReply> {
    const path = `/v1/vaults/${segment(vault)}/import/end`;
    return this.#transport.json({ method: 'POST', path, body: request, timeoutMs: LONG_MS }, ImportEndReply);
  }

  /** From which services the vault was brought here. */
  imports(vault: string): Promise<ImportsReply> {
    return this.#headed({ path: `/v1/vaults/${segment(vault)}/imports` }, ImportsReply);
  }

  /** Takes rows in from elsewhere. */
  importRows(request: z.input<typeof ImportRowsRequest>, options: WriteOptions = {}): Promise<ImportRowsReply> {
    return this.#headed({ method: 'POST', path: '/v1/imports', body: request, timeoutMs: LONG_MS, ...options }, ImportRowsReply);
  }

  /** The verifier keys as text, a line each: the log's, then the receipt signer's. */
  logKey(): Promise<string> {
    return this.#transport.text({ path: '/log/key' });
  }

  /** What the operator's root has stated of those keys, as text, unverified. @throws {MemSyncError} `not_found` where there is no root */
  keyHistory(): Promise<string> {
    return this.#transport.text({ path: '/log/keys' });
  }

  /** The log's signed checkpoint, unverified. */
  checkpoint(): Promise<string> {
    return this.#transport.text({ path: '/log/checkpoint' });
  }

  /** A tile's bytes; `path` as `encodeTilePath` gives it. */
  tile(path: string): Promise<Uint8Array> {
    return this.#transport.bytes({ path: `/log/${path}` });
  }

  /** Whether the service answers and what it holds, with its own clock (milliseconds, to the second; null where it does not say). */
  async health(): Promise<{ health: Health; date: number | null }> {
    const { value, date } = await this.#transport.dated({ path: '/healthz' }, Health);
    return { health: value, date };
  }

  async #headed<T extends { readonly head: Head }>(call: Call, reply: z.ZodType<T>): Promise<T> {
    const sent = this.#mark.head;
    const answer = await this.#transport.json(call, reply);
    this.#mark.meet(answer.head, sent);
    return answer;
  }
}
