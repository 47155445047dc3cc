import { z } from 'zod';
import { AddendumBundle } from './evidence.ts';
import { LIMITS } from './limits.ts';
import { Envelope, GrantInfo } from './owner-event.ts';
import { Policy } from './policy.ts';
import {
  AddendumId,
  base64,
  CollectionId,
  CollectionName,
  GrantId,
  Head,
  InstantOut,
  MemoryId,
  Millis,
  ReceiptId,
  RetrievalId,
  Sequence,
  Sha256,
  VaultId,
} from './primitives.ts';
import { Bundle } from './receipt.ts';
import { Standing, Tier } from './vocabulary.ts';

export const EXPORT_FORMAT = 'memsync-export/1';

/** Bytes of one event, of what lies beside it, or of a sealed text. */
const Blob = base64(8 * 1024 * 1024);
const CertificateId = z.string().regex(/^crt_[0-9a-f]{32}$/);

/** How many bytes of a sealed artefact one line holds at most. */
export const ARTEFACT_PART = 1_000_000;

/** The verifier keys of a service, as `/log/key` has them. */
export const ServiceKeys = z.string().max(8192);

/** What a keyless job is told of a row. Instants in milliseconds. */
const Columns = z.strictObject({ tier: Tier, activeUntil: Millis, backgroundUntil: Millis, dueAt: Millis.nullable() });

/** How a row stood when it was written into the export, for people and for `--as-rows`. */
const Now = z.strictObject({ standing: Standing, tier: Tier, basisAt: InstantOut, lastValidatedAt: InstantOut.nullable() });

const line = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) => z.strictObject({ type: z.literal(type), ...shape });

const event = { seq: Sequence, at: InstantOut, kind: z.string(), hash: Sha256, stored: Blob, beside: Blob.nullable() };

export const VersionLine = line('version', {
  row: MemoryId,
  version: z.int().min(1),
  collection: CollectionId,
  /** Null where the row does not open: it was damaged on the disk. */
  text: z.string().nullable(),
  header: z.record(z.string(), z.unknown()).nullable(),
  /** With the row's current version. */
  now: Now.optional(),
  columns: Columns.optional(),
  commitment: Sha256,
  epoch: z.int().min(1),
  wrapEpoch: z.int().min(1),
  /** As it lies on the disk; left out of the export of one collection. */
  sealed: z.strictObject({ header: Blob, text: Blob, wrappedKey: base64(1024) }).optional(),
});
export type VersionLine = z.infer<typeof VersionLine>;

/** One line of an export, between the first and the last (docs/formats.md, “The export”). */
export const ExportLine = z
  .discriminatedUnion('type', [
    line('collection', { id: CollectionId, purpose: z.enum(['rows', 'vault']), name: z.string().nullable() }),
    line('grant', { grant: GrantInfo }),
    line('policy', { policy: Policy, sha256: Sha256 }),
    line('genesis', event),
    line('event', event),
    line('box', { grant: GrantId.nullable(), collection: CollectionId, epoch: z.int().min(1), box: base64(512) }),
    VersionLine,
    line('receipt', {
      id: ReceiptId,
      issuedAt: InstantOut,
      retrieval: RetrievalId,
      grant: GrantId,
      logIndex: z.int().min(0),
      threadTag: z
        .string()
        .regex(/^[0-9a-f]{2,128}$/)
        .nullable(),
      /** There where its payment is verified while another claim is not. */
      paidUnexplained: z.literal(true).optional(),
      sealed: Blob,
      /** As the service's log proves it. */
      proof: z.string().max(65_536),
      /** What a reviewer is given, without its addenda, which follow; null where it is too large for a line. */
      bundle: Bundle.nullable(),
    }),
    line('receipt_row', { receipt: ReceiptId, position: z.int().min(0), row: MemoryId, sealed: Blob }),
    /** Evidence that came after the receipt before it. */
    line('addendum', {
      receipt: ReceiptId,
      number: z.int().min(1),
      id: AddendumId,
      at: InstantOut,
      logIndex: z.int().min(0),
      /** There while it is pending: whoever takes it up looks at it again. */
      pending: z.literal(true).optional(),
      sealed: Blob,
      /** The first part of the sealed artefact; empty where it is erased, or there never was one. */
      evidence: base64(ARTEFACT_PART),
      /** Of the whole sealed artefact. */
      evidenceBytes: z.int().min(0),
      /** As the service's log proves it. */
      proof: z.string().max(65_536),
      /** As it is handed out with its receipt's bundle; null where it is too large for a line. */
      bundle: AddendumBundle.nullable(),
    }),
    /** More of the sealed artefact of the addendum before it. */
    line('evidence', { receipt: ReceiptId, number: z.int().min(1), from: z.int().min(1), sealed: base64(ARTEFACT_PART) }),
    line('label', { labelTag: Sha256, receipt: ReceiptId }),
    line('served', {
      threadTag: z.string().regex(/^[0-9a-f]{2,128}$/),
      at: Millis,
      retrieval: RetrievalId,
      rows: z.array(MemoryId).max(LIMITS.rows * 4),
    }),
    line('read', { grant: GrantId, retrieval: RetrievalId, at: Millis, rows: z.array(MemoryId).max(LIMITS.rows * 4) }),
    line('rewrap', {
      collection: CollectionId,
      epoch: z.int().min(2),
      afterRow: z.union([z.literal(''), MemoryId]),
      afterReceipt: z.union([z.literal(''), ReceiptId]).nullable(),
      doneAt: Millis.nullable(),
    }),
    line('erasure', { seq: Sequence, doneAt: Millis.nullable() }),
    line('certificate', {
      id: CertificateId,
      kind: z.enum(['erasure', 'export']),
      at: Millis,
      logIndex: z.int().min(0),
      envelope: Envelope,
      proof: z.string().max(65_536),
    }),
    line('service', { keys: ServiceKeys, head: Head, importedAt: InstantOut }),
  ])
  .meta({ id: 'ExportLine' });
export type ExportLine = z.infer<typeof ExportLine>;
export type LineOf<T extends ExportLine['type']> = Extract<ExportLine, { type: T }>;

/** What an export is of, as its first line says. */
export const ExportAbout = z
  .strictObject({
    vault: VaultId,
    head: Head.meta({ description: 'Where the ledger stood: everything in the export is as of this event.' }),
    exportedAt: InstantOut,
    build: z.string(),
    keys: ServiceKeys.meta({ description: 'The verifier keys of the service, for the receipts.' }),
    collection: CollectionName.nullable().meta({ description: 'The one collection that was asked for, or null for the whole vault.' }),
    rows: z.int().min(0),
  })
  .meta({ id: 'ExportAbout' });
export type ExportAbout = z.infer<typeof ExportAbout>;

/** The first line of an export. */
export const ReadmeLine = ExportAbout.extend({
  type: z.literal('readme'),
  format: z.literal(EXPORT_FORMAT),
  text: z.array(z.string().max(1000)).max(100),
});
export type ReadmeLine = z.infer<typeof ReadmeLine>;

/** The last line of an export: without it the file is cut short. */
export const EndLine = z.strictObject({
  type: z.literal('end'),
  counts: z.record(z.string(), z.int().min(0)),
  damaged: z.int().min(0),
  /** Of every byte before this line. */
  sha256: Sha256,
});
export type EndLine = z.infer<typeof EndLine>;
