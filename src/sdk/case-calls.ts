import type { z } from 'zod';
import {
  Case,
  CaseEntriesReply,
  type CasesQuery,
  CasesReply,
  CaseSummary,
  DecideReply,
  DeskReply,
  type HandOverRequest,
  type OpenCaseRequest,
} from '../../schemas/case.ts';
import { CaseBundle } from '../../schemas/case-bundle.ts';
import type { Envelope } from '../../schemas/owner-event.ts';
import { type ErrorIssue, isMemSyncError, MemSyncError } from '../core/errors.ts';
import { type Query, ReceiptCalls, segment, type WriteOptions } from './receipt-calls.ts';
import type { Transport } from './transport.ts';

/** A gate as it was found. */
export interface GateAnswer {
  readonly open: boolean;
  /** What is missing, by its place in the policy; empty where the gate is open. */
  readonly issues: readonly ErrorIssue[];
  /** What the reviewers have made of the case, where the gate is shut: an override clears it and opens nothing. */
  readonly state: string | null;
  readonly overridden: boolean;
}

/** What the API has about cases, a method a route. Opening, listing and asking take a grant's token or a reviewer's, all else a reviewer's. */
export class CaseCalls extends ReceiptCalls {
  readonly #transport: Pick<Transport, 'json' | 'bytes'>;

  constructor(transport: Transport) {
    super(transport);
    this.#transport = transport;
  }

  openCase(request: z.input<typeof OpenCaseRequest>, options: WriteOptions = {}): Promise<CaseSummary> {
    return this.#transport.json({ method: 'POST', path: '/v1/cases', body: request, ...options }, CaseSummary);
  }

  cases(query: Query<z.input<typeof CasesQuery>> = {}): Promise<CasesReply> {
    return this.#transport.json({ path: '/v1/cases', query }, CasesReply);
  }

  /** A case whole. That the reviewer has looked goes into the log. @throws {MemSyncError} `service_lied` also where it shows another case */
  async showCase(id: string): Promise<Case> {
    const found = await this.#transport.json({ path: `/v1/cases/${segment(id)}` }, Case);
    if (found.id !== id) throw new MemSyncError('service_lied', `The service showed ${found.id}, not ${id}.`);
    return found;
  }

  /** What anyone can verify offline of a case. Getting it is no look at the case. @throws {MemSyncError} `service_lied` also where it is another’s */
  async caseBundle(id: string): Promise<CaseBundle> {
    const bundle = await this.#transport.json({ path: `/v1/cases/${segment(id)}/bundle` }, CaseBundle);
    if (bundle.case !== id) throw new MemSyncError('service_lied', `The service handed out ${bundle.case}, not ${id}.`);
    return bundle;
  }

  /** Whether a case's gate is open now, and what is missing where it is not. */
  async askGate(id: string): Promise<GateAnswer> {
    try {
      await this.#transport.bytes({ path: `/v1/cases/${segment(id)}/gate` });
      return { open: true, issues: [], state: null, overridden: false };
    } catch (error) {
      if (!isMemSyncError(error, 'gate_shut')) throw error;
      const { state, overridden } = error.context ?? {};
      return { open: false, issues: error.issues ?? [], state: typeof state === 'string' ? state : null, overridden: overridden === true };
    }
  }

  /** Hands a signed decision in. @throws {MemSyncError} `service_lied` also where it answers for another case */
  async decide(id: string, decision: Envelope, options: WriteOptions = {}): Promise<DecideReply> {
    const path = `/v1/cases/${segment(id)}/decision`;
    const reply = await this.#transport.json({ method: 'POST', path, body: { decision }, ...options }, DecideReply);
    if (reply.case.id !== id) throw new MemSyncError('service_lied', `The service answered for ${reply.case.id}, not ${id}.`);
    return reply;
  }

  handOver(id: string, request: z.input<typeof HandOverRequest>, options: WriteOptions = {}): Promise<CaseSummary> {
    return this.#transport.json({ method: 'POST', path: `/v1/cases/${segment(id)}/handover`, body: request, ...options }, CaseSummary);
  }

  /** The reviewer's own desk. */
  desk(): Promise<DeskReply> {
    return this.#transport.json({ path: '/v1/desk' }, DeskReply);
  }

  /** What the log has of cases over a vault's receipts, a page at a time. */
  caseEntries(vault: string, query: { readonly cursor?: string } = {}): Promise<CaseEntriesReply> {
    return this.#transport.json({ path: `/v1/vaults/${segment(vault)}/case-entries`, query }, CaseEntriesReply);
  }
}
