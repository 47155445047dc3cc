import { z } from 'zod';
import { LIMITS } from './limits.ts';
import { Envelope } from './owner-event.ts';
import { CollectionId, Head, Instant, InstantOut, MemoryId, Sequence, Sha256, VaultId } from './primitives.ts';
import { STATEMENT_TYPE } from './receipt.ts';

export const ERASURE_PREDICATE_TYPE = 'urn:memsync:predicate:erasure:v1';
export const EXPORT_PREDICATE_TYPE = 'urn:memsync:predicate:export:v1';

export const CertificateId = z
  .string()
  .regex(/^crt_[0-9a-f]{32}$/, 'must look like crt_ and 32 hexadecimal digits')
  .meta({ id: 'CertificateId' });

const about = { certificate: CertificateId, vault: VaultId };

/** What an erasure took, by the owner's own event. No word of what was erased, and no hash that could be guessed back from it. */
export const ErasureFacts = z.strictObject({
  event: Sha256.meta({ description: 'SHA-256 of the owner event’s payload.' }),
  seq: Sequence,
  scope: z.enum(['rows', 'collection', 'vault']),
  collection: CollectionId.nullable(),
  /** For the scope `rows`; otherwise none are named. */
  rows: z.array(MemoryId).max(LIMITS.eventRows),
  counts: z.strictObject({ rows: z.int().min(0), versions: z.int().min(0) }),
  orderedAt: Instant,
  goneAt: Instant,
});
export type ErasureFacts = z.infer<typeof ErasureFacts>;

/** That a file, by its SHA-256, is what the vault was exported to. */
export const ExportFacts = z.strictObject({
  head: Head,
  sha256: Sha256,
  bytes: z.int().min(0),
  rows: z.int().min(0),
  finishedAt: Instant,
});
export type ExportFacts = z.infer<typeof ExportFacts>;

const statement = {
  _type: z.literal(STATEMENT_TYPE),
  subject: z.array(z.strictObject({ name: z.string(), digest: z.strictObject({ sha256: Sha256 }) })).length(1),
};

/** The in-toto statement of a certificate. */
export const CertificateStatement = z.discriminatedUnion('predicateType', [
  z.strictObject({ ...statement, predicateType: z.literal(ERASURE_PREDICATE_TYPE), predicate: ErasureFacts.extend(about) }),
  z.strictObject({ ...statement, predicateType: z.literal(EXPORT_PREDICATE_TYPE), predicate: ExportFacts.extend(about) }),
]);
export type CertificateStatement = z.infer<typeof CertificateStatement>;

/** A certificate as it is handed out: it verifies offline with the keys of `/log/key`. */
export const Certificate = z
  .strictObject({ envelope: Envelope, proof: z.string().max(65_536) })
  .meta({ id: 'Certificate', description: 'What the service has signed about an erasure or an export, with its place in the log.' });
export type Certificate = z.infer<typeof Certificate>;

export const CertificateReply = z
  .strictObject({ id: CertificateId, kind: z.enum(['erasure', 'export']), at: InstantOut, certificate: Certificate })
  .meta({ id: 'CertificateReply' });
export type CertificateReply = z.infer<typeof CertificateReply>;

export const CertificatesReply = z
  .strictObject({
    certificates: z.array(CertificateReply.omit({ certificate: true })),
    pending: z.int().min(0).meta({ description: 'Erasures that are ordered and not yet carried out.' }),
  })
  .meta({ id: 'CertificatesReply', description: 'The vault’s certificates, newest first.' });
export type CertificatesReply = z.infer<typeof CertificatesReply>;
