import type { z } from 'zod';
import { ClaimsReply, EvidenceReply, type EvidenceRequest, type ModelsQuery, ModelsReply } from '../../schemas/claims.ts';
import { DiffReply, type DiffRequest } from '../../schemas/diff.ts';
import { type BundleQuery, Disclosure } from '../../schemas/disclosure.ts';
import { Bundle, ReceiptReply, type ReceiptRequest, type ReceiptsQuery, ReceiptsReply } from '../../schemas/receipt.ts';
import { ReplayReply } from '../../schemas/replay.ts';
import { MemSyncError } from '../core/errors.ts';
import { requireAsked } from './disclosed.ts';
import type { Transport } from './transport.ts';

/** A number or a string, as a query string takes it. */
export type Query<T> = { readonly [K in keyof T]?: T[K] | number | undefined };

export interface WriteOptions {
  /** Sent as `Idempotency-Key`: the same request again has no second effect. */
  readonly idempotencyKey?: string;
}

/** What the API has about receipts, a method a route. */
export class ReceiptCalls {
  readonly #transport: Pick<Transport, 'json'>;

  constructor(transport: Pick<Transport, 'json'>) {
    this.#transport = transport;
  }

  receipt(request: z.input<typeof ReceiptRequest>, options: WriteOptions = {}): Promise<ReceiptReply> {
    return this.#transport.json({ method: 'POST', path: '/v1/receipts', body: request, ...options }, ReceiptReply);
  }

  receipts(query: Query<z.input<typeof ReceiptsQuery>> = {}): Promise<ReceiptsReply> {
    return this.#transport.json({ path: '/v1/receipts', query }, ReceiptsReply);
  }

  showReceipt(id: string): Promise<ReceiptReply> {
    return this.#transport.json({ path: `/v1/receipts/${segment(id)}` }, ReceiptReply);
  }

  /** What anyone can verify offline; `disclose` says how much it shows: `all`, `none`, or tags with commas between them. */
  bundle(id: string, disclose: BundleQuery['disclose'] = 'all'): Promise<Bundle> {
    return this.#transport.json({ path: `/v1/receipts/${segment(id)}/bundle`, query: { disclose } }, Bundle);
  }

  /** Rows of a receipt, opened for a reviewer, by their tags. @throws {MemSyncError} `service_lied` also where it shows other rows */
  async disclose(id: string, tags: readonly string[]): Promise<Disclosure> {
    const path = `/v1/receipts/${segment(id)}/disclosures`;
    return requireAsked(await this.#transport.json({ method: 'POST', path, body: { tags } }, Disclosure), id, tags);
  }

  /** Hands in evidence for claims of a receipt. The same again adds nothing. @throws {MemSyncError} `service_lied` for another receipt's answer */
  async addEvidence(id: string, request: z.input<typeof EvidenceRequest>, options: WriteOptions = {}): Promise<EvidenceReply> {
    const path = `/v1/receipts/${segment(id)}/evidence`;
    return ofReceipt(id, await this.#transport.json({ method: 'POST', path, body: request, ...options }, EvidenceReply));
  }

  /** How each claim of a receipt stands, and how it came to. @throws {MemSyncError} `service_lied` for another receipt's answer */
  async claims(id: string): Promise<ClaimsReply> {
    return ofReceipt(id, await this.#transport.json({ path: `/v1/receipts/${segment(id)}/claims` }, ClaimsReply));
  }

  /** Which artefacts a label has stood for, newest first. @throws {MemSyncError} `service_lied` for another label's answer */
  async models(query: Query<z.input<typeof ModelsQuery>> & { readonly label: string }): Promise<ModelsReply> {
    const reply = await this.#transport.json({ path: '/v1/models', query }, ModelsReply);
    if (reply.label !== query.label) throw new MemSyncError('service_lied', 'The service answered about another label.');
    return reply;
  }

  /** Makes the retrieval of a receipt again from the vault as it stood, and compares it with what was signed. @throws {MemSyncError} `service_lied` */
  async replay(id: string): Promise<ReplayReply> {
    const reply = await this.#transport.json({ method: 'POST', path: `/v1/receipts/${segment(id)}/replay`, body: {} }, ReplayReply);
    if (reply.receipt !== id) throw new MemSyncError('service_lied', `The service replayed ${reply.receipt}, not ${id}.`);
    return reply;
  }

  /** What changed from a receipt to another, or to what the same question finds now. @throws {MemSyncError} `service_lied` */
  async diff(id: string, request: DiffRequest): Promise<DiffReply> {
    const reply = await this.#transport.json({ method: 'POST', path: `/v1/receipts/${segment(id)}/diff`, body: request }, DiffReply);
    const to = request.with === 'now' ? null : request.with;
    if (reply.from.receipt !== id || reply.to.receipt !== to)
      throw new MemSyncError('service_lied', 'The service compared other receipts.');
    return reply;
  }
}

function ofReceipt<T extends { readonly receipt: string }>(id: string, reply: T): T {
  if (reply.receipt !== id) throw new MemSyncError('service_lied', `The service answered about ${reply.receipt}, not ${id}.`);
  return reply;
}

/** A part of a path. */
export function segment(text: string): string {
  return encodeURIComponent(text);
}
