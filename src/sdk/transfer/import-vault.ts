import type { ExportLine } from '../../../schemas/export-line.ts';
import type { Envelope } from '../../../schemas/owner-event.ts';
import type { Head } from '../../../schemas/primitives.ts';
import { IMPORT_TYPE, type ImportBegun, type ImportEndReply, type ImportPieceRequest } from '../../../schemas/transfer.ts';
import type { Clock } from '../../core/clock.ts';
import { hex } from '../../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../../core/errors.ts';
import type { Random } from '../../core/random.ts';
import { canonicalJson } from '../../crypto/canonical.ts';
import { encodeEnvelope, signPayload } from '../../crypto/dsse.ts';
import type { OwnerKeys } from '../../crypto/root.ts';
import type { MemSyncClient } from '../client.ts';
import type { CheckedExport } from './export-check.ts';
import type { LedgerCheck } from './ledger-check.ts';
import { ahead } from './write-export.ts';

/** Bytes of a piece, as JSON; a request holds some more. */
const PIECE_BYTES = 2_000_000;
const PIECE_LINES = 5000;
/** Hashes that the service compares at a time. */
const PLACES = 32;

export interface VaultImporter {
  readonly client: Pick<MemSyncClient, 'beginImport' | 'importLines' | 'endImport'>;
  /** The owner's keys of a generation. */
  readonly keys: (generation: number) => OwnerKeys;
  readonly clock: Clock;
  readonly random: Random;
}

/** What a service makes of an export; `fork` is the last event that both have, where they have gone different ways. */
export interface ImportOutlook extends ImportBegun {
  readonly fork: number | null;
}

/**
 * Asks a service what it makes of an export, with the owner's signature; unless it is a dry run, the import has begun where there is something
 * to bring.
 * @throws {MemSyncError} as the service
 */
export async function askImport(importer: VaultImporter, { about, ledger }: CheckedExport, dryRun: boolean): Promise<ImportOutlook> {
  const ask = (places: readonly Head[], dry: boolean): Promise<ImportBegun> =>
    begin(importer, about.vault, about.head, ledger.state.ownerRotations.length, places, dry);
  let begun = await ask([about.head], dryRun);
  if (begun.outcome === 'ask' && begun.head !== null) begun = await ask(placesOf(ledger, [begun.head.seq]), dryRun);
  const fork =
    begun.outcome === 'forked' && begun.head !== null ? await findFork(ask, ledger, Math.min(begun.head.seq, about.head.seq)) : null;
  return { ...begun, fork };
}

/** The last event that the export and the service have in common. */
async function findFork(
  ask: (places: readonly Head[], dry: boolean) => Promise<ImportBegun>,
  ledger: LedgerCheck,
  last: number,
): Promise<number> {
  // Shared up to `low`; not from `high` on.
  let [low, high] = [0, last];
  while (high - low > 1) {
    const seqs = between(low, high);
    const { shared } = await ask(placesOf(ledger, seqs), true);
    high = seqs[shared] ?? high;
    low = shared === 0 ? low : (seqs[shared - 1] ?? low);
  }
  return low;
}

/** Some sequence numbers between two that are more than one apart. */
function between(low: number, high: number): number[] {
  const step = Math.ceil((high - low) / (PLACES + 1));
  return Array.from({ length: PLACES }, (_, i) => low + step * (i + 1)).filter((seq) => seq < high);
}

function placesOf(ledger: LedgerCheck, seqs: readonly number[]): Head[] {
  return seqs.flatMap((seq) => {
    const hash = ledger.hashAt(seq);
    return hash === null ? [] : [{ seq, hash: hex(hash) }];
  });
}

async function begin(
  importer: VaultImporter,
  vault: string,
  head: Head,
  generation: number,
  places: readonly Head[],
  dryRun: boolean,
): Promise<ImportBegun> {
  const send = (signer: number): Promise<ImportBegun> =>
    importer.client.beginImport(vault, { request: signRequest(importer, vault, head, signer), places: [...places], dryRun });
  try {
    return await send(generation);
  } catch (error) {
    // The vault may have moved on to a later owner key there, or not to this one yet.
    const known = isMemSyncError(error, 'event_signature_invalid') ? error.context?.['generation'] : undefined;
    if (typeof known !== 'number' || known === generation || known > 1000) throw error;
    return send(known);
  }
}

/** The owner's word that a service may take up the vault (docs/formats.md, “Import request”). */
export function signRequest(
  { keys, clock, random }: Omit<VaultImporter, 'client'>,
  vault: string,
  head: Head,
  generation: number,
): Envelope {
  const { signing } = keys(generation);
  const payload = canonicalJson({ vault, head, signedAt: clock.now(), nonce: hex(random.bytes(32)) });
  const envelope = encodeEnvelope(IMPORT_TYPE, hex(signing.publicKey), signPayload(signing, IMPORT_TYPE, payload));
  return { ...envelope, signatures: [...envelope.signatures] };
}

/**
 * Sends an export's lines to an import that has begun, and ends it. What is for people stays here: the service gets nothing in the clear.
 * @throws {MemSyncError} as the service: nothing of it can be seen there then
 */
export async function sendImport(
  { client }: Pick<VaultImporter, 'client'>,
  { about, counts }: CheckedExport,
  id: string,
  lines: AsyncIterable<ExportLine>,
  progress: (sent: number, of: number) => void,
): Promise<ImportEndReply> {
  const { vault } = about;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  let piece = 0;
  let sent = 0;
  let waiting: ExportLine[] = [];
  let bytes = 0;
  let coming: Promise<unknown> = Promise.resolve();
  const flush = async (): Promise<void> => {
    if (waiting.length === 0) return;
    await coming;
    // The service takes this piece while the next one is being read.
    coming = ahead(sendPiece(client, vault, { import: id, piece, lines: waiting }));
    piece += 1;
    waiting = [];
    bytes = 0;
    progress(sent, total);
  };
  for await (const line of lines) {
    sent += 1;
    const kept = withoutText(line);
    if (kept === null) continue;
    const length = JSON.stringify(kept).length;
    if (bytes + length > PIECE_BYTES || waiting.length >= PIECE_LINES) await flush();
    waiting.push(kept);
    bytes += length;
  }
  await flush();
  await coming;
  const { type: _type, format: _format, text: _text, ...rest } = about;
  return client.endImport(vault, { import: id, about: rest });
}

/** An answer that was lost: the same piece again changes nothing. */
async function sendPiece(client: Pick<MemSyncClient, 'importLines'>, vault: string, request: ImportPieceRequest): Promise<void> {
  try {
    await client.importLines(vault, request);
  } catch (error) {
    if (!isMemSyncError(error, 'service_unreachable') && !isMemSyncError(error, 'vault_busy')) throw error;
    await client.importLines(vault, request);
  }
}

/** A line as the service is to have it; null where it is for people alone. */
function withoutText(line: ExportLine): ExportLine | null {
  switch (line.type) {
    case 'collection':
    case 'grant':
    case 'policy':
      return null;
    case 'version': {
      const { now: _now, ...rest } = line;
      return { ...rest, text: null, header: null };
    }
    case 'receipt':
    case 'addendum':
      return { ...line, bundle: null };
    default:
      return line;
  }
}

/** @throws {MemSyncError} `transfer_damaged` when an export cannot be taken up as a vault */
export function requireWhole({ about, damaged }: CheckedExport): void {
  if (about.collection !== null)
    throw new MemSyncError('input_invalid', 'This is the export of one collection: import its rows with --as-rows.');
  if (damaged > 0) {
    throw new MemSyncError(
      'transfer_damaged',
      `${damaged} row versions did not open where the export was made. Restore or erase them there and export again; or import what is whole with --as-rows.`,
    );
  }
}
