import { z } from 'zod';
import { ExportFacts } from './certificate.ts';
import { ExportAbout, ExportLine, ServiceKeys } from './export-line.ts';
import { LIMITS } from './limits.ts';
import { NewMemory } from './memory.ts';
import { Envelope } from './owner-event.ts';
import { CollectionName, Head, InstantOut, MemoryId, Millis, Sha256, VaultId } from './primitives.ts';

export const IMPORT_TYPE = 'application/vnd.memsync.import.v1+json';

export const ExportQuery = z.strictObject({
  cursor: z.string().max(1000).optional(),
  collection: CollectionName.optional().meta({ description: 'Only this one’s rows, in the clear; at the beginning alone.' }),
});
export type ExportQuery = z.infer<typeof ExportQuery>;

export const ExportReply = z
  .strictObject({
    about: ExportAbout.optional().meta({ description: 'With the first page.' }),
    lines: z.array(ExportLine),
    cursor: z.string().nullable().meta({ description: 'Null with the last page.' }),
    moved: z.boolean().meta({
      description: 'True where keys were changed, grants revoked or rows erased since the first page: begin anew.',
    }),
    head: Head,
  })
  .meta({ id: 'ExportReply' });
export type ExportReply = z.infer<typeof ExportReply>;

/** What an owner signs to have a vault taken up by a service (docs/formats.md, “Import request”). */
export const ImportPayload = z.strictObject({ vault: VaultId, head: Head, signedAt: Millis, nonce: Sha256 });
export type ImportPayload = z.infer<typeof ImportPayload>;

export const ImportId = z.string().regex(/^[0-9a-f]{32}$/);

export const ImportBegin = z
  .strictObject({
    request: Envelope,
    places: z.array(Head).max(64).meta({ description: 'Some of the export’s own hashes, in order, to be compared with what is here.' }),
    dryRun: z.boolean().optional().meta({ description: 'Only say what would come of it.' }),
  })
  .meta({ id: 'ImportBegin' });
export type ImportBegin = z.infer<typeof ImportBegin>;

export const ImportBegun = z
  .strictObject({
    outcome: z.enum(['new', 'behind', 'present', 'forked', 'ask']).meta({
      description:
        '`new`: it is not here. `behind`: the export goes further than what is here. `present`: all of the export is here already. `forked`: ' +
        'neither leads on from the other. `ask`: name the export’s hash at `head.seq` among `places`.',
    }),
    import: ImportId.nullable().meta({ description: 'With `new` and `behind`, unless it was a dry run.' }),
    head: Head.nullable().meta({ description: 'Where the vault stands here.' }),
    shared: z.int().min(0).meta({ description: 'How many of `places`, from the first on, are here.' }),
  })
  .meta({ id: 'ImportBegun' });
export type ImportBegun = z.infer<typeof ImportBegun>;

export const ImportPieceRequest = z
  .strictObject({ import: ImportId, piece: z.int().min(0), lines: z.array(ExportLine).min(1) })
  .meta({ id: 'ImportPieceRequest' });
export type ImportPieceRequest = z.infer<typeof ImportPieceRequest>;

export const ImportPieceReply = z.strictObject({ pieces: z.int().min(0) }).meta({ id: 'ImportPieceReply' });
export type ImportPieceReply = z.infer<typeof ImportPieceReply>;

export const ImportEndRequest = z.strictObject({ import: ImportId, about: ExportAbout }).meta({ id: 'ImportEndRequest' });
export type ImportEndRequest = z.infer<typeof ImportEndRequest>;

export const ImportEndReply = z
  .strictObject({
    vault: VaultId,
    head: Head,
    rows: z.int().min(0),
    versions: z.int().min(0),
    receipts: z.int().min(0),
    addenda: z.int().min(0).meta({ description: 'Evidence that had come after receipts, and came along.' }),
    addendaLeftOut: z
      .int()
      .min(0)
      .meta({ description: 'Of these, what was left out: to the same receipts other evidence has been added here, which stands.' }),
  })
  .meta({ id: 'ImportEndReply' });
export type ImportEndReply = z.infer<typeof ImportEndReply>;

/** From where a vault was brought here. */
export const VaultImport = z
  .strictObject({ keys: ServiceKeys, head: Head, importedAt: InstantOut })
  .meta({ id: 'VaultImport', description: 'The verifier keys of the service that it came from, for the receipts that it issued.' });
export type VaultImport = z.infer<typeof VaultImport>;

export const ImportsReply = z.strictObject({ imports: z.array(VaultImport), head: Head }).meta({ id: 'ImportsReply' });
export type ImportsReply = z.infer<typeof ImportsReply>;

/** One thing to take in from elsewhere. */
export const ImportedMemory = NewMemory.omit({ supersedes: true, derivedFrom: true }).meta({ id: 'ImportedMemory' });
export type ImportedMemory = z.infer<typeof ImportedMemory>;

export const ImportRowsRequest = z
  .strictObject({
    memories: z.array(ImportedMemory).min(1).max(LIMITS.batchRows),
    dryRun: z.boolean().optional().meta({ description: 'Only say what would come of it.' }),
  })
  .meta({ id: 'ImportRowsRequest' });
export type ImportRowsRequest = z.infer<typeof ImportRowsRequest>;

export const ImportRowsReply = z
  .strictObject({
    results: z.array(
      z.strictObject({
        outcome: z.enum(['added', 'present']).meta({ description: '`present`: a row says the same already; nothing was written.' }),
        id: MemoryId.nullable().meta({ description: 'Null in a dry run for what would be added.' }),
      }),
    ),
    head: Head,
  })
  .meta({ id: 'ImportRowsReply' });
export type ImportRowsReply = z.infer<typeof ImportRowsReply>;

/** What is to be signed about an export that has been written. */
export const ExportCertificateRequest = ExportFacts.omit({ finishedAt: true }).meta({ id: 'ExportCertificateRequest' });
export type ExportCertificateRequest = z.infer<typeof ExportCertificateRequest>;
