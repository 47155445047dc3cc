import type { CaseEntriesReply } from '../../../schemas/case.ts';
import type { CertificateReply, CertificatesReply } from '../../../schemas/certificate.ts';
import type { Health } from '../../../schemas/health.ts';
import type { LoggedHeadsReply } from '../../../schemas/heads.ts';
import type { EventsReply } from '../../../schemas/owner-event.ts';
import type { Bundle, ReceiptsReply } from '../../../schemas/receipt.ts';
import type { ImportsReply } from '../../../schemas/transfer.ts';
import type { RowHeader } from '../../memory/header.ts';

/** Where what is audited comes from: a service, as its client reads it. */
export interface AuditSource {
  /** As `/log/key`. */
  logKey(): Promise<string>;
  checkpoint(): Promise<string>;
  /** A tile or entry bundle, by its C2SP path. */
  tile(path: string): Promise<Uint8Array>;
  events(vault: string, query: { readonly from: number; readonly limit: number }): Promise<EventsReply>;
  loggedHeads(vault: string, query: { readonly from: number; readonly limit: number }): Promise<LoggedHeadsReply>;
  receipts(query: { readonly cursor?: string | undefined; readonly limit: number }): Promise<ReceiptsReply>;
  bundle(id: string): Promise<Bundle>;
  certificates(vault: string): Promise<CertificatesReply>;
  certificate(vault: string, id: string): Promise<CertificateReply>;
  caseEntries(vault: string, query: { readonly cursor?: string }): Promise<CaseEntriesReply>;
  imports(vault: string): Promise<ImportsReply>;
  health(): Promise<{ readonly health: Health }>;
}

/** A row's newest version, opened by a key of the owner's side: its header is what its commitment stands for. */
export interface OpenedHeader {
  readonly version: number;
  readonly commitment: string;
  readonly header: RowHeader;
}

/** Opens rows with a key of the owner's side. Those that do not open are left out. */
export interface HeaderSource {
  headers(rows: readonly string[]): Promise<ReadonlyMap<string, OpenedHeader>>;
}

/** How far an audit has come with one part, in things of that part. */
export type AuditProgressNote = (
  part: 'log' | 'ledger' | 'rows' | 'heads' | 'receipts' | 'evidence' | 'certificates',
  done: number,
  of: number,
) => void;
