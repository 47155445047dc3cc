import { type BundleQuery, type Disclosure, DISCLOSURE_FORMAT, type DiscloseRequest, type RowOpening } from '../../schemas/disclosure.ts';
import type { Bundle, ReceiptReply, TagRecord } from '../../schemas/receipt.ts';
import { base64, hex } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { narrowBundle } from '../receipts/narrow-bundle.ts';
import { type Access, enter, isWithdrawn, mayReadVersion } from './access.ts';
import { readReceiptOf } from './receipts.ts';
import type { Services } from './services.ts';
import { openVersionWhole } from './unlock.ts';

/**
 * A receipt's bundle with as much in it as is asked for.
 * @throws {MemSyncError} `receipt_unknown`; `memory_unknown` or `memory_erased` for a tag whose row cannot be shown; what `enter` throws
 */
export async function readBundle(services: Services, token: string, id: string, { disclose = 'all' }: BundleQuery): Promise<Bundle> {
  const reply = await readReceiptOf(services, await enter(services, token, 'receipt'), id);
  if (disclose === 'all') return reply.bundle;
  return narrowBundle(reply.bundle, disclose === 'none' ? new Set() : positionsOf(reply, disclose.split(',')));
}

/**
 * Opens rows of a receipt for a reviewer, as they were served: for a device of the owner's, or the app whose receipt it is. Nothing is kept
 * of it. Other rows of the receipt are not told.
 * @throws {MemSyncError} `receipt_unknown`; `scope_exceeded` for another's receipt; `memory_unknown` for a tag that the receipt does not have
 * in the caller's scope, `memory_erased`, `row_unopenable`, `commitment_mismatch`; what `enter` throws
 */
export async function discloseRows(services: Services, token: string, id: string, { tags }: DiscloseRequest): Promise<Disclosure> {
  const access = await enter(services, token, 'receipt');
  const reply = await readReceiptOf(services, access, id);
  const receipt = await services.store.receipt(access.vault.vault, id);
  if (access.state.body.role !== 'device' && receipt?.grant !== access.grant.id) {
    throw new MemSyncError('scope_exceeded', 'Rows of a receipt are opened by a device of the owner’s, or by the app whose receipt it is.');
  }
  const positions = positionsOf(reply, tags);
  const rows: RowOpening[] = [];
  for (const position of [...positions].sort((a, b) => a - b)) {
    const record = reply.bundle.disclosures.tags[position]?.record;
    if (record !== undefined) rows.push({ position, ...(await openServed(services, access, record)) });
  }
  // Asked for at the end: one may have been erased while the others were read.
  for (const { position } of rows) {
    const row = reply.bundle.disclosures.tags[position]?.record.row ?? '';
    if (access.vault.state.rows.get(row)?.erased !== null) throw erased(`m${position + 1}`);
  }
  return { format: DISCLOSURE_FORMAT, receipt: id, bundle: narrowBundle(reply.bundle, positions), rows };
}

/** Where the receipt's rows with these tags are, each once. @throws {MemSyncError} `memory_unknown`, `memory_erased` */
function positionsOf({ bundle, erased: gone }: ReceiptReply, tags: readonly string[]): Set<number> {
  return new Set(
    tags.map((tag) => {
      const position = bundle.disclosures.tags.findIndex((one) => one?.record.tag === tag);
      if (position >= 0) return position;
      if (gone.some((row) => `m${row.position + 1}` === tag)) throw erased(tag);
      throw unknown(tag);
    }),
  );
}

/** What opens the commitment of the row version that was served. */
async function openServed(
  services: Services,
  access: Access,
  { tag, row, version }: TagRecord,
): Promise<Pick<RowOpening, 'salt' | 'header' | 'text'>> {
  const { vault } = access;
  const state = vault.state.rows.get(row);
  const known = state?.versions.find((one) => one.version === version);
  if (state === undefined || known === undefined || isWithdrawn(access, state)) throw unknown(tag);
  const stored = await services.store.version(vault.vault, row, version);
  if (stored === null) {
    if (vault.state.rows.get(row)?.erased !== null) throw erased(tag);
    throw new MemSyncError('row_unopenable', `Version ${version} of row ${row} is missing.`);
  }
  const { header, bytes, salt, text } = openVersionWhole(vault, stored, known);
  try {
    if (!mayReadVersion(access, header)) throw unknown(tag);
    return { salt: hex(salt.reveal()), header: base64(bytes), text };
  } finally {
    salt.wipe();
    bytes.fill(0);
  }
}

function unknown(tag: string): MemSyncError {
  return new MemSyncError('memory_unknown', `The receipt has no row ${tag} in your scope.`);
}

function erased(tag: string): MemSyncError {
  return new MemSyncError('memory_erased', `The owner has erased the row of ${tag}: there is nothing left to show.`);
}
