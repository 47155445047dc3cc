import { ReceiptRecord } from '../../src/app/receipt-record.ts';
import { openRecord, sealRecord } from '../../src/app/sealed-record.ts';
import type { Services } from '../../src/app/services.ts';
import { threadTag } from '../../src/app/thread-tag.ts';
import { systemRandom } from '../../src/core/random.ts';
import type { StoredHead, StoredReceipt, StoredReceiptRow } from '../../src/store/records.ts';
import type { VaultChange } from '../../src/store/store.ts';

const BATCH = 5000;
const THREAD = 'bench-thread';
/** How many of the newest, and of those in the middle, can be opened. */
const OPENABLE = 220;

/** A vault with many receipts, and what of them can be asked for. */
export interface Filled {
  /** In every receipt. */
  readonly common: string;
  /** In one of a thousand. */
  readonly rare: string;
  /** In every other receipt of another app: it never meets `app`. */
  readonly elsewhere: string;
  readonly thread: string;
  /** The id in the middle. */
  readonly middle: string;
  /** When the receipt in the middle was issued, and one at three quarters. */
  readonly from: number;
  readonly to: number;
}

/** What a receipt of the fill is, by its number: most of them nothing but there. */
const is = {
  rare: (i: number) => i % 1000 === 7,
  thread: (i: number, count: number) => i % Math.floor(count / 400) === 11,
  app: (i: number) => i % 100 === 3,
  elsewhere: (i: number) => i % 2 === 0,
  paid: (i: number, count: number) => i % Math.floor(count / 100) === 5,
};

/**
 * Writes `count` receipts through the store: small, but for those that a page is to show, which are like the real one `model`. One in a hundred is of
 * the grant `app`.
 */
export async function fill(services: Services, vaultId: string, model: string, app: string, count: number): Promise<Filled> {
  const { store } = services;
  const vault = services.vaults.open.get(vaultId);
  const real = await store.receipt(vaultId, model);
  const head = await store.head(vaultId);
  if (vault === undefined || real === null || head === null) throw new Error('there is no vault to fill');
  const record = openRecord(vault.vaultKeys(), ['receipt', model], real.sealed, ReceiptRecord);
  const claims = record.claims.map((claim) => (claim.claim === 'payment' ? { ...claim, status: 'verified' as const } : claim));
  const paid = { ...record, claims: claims.map((claim) => (claim.claim === 'output' ? { ...claim, status: 'asserted' as const } : claim)) };
  const [common = '', rare = '', elsewhere = ''] = vault.state.rows.keys();
  const other = `grt_${'5'.repeat(32)}`;
  const tag = threadTag(vault, THREAD);
  const small = systemRandom.bytes(64);
  const begun = real.issuedAt - count * 1000 - 1000;
  const seen = { rare: 0, app: 0 };
  const half = count >> 1;
  for (let from = 0; from < count; from += BATCH) {
    const receipts: StoredReceipt[] = [];
    const receiptRows: StoredReceiptRow[] = [];
    for (let i = from; i < Math.min(count, from + BATCH); i += 1) {
      const id = idAt('rcp_', begun + i * 1000, i);
      const [isRare, isThread, isApp, isPaid] = [is.rare(i), is.thread(i, count), is.app(i), is.paid(i, count)];
      if (isRare) seen.rare += 1;
      const near = (step: number): boolean => i >= count - OPENABLE * step || (i >= half - OPENABLE * step && i < half);
      const openable = near(1) || isThread || isPaid || (isRare && near(1000)) || (isApp && near(100));
      receipts.push({
        id,
        retrieval: idAt('ret_', begun + i * 1000, i),
        grant: isApp ? app : other,
        issuedAt: begun + i * 1000,
        logIndex: 0,
        threadTag: isThread ? tag : null,
        paidUnexplained: isPaid,
        sealed: openable ? sealRecord(vault.vaultKey(), ['receipt', id], isPaid ? paid : record, systemRandom) : small,
      });
      const rows = [common, ...(isRare ? [rare] : []), ...(is.elsewhere(i) ? [elsewhere] : [])];
      for (const [position, row] of rows.entries()) receiptRows.push({ receipt: id, position, row, sealed: small });
    }
    await store.commit({ vaults: [changeOf(vaultId, head, receipts, receiptRows)], log: null });
  }
  return {
    common,
    rare,
    elsewhere,
    thread: THREAD,
    middle: idAt('rcp_', begun + half * 1000, half),
    from: begun + Math.floor(count / 4) * 1000,
    to: begun + half * 1000,
  };
}

function idAt(prefix: string, at: number, i: number): string {
  return `${prefix}${at.toString(16).padStart(12, '0')}${i.toString(16).padStart(20, '0')}`;
}

function changeOf(
  vault: string,
  head: StoredHead,
  receipts: readonly StoredReceipt[],
  receiptRows: readonly StoredReceiptRow[],
): VaultChange {
  return {
    vault,
    expected: head,
    head,
    events: [],
    versions: [],
    rows: [],
    grants: [],
    boxes: [],
    unboxed: [],
    retrievals: [],
    receipts,
    receiptRows,
    idempotency: [],
    served: [],
    reads: [],
    rewraps: [],
    rewrapped: [],
    resealed: [],
    erasures: [],
    certificates: [],
    vectors: [],
    addenda: [],
    dues: [],
    receiptLabels: [],
    paidUnexplained: [],
  };
}
