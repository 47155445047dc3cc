import { z } from 'zod';
import type { ExportLine, LineOf } from '../../../schemas/export-line.ts';
import { LIMITS } from '../../../schemas/limits.ts';
import type { ImportPieceReply, ImportPieceRequest } from '../../../schemas/transfer.ts';
import { fromBase64, fromHex, utf8 } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import { type Instant, requireInstant } from '../../core/instant.ts';
import type { StoredAddendum } from '../../store/addenda.ts';
import type { StoredCertificate, StoredErasure, StoredEvent, StoredReceipt, StoredRewrap, StoredVersion } from '../../store/records.ts';
import { StoreConflict } from '../../store/store.ts';
import type { ImportPiece } from '../../store/transfer.ts';
import type { Services } from '../services.ts';

type Lists = { -readonly [K in keyof ImportPiece]: ImportPiece[K][number][] };

/** What is kept of these until the end. */
const NOTED = z.enum(['rewrap', 'erasure', 'certificate', 'service']);

/**
 * Takes a piece of an import: out of sight until its end. The same piece again, as when an answer was lost, changes nothing.
 * @throws {MemSyncError} `transfer_unfinished` when no such import is under way, or it has not come that far; `transfer_damaged` on a line that is none of a whole vault's
 */
export async function takePiece(services: Services, vault: string, request: ImportPieceRequest): Promise<ImportPieceReply> {
  const now = services.clock.now();
  const records = toRecords(request.lines, now);
  try {
    await services.store.transfer.add(vault, fromHex(request.import), request.piece, records, now);
  } catch (error) {
    if (!(error instanceof StoreConflict)) throw error;
    throw new MemSyncError(
      'transfer_unfinished',
      'The import is not under way any more, or holds this piece’s records already; begin it anew.',
      {
        cause: error,
      },
    );
  }
  return { pieces: request.piece + 1 };
}

function toRecords(lines: readonly ExportLine[], now: Instant): ImportPiece {
  const ledger = { events: [], versions: [], rows: [], boxes: [] };
  const answers = { receipts: [], receiptRows: [], served: [], reads: [], addenda: [], evidence: [], dues: [], labels: [] };
  const piece: Lists = { ...ledger, ...answers, notes: [] };
  for (const line of lines) addLine(piece, line, now);
  return piece;
}

function addLine(piece: Lists, line: ExportLine, now: Instant): void {
  switch (line.type) {
    case 'genesis':
    case 'event':
      piece.events.push(toEvent(line));
      return;
    case 'version':
      piece.versions.push(toVersion(line));
      if (line.columns !== undefined) piece.rows.push({ row: line.row, version: line.version, ...line.columns });
      return;
    case 'box':
      piece.boxes.push({ grant: line.grant, collection: line.collection, epoch: line.epoch, box: fromBase64(line.box) });
      return;
    case 'receipt':
      piece.receipts.push(toReceipt(line));
      return;
    case 'receipt_row':
      piece.receiptRows.push({ receipt: line.receipt, position: line.position, row: line.row, sealed: fromBase64(line.sealed) });
      return;
    case 'addendum':
      piece.addenda.push(toAddendum(line));
      // Looked at anew from the beginning: here others may answer for it.
      if (line.pending === true) piece.dues.push({ receipt: line.receipt, number: line.number, dueAt: now, looks: 0 });
      return;
    case 'evidence':
      piece.evidence.push({ receipt: line.receipt, number: line.number, from: line.from, sealed: fromBase64(line.sealed) });
      return;
    case 'label':
      piece.labels.push({ labelTag: fromHex(line.labelTag), receipt: line.receipt });
      return;
    case 'served':
      piece.served.push({ threadTag: fromHex(line.threadTag), at: line.at, retrieval: line.retrieval, rows: line.rows });
      return;
    case 'read':
      piece.reads.push({ grant: line.grant, retrieval: line.retrieval, at: line.at, rows: line.rows });
      return;
    default:
      // What is for people alone follows from the rest.
      if (NOTED.safeParse(line.type).success) piece.notes.push(JSON.stringify(line));
  }
}

function toEvent({ seq, hash, stored, beside }: LineOf<'event' | 'genesis'>): StoredEvent {
  return { seq, hash: fromHex(hash), stored: fromBase64(stored), beside: beside === null ? null : fromBase64(beside) };
}

function toVersion({ row, version, collection, epoch, wrapEpoch, commitment, sealed }: LineOf<'version'>): StoredVersion {
  if (sealed === undefined) throw new MemSyncError('transfer_damaged', `Row ${row} comes without its sealed parts.`);
  const { header, text, wrappedKey } = sealed;
  return {
    row,
    version,
    collection,
    epoch,
    wrapEpoch,
    header: fromBase64(header),
    text: fromBase64(text),
    wrappedKey: fromBase64(wrappedKey),
    commitment: fromHex(commitment),
  };
}

function toReceipt(line: LineOf<'receipt'>): StoredReceipt {
  const { id, retrieval, grant, issuedAt, logIndex, threadTag, paidUnexplained = false, sealed, proof } = line;
  return {
    id,
    retrieval,
    grant,
    issuedAt: requireInstant(issuedAt),
    logIndex,
    threadTag: threadTag === null ? null : fromHex(threadTag),
    paidUnexplained,
    sealed: fromBase64(sealed),
    proof,
  };
}

function toAddendum({ receipt, number, id, at, logIndex, sealed, evidence, proof }: LineOf<'addendum'>): StoredAddendum {
  return { receipt, number, id, at: requireInstant(at), logIndex, sealed: fromBase64(sealed), evidence: fromBase64(evidence), proof };
}

/** What was noted for the end of an import. */
export interface Noted {
  readonly rewraps: readonly StoredRewrap[];
  readonly erasures: readonly StoredErasure[];
  readonly certificates: readonly StoredCertificate[];
  readonly services: readonly LineOf<'service'>[];
}

export async function readNotes(services: Services, vault: string): Promise<Noted> {
  const found = (await services.store.transfer.notes(vault)).map((note) => JSON.parse(note) as LineOf<z.infer<typeof NOTED>>);
  const of = <T extends z.infer<typeof NOTED>>(type: T): LineOf<T>[] => found.filter((line): line is LineOf<T> => line.type === type);
  return {
    rewraps: of('rewrap').map(({ type: _type, ...rewrap }) => rewrap),
    erasures: of('erasure').map(({ seq, doneAt }) => ({ seq, doneAt })),
    certificates: of('certificate').map(({ id, kind, at, logIndex, envelope, proof }) => ({
      id,
      kind,
      at,
      logIndex,
      envelope: utf8(JSON.stringify(envelope)),
      proof,
    })),
    services: of('service'),
  };
}

/** Removes the imports that nobody has gone on with for a day. Returns how many. */
export async function dropStaleImports(services: Services): Promise<number> {
  const stale = await services.store.transfer.importsBefore(services.clock.now() - LIMITS.importMs);
  for (const vault of stale) await services.store.transfer.drop(vault);
  return stale.length;
}
