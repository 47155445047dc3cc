import type { ExportAbout } from '../../../schemas/export-line.ts';
import type { CertificateReply } from '../../../schemas/certificate.ts';
import type { ExportCertificateRequest, ExportQuery, ExportReply } from '../../../schemas/transfer.ts';
import { equalBytes, fromHex } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import { formatInstant } from '../../core/instant.ts';
import { parseStoredEvent } from '../../memory/event.ts';
import { parseOwnerPayload } from '../../memory/owner-chain.ts';
import { type Access, collectionByName } from '../access.ts';
import { certify } from '../certificates.ts';
import { EVENT_PAGE } from '../ledger-reader.ts';
import { readLogKeys } from '../log-reads.ts';
import { nowOf } from '../now.ts';
import { enterDevice } from '../owner-reads.ts';
import { renderHead } from '../render.ts';
import type { Services } from '../services.ts';
import { type Cursor, encodeCursor, parseCursor, type Place } from './cursor.ts';
import { aboutLines, boxLines, eventLines, restLines } from './ledger-lines.ts';
import { type Page, type Reading, rowCollections } from './reading.ts';
import { labelLines, readLines, receiptLines, servedLines } from './receipt-lines.ts';
import { versionLines } from './version-lines.ts';

/** Owner's events after which what was read before them does not fit what is read after. */
const MOVES: ReadonlySet<string> = new Set(['erased', 'rotated', 'revoked']);

/**
 * A page of everything that a vault holds, as of the head at which the first page was read (docs/formats.md, “The export”): for the owner's own
 * devices. Pages are bounded by bytes. The last one says whether keys or rows have gone meanwhile, and all has to be read anew.
 * @throws {MemSyncError} `capability_missing`, `scope_exceeded` when the device does not open every collection, `collection_unknown`, and what
 * `enterDevice` throws
 */
export async function readExport(services: Services, token: string, vault: string, query: ExportQuery): Promise<ExportReply> {
  const access = await enterExporter(services, token, vault);
  const { place, ...cursor } = query.cursor === undefined ? begin(services, access, query) : parseCursor(query.cursor);
  const reading: Reading = { services, access, cursor };
  requireWhole(reading);
  const { lines, next, moved = false } = await pageOf(reading, place);
  const on = moved ? null : (next ?? after(reading, place.part));
  return {
    ...(query.cursor === undefined ? { about: aboutOf(reading, query) } : {}),
    lines: [...lines],
    cursor: on === null ? null : encodeCursor({ ...cursor, place: on }),
    moved: moved || (on === null && (await hasMoved(reading))),
    head: renderHead(access.vault.state),
  };
}

async function enterExporter(services: Services, token: string, vault: string): Promise<Access> {
  const access = await enterDevice(services, token, vault);
  if (!access.state.body.capabilities.includes('export'))
    throw new MemSyncError('capability_missing', 'The grant does not allow “export”.');
  return access;
}

/**
 * Signs and logs the digest of an export that has been written (API, `POST /v1/vaults/{vault}/exports`).
 * @throws {MemSyncError} `head_not_reached` when the vault never had that head, `capability_missing`, and what `enterDevice` throws
 */
export async function certifyExport(
  services: Services,
  token: string,
  vault: string,
  request: ExportCertificateRequest,
): Promise<CertificateReply> {
  await enterExporter(services, token, vault);
  const there = await services.store.eventHash(vault, request.head.seq);
  if (there === null || !equalBytes(there, fromHex(request.head.hash)))
    throw new MemSyncError('head_not_reached', `The vault has no such event ${request.head.seq}.`);
  return certify(services, vault, { kind: 'export', facts: { ...request, finishedAt: services.clock.now() } });
}

function begin(services: Services, access: Access, query: ExportQuery): Cursor {
  const only = query.collection === undefined ? null : collectionByName(access, query.collection);
  return { head: renderHead(access.vault.state), at: nowOf(services, access.vault), only, place: { part: 'about' } };
}

function aboutOf({ services, access, cursor }: Reading, query: ExportQuery): ExportAbout {
  const rows = [...access.vault.state.rows.values()].filter(
    (row) => row.erased === null && (cursor.only === null || row.collection === cursor.only),
  );
  return {
    vault: access.vault.vault,
    head: cursor.head,
    exportedAt: formatInstant(cursor.at),
    build: services.build,
    keys: readLogKeys(services),
    collection: query.collection ?? null,
    rows: rows.length,
  };
}

/** @throws {MemSyncError} `scope_exceeded` */
function requireWhole({ access, cursor }: Reading): void {
  for (const { id, erased } of access.vault.state.collections.values()) {
    if (erased === null && (cursor.only ?? id) === id && !access.grant.collections.has(id))
      throw new MemSyncError('scope_exceeded', 'The device’s grant does not open every collection of the vault.');
  }
}

function pageOf(reading: Reading, place: Place): Page | Promise<Page> {
  switch (place.part) {
    case 'about':
      return aboutLines(reading);
    case 'events':
      return eventLines(reading, place.from);
    case 'boxes':
      return boxLines(reading);
    case 'versions':
      return versionLines(reading, place);
    case 'receipts':
      return receiptLines(reading, place);
    case 'labels':
      return labelLines(reading, place.after);
    case 'served':
      return servedLines(reading, place.after);
    case 'reads':
      return readLines(reading, place.after);
    default:
      return restLines(reading);
  }
}

/** The part that follows on one that has ended. Of a single collection there is only what can be read. */
function after({ access, cursor }: Reading, part: Place['part']): Place | null {
  const [first] = rowCollections(access, cursor.only);
  const versions: Place =
    first === undefined ? { part: 'receipts', after: '', sent: 0 } : { part: 'versions', collection: first, row: '', version: 0 };
  switch (part) {
    case 'about':
      return cursor.only === null ? { part: 'events', from: 0 } : versions;
    case 'events':
      return { part: 'boxes' };
    case 'boxes':
      return versions;
    case 'versions':
      return cursor.only === null ? { part: 'receipts', after: '', sent: 0 } : null;
    case 'receipts':
      return { part: 'labels', after: null };
    case 'labels':
      return { part: 'served', after: null };
    case 'served':
      return { part: 'reads', after: null };
    case 'reads':
      return { part: 'rest' };
    default:
      return null;
  }
}

/** Whether something has happened since the beginning that takes away what the ledger up to there speaks of. */
async function hasMoved({ services, access, cursor }: Reading): Promise<boolean> {
  const { vault, state } = access.vault;
  const there = await services.store.eventHash(vault, cursor.head.seq);
  if (there === null || !equalBytes(there, fromHex(cursor.head.hash))) return true;
  for (let seq = cursor.head.seq + 1; seq <= state.headSeq;) {
    const page = await services.store.events(vault, seq, EVENT_PAGE);
    for (const { stored } of page) {
      const parsed = parseStoredEvent(stored);
      if (parsed.by === 'owner' && MOVES.has(parseOwnerPayload(parsed.signed.payload).kind)) return true;
      if (parsed.by === 'job' && parsed.event.kind !== 'demoted') return true;
    }
    const last = page.at(-1);
    if (last === undefined) return true;
    seq = last.seq + 1;
  }
  return false;
}
