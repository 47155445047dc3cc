import { type Envelope, OWNER_EVENT_TYPE } from '../../schemas/owner-event.ts';
import type { Bundle, Disclosures, ReceiptReply } from '../../schemas/receipt.ts';
import { MemSyncError } from '../core/errors.ts';
import { formatInstant, type Instant } from '../core/instant.ts';
import { encodeEnvelope, type SignedPayload } from '../crypto/dsse.ts';
import { parseStoredEvent } from '../memory/event.ts';
import { parseOwnerPayload } from '../memory/owner-chain.ts';
import { makeOwnerEvidence } from '../receipts/owner-evidence.ts';
import type { StoredReceipt, StoredReceiptRow } from '../store/records.ts';
import { type Access, enter, mayReadVersion } from './access.ts';
import { laterOf, type Later } from './evidence/bundle.ts';
import { openChain } from './evidence/chain.ts';
import { parseLeaves } from './ledger-reader.ts';
import type { OpenVault } from './open-vault.ts';
import { type ReceiptRecord, ReceiptRowRecord } from './receipt-record.ts';
import { openRecord } from './sealed-record.ts';
import type { Services } from './services.ts';
import { openVersion } from './unlock.ts';

/** A receipt with its bundle, under the log's last checkpoint. @throws {MemSyncError} `receipt_unknown`, and what `enter` throws */
export async function readReceipt(services: Services, token: string, id: string): Promise<ReceiptReply> {
  return readReceiptOf(services, await enter(services, token, 'receipt'), id);
}

/** As `readReceipt`, for a caller who has been let in. */
export async function readReceiptOf(services: Services, access: Access, id: string): Promise<ReceiptReply> {
  const { vault } = access;
  const stored = await services.store.receipt(vault.vault, id);
  if (stored === null || !mayRead(access, stored)) throw new MemSyncError('receipt_unknown', `There is no receipt ${id} in your scope.`);
  const chain = await openChain(services, vault, stored);
  const { record } = chain;
  const kept = await services.store.receiptRows(vault.vault, id);
  const rows = await servedRows(services, access, stored, record.tags, kept);
  const whole = maySeeWhole(access, stored, kept, rows);
  const disclosed = whole ? record : { ...record, query: null, request: null };
  const reply = await assembleReceipt(services, vault, stored, disclosed, rows, await laterOf(services, vault, chain, whole));
  return { ...reply, erased: kept.flatMap((row) => erasedRow(access, row)) };
}

/** What discloses the rows of a receipt, by position, as far as a caller may see them as they were served; null for the others. */
export async function servedRows(
  services: Services,
  access: Access,
  stored: StoredReceipt,
  tags: number,
  kept: readonly StoredReceiptRow[],
): Promise<(ReceiptRowRecord | null)[]> {
  // What lies in a collection that the caller's token does not open stays undisclosed.
  const rows = openRows(access.vault, stored, tags, kept, (collection) => access.grant.collections.has(collection));
  for (const [position, row] of rows.entries()) {
    if (row !== null && !(await mayReadServed(services, access, stored, row))) rows[position] = null;
  }
  return rows;
}

/** The same as far as the keys in memory open them, whoever asks. */
export async function everyServedRow(
  services: Pick<Services, 'store'>,
  vault: OpenVault,
  stored: StoredReceipt,
  tags: number,
): Promise<readonly (ReceiptRowRecord | null)[]> {
  const kept = await services.store.receiptRows(vault.vault, stored.id);
  return openRows(vault, stored, tags, kept, (collection) => vault.keys.has(collection));
}

function openRows(
  vault: OpenVault,
  { id }: StoredReceipt,
  tags: number,
  kept: readonly StoredReceiptRow[],
  mayOpen: (collection: string) => boolean,
): (ReceiptRowRecord | null)[] {
  const rows: (ReceiptRowRecord | null)[] = Array.from({ length: tags }, () => null);
  for (const { row, position, sealed } of kept) {
    const collection = vault.state.rows.get(row)?.collection ?? '';
    if (!mayOpen(collection) || sealed.length === 0) continue;
    rows[position] = openRecord(vault.keys.all(collection), ['receipt-row', `${id}/${position}`], sealed, ReceiptRowRecord);
  }
  return rows;
}

/** Whether a caller may see a row as it was served: whom it was served to has seen it; others within their categories, as it was then. */
async function mayReadServed(services: Services, access: Access, receipt: StoredReceipt, { record }: ReceiptRowRecord): Promise<boolean> {
  if (receipt.grant === access.grant.id || access.grant.details.categories === null) return true;
  const { vault } = access;
  const known = vault.state.rows.get(record.row)?.versions.find(({ version }) => version === record.version);
  const stored = await services.store.version(vault.vault, record.row, record.version);
  return known !== undefined && stored !== null && mayReadVersion(access, openVersion(vault, stored, known).header);
}

/** A receipt's record as far as a caller may see it. */
type Disclosed = Omit<ReceiptRecord, 'query'> & { readonly query: ReceiptRecord['query'] | null };

/** The query, what was sent, and evidence may say of rows what their lines do not show: only who may see all of them gets those. */
function maySeeWhole(
  access: Access,
  receipt: StoredReceipt,
  kept: readonly StoredReceiptRow[],
  rows: readonly (ReceiptRowRecord | null)[],
): boolean {
  const whole = rows.every((row, position) => row !== null || kept.some((one) => one.position === position && one.sealed.length === 0));
  return whole || receipt.grant === access.grant.id || access.state.body.role === 'device';
}

/** A row that was served and is erased: that it was there, and no more; for whoever could have read it. */
function erasedRow(access: Access, { position, row }: StoredReceiptRow): ReceiptReply['erased'] {
  const state = access.vault.state.rows.get(row);
  const mine = state !== undefined && access.state.boxes.some((box) => box.collection === state.collection);
  return mine && state.erased !== null ? [{ position, row, erasedAt: formatInstant(state.erased.at) }] : [];
}

/** Whether a caller sees the receipts of every app, and not its own alone. */
export function readsAllReceipts(access: Access): boolean {
  return access.state.body.role !== 'app';
}

function mayRead(access: Access, stored: StoredReceipt): boolean {
  return readsAllReceipts(access) || stored.grant === access.grant.id;
}

/** Envelope, disclosures and proof as they are handed out; a row whose disclosure is gone is a null among the tags. */
export async function assembleReceipt(
  services: Services,
  vault: OpenVault,
  receipt: { readonly id: string; readonly issuedAt: Instant; readonly logIndex: number; readonly proof?: string },
  record: Disclosed,
  rows: readonly (ReceiptRowRecord | null)[],
  { claims, addenda }: Later,
): Promise<ReceiptReply> {
  const bundle: Bundle = {
    envelope: record.envelope,
    disclosures: await disclose(services, vault, record, rows),
    // One that was brought from another service is in that one's log.
    proof: receipt.proof ?? (await services.log.prove(receipt.logIndex)),
    ...(addenda.length === 0 ? {} : { addenda }),
  };
  const served = claims.find((claim) => claim.claim === 'memory')?.status ?? 'absent';
  return {
    id: receipt.id,
    issuedAt: formatInstant(receipt.issuedAt),
    bundle,
    claims,
    rows: rows.flatMap((row) => (row === null ? [] : [{ ...row.record, served, injected: row.injected, influence: null }])),
    erased: [],
  };
}

async function disclose(
  services: Services,
  vault: OpenVault,
  record: Disclosed,
  rows: readonly (ReceiptRowRecord | null)[],
): Promise<Disclosures> {
  const tags: Disclosures['tags'] = [];
  for (const row of rows) {
    if (row === null) {
      tags.push(null);
      continue;
    }
    const owner = row.validation === null ? undefined : await ownerEvidence(services, vault, row.validation);
    tags.push({ salt: row.tagSalt, record: row.record, ...(owner === undefined ? {} : { owner }) });
  }
  const lines = new Map(rows.flatMap((row) => (row === null ? [] : [[row.record.row, row] as const])));
  const segments = record.lines.map((line) => {
    if ('text' in line) return line;
    const row = lines.get(line.row);
    return row === undefined ? { leaf: line.leaf } : { salt: row.lineSalt, text: row.line };
  });
  const request = record.request === null ? {} : { request: record.request };
  const moved = vault.state.ownerRotations.map(envelopeOf);
  const rotations = moved.length === 0 ? {} : { rotations: moved };
  return {
    genesis: envelopeOf(vault.state.genesis),
    ...rotations,
    ...(record.query === null ? {} : { query: record.query }),
    ...request,
    tags,
    segments,
  };
}

async function ownerEvidence(
  services: Services,
  vault: OpenVault,
  at: { seq: number; leaf: number },
): Promise<ReturnType<typeof makeOwnerEvidence>> {
  const event = await ownerEventAt(services, vault, at.seq);
  const { by } = parseOwnerPayload(event.signed.payload);
  const given = by === undefined ? undefined : vault.state.grants.get(by);
  const grant = given === undefined ? null : envelopeOf((await ownerEventAt(services, vault, given.seq)).signed);
  return makeOwnerEvidence(vault.vault, envelopeOf(event.signed), parseLeaves(event.beside), at.leaf, event.at, grant);
}

async function ownerEventAt(services: Services, vault: OpenVault, seq: number) {
  const [stored] = await services.store.events(vault.vault, seq, 1);
  const parsed = stored === undefined ? null : parseStoredEvent(stored.stored);
  if (stored === undefined || parsed?.by !== 'owner') throw new MemSyncError('ledger_broken', `Event ${seq} is not an owner’s.`);
  return { ...parsed, beside: stored.beside };
}

function envelopeOf(signed: SignedPayload): Envelope {
  const { payloadType, payload, signatures } = encodeEnvelope(OWNER_EVENT_TYPE, 'owner', signed);
  return { payloadType, payload, signatures: [...signatures] };
}
