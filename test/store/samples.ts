import { createHash } from 'node:crypto';
import type { StoredAddendum } from '../../src/store/addenda.ts';
import type {
  StoredBox,
  StoredEvent,
  StoredHead,
  NewIdempotency,
  StoredIdempotency,
  StoredLog,
  StoredReceipt,
  StoredReceiptRow,
  StoredRetrieval,
  StoredRow,
  StoredVersion,
} from '../../src/store/records.ts';
import type { Commit, LogChange, ReceiptFilter, Store, VaultChange } from '../../src/store/store.ts';

/** Records to fill stores with: each is made from its arguments alone, so that two calls make equal ones. */

export const NOW = Date.UTC(2026, 10, 21, 9, 30);

/** `length` bytes that look random and are the same for the same label. */
function bytesOf(label: string, length: number): Uint8Array {
  const parts: Buffer[] = [];
  for (let i = 0; parts.length * 32 < length; i += 1) parts.push(createHash('sha256').update(`${label}/${i}`).digest());
  return new Uint8Array(Buffer.concat(parts)).slice(0, length);
}

export const hash = (label: string): Uint8Array => bytesOf(`hash ${label}`, 32);
export const vaultId = (name: string): string => Buffer.from(bytesOf(`vault ${name}`, 32)).toString('hex');

const digits = (n: number): string => n.toString(16).padStart(32, '0');
export const rowId = (n: number): string => `mem_${digits(n)}`;
export const collectionId = (n: number): string => `col_${digits(n)}`;
export const grantId = (n: number): string => `grt_${digits(n)}`;
export const retrievalId = (n: number): string => `ret_${digits(n)}`;
/** Of a receipt that is issued `n` milliseconds after `NOW`: receipts' ids begin with when they are issued. */
export const receiptId = (n: number): string => `rcp_${(NOW + n).toString(16).padStart(12, '0')}${digits(n).slice(12)}`;

export const headAt = (vault: string, seq: number): StoredHead => ({ seq, hash: hash(`${vault} ${seq}`), at: NOW + seq });

export const event = (vault: string, seq: number): StoredEvent => ({
  seq,
  hash: hash(`${vault} ${seq}`),
  stored: bytesOf(`stored ${vault} ${seq}`, 90),
  beside: seq % 2 === 0 ? null : bytesOf(`beside ${vault} ${seq}`, 40),
});

export const version = (row: number, number = 1, collection = 1): StoredVersion => ({
  row: rowId(row),
  version: number,
  collection: collectionId(collection),
  epoch: 1,
  wrapEpoch: 2,
  header: bytesOf(`header ${row} ${number}`, 60),
  text: bytesOf(`text ${row} ${number}`, 296),
  wrappedKey: bytesOf(`key ${row} ${number}`, 73),
  commitment: hash(`commitment ${row} ${number}`),
});

export const row = (number: number, dueAt: number | null = NOW, tier: StoredRow['tier'] = 'active'): StoredRow => ({
  row: rowId(number),
  version: 1,
  tier,
  activeUntil: NOW + 1,
  backgroundUntil: NOW + 2,
  dueAt,
});

export const box = (grant: number | null, collection = 1, epoch = 1): StoredBox => ({
  grant: grant === null ? null : grantId(grant),
  collection: collectionId(collection),
  epoch,
  box: bytesOf(`box ${grant} ${collection} ${epoch}`, 80),
});

export const retrieval = (n: number, expiresAt = NOW + 600_000): StoredRetrieval => ({
  id: retrievalId(n),
  grant: grantId(1),
  createdAt: NOW,
  expiresAt,
  sealed: bytesOf(`retrieval ${n}`, 9000),
});

export const receipt = (n: number, more: Partial<StoredReceipt> = {}): StoredReceipt => ({
  id: receiptId(n),
  retrieval: retrievalId(n),
  grant: grantId(1),
  issuedAt: NOW + n,
  logIndex: n,
  threadTag: null,
  paidUnexplained: false,
  sealed: bytesOf(`receipt ${n}`, 3000),
  ...more,
});

export const receiptRow = (receiptNumber: number, position: number, rowNumber: number): StoredReceiptRow => ({
  receipt: receiptId(receiptNumber),
  position,
  row: rowId(rowNumber),
  sealed: bytesOf(`tag ${receiptNumber} ${position}`, 200),
});

export const addendumId = (n: number): string => `add_${digits(n)}`;

export const addendum = (receiptNumber: number, number: number, more: Partial<StoredAddendum> = {}): StoredAddendum => ({
  receipt: receiptId(receiptNumber),
  number,
  id: addendumId(receiptNumber * 1000 + number),
  at: NOW + receiptNumber + number,
  logIndex: receiptNumber * 100 + number,
  sealed: bytesOf(`addendum ${receiptNumber} ${number}`, 900),
  evidence: bytesOf(`evidence ${receiptNumber} ${number}`, 2000),
  ...more,
});

export const idempotency = (n: number, expiresAt = NOW + 86_400_000): StoredIdempotency => ({
  grant: grantId(1),
  key: hash(`idempotency ${n}`),
  requestMac: hash(`mac ${n}`),
  resultIds: [rowId(n), rowId(n + 1)],
  expiresAt,
});

/** As it is written: in place of one that had lapsed by then. */
export const noted = (record: StoredIdempotency, notedAt = NOW): NewIdempotency => ({ ...record, notedAt });

const log = (size: number): StoredLog => ({
  size,
  root: hash(`root ${size}`),
  checkpoint: `example/log\n${size}\n— „é“\n`,
  at: NOW + size,
});

export const logChange = (expectedSize: number, size: number): LogChange => ({
  expectedSize,
  log: log(size),
  tiles: [
    { level: 0, index: 0, bytes: bytesOf(`tile ${size}`, size * 32) },
    { level: -1, index: 0, bytes: bytesOf(`entries ${size}`, size * 34) },
  ],
});

/** A change that appends the events after `from` up to `to` (from null: a new vault, whose first event is 0) and whatever else is given. */
export function change(vault: string, from: number | null, to: number, more: Partial<VaultChange> = {}): VaultChange {
  const first = from === null ? 0 : from + 1;
  const count = to - first + 1;
  return {
    vault,
    expected: from === null ? null : headAt(vault, from),
    events: Array.from({ length: count }, (_, i) => event(vault, first + i)),
    head: headAt(vault, to),
    versions: [],
    rows: [],
    grants: [],
    boxes: [],
    unboxed: [],
    retrievals: [],
    receipts: [],
    receiptRows: [],
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
    ...more,
  };
}

export const commitOf = (...vaults: VaultChange[]): Commit => ({ vaults, log: null });

/** Something of every kind in one vault. */
export const fullChange = (vault: string, from: number | null, to: number): VaultChange =>
  change(vault, from, to, {
    versions: [version(1), version(1, 2), version(2), version(3, 1, 2)],
    rows: [row(1), row(2, null, 'dormant'), row(3, NOW + 5, 'background')],
    grants: [grantId(1)],
    boxes: [box(null), box(1), box(1, 2)],
    retrievals: [retrieval(1)],
    receipts: [receipt(2, { threadTag: hash('thread') })],
    receiptRows: [receiptRow(2, 0, 3), receiptRow(2, 1, 1)],
    idempotency: [noted(idempotency(1))],
  });

/** Every receipt that there is, on one page. */
export const ALL_RECEIPTS: ReceiptFilter = {
  grant: null,
  row: null,
  threadTag: null,
  paidUnexplained: false,
  from: null,
  to: null,
  before: null,
  limit: 1000,
};

/** All that the face shows of these vaults and of the log: equal for two stores that hold the same. */
export async function everything(store: Store, vaults: readonly string[]): Promise<unknown> {
  const shown: Record<string, unknown> = {
    vaults: await store.vaultIds(),
    log: await store.log(),
    tiles: [await store.tile(0, 0), await store.tile(-1, 0)],
    due: await store.dueRows(Number.MAX_SAFE_INTEGER, 1000),
    grants: await Promise.all([1, 2].map((n) => store.grantVault(grantId(n)))),
    runs: await store.jobRuns('demote-stale', 100),
  };
  for (const vault of vaults) {
    const { receipts } = await store.receipts(vault, ALL_RECEIPTS);
    shown[vault] = {
      head: await store.head(vault),
      events: await store.events(vault, 0, 1000),
      versions: await Promise.all([1, 2].map((n) => store.versions(vault, collectionId(n), '', 1000))),
      rows: await store.rows(vault),
      boxes: await Promise.all([null, grantId(1), grantId(2)].map((grant) => store.boxes(vault, grant))),
      retrievals: await Promise.all([1, 2, 3].map((n) => store.retrieval(vault, retrievalId(n)))),
      receipts,
      receiptRows: await Promise.all(receipts.map(({ id }) => store.receiptRows(vault, id))),
      idempotency: await Promise.all([1, 2, 3].map((n) => store.idempotency(vault, grantId(1), hash(`idempotency ${n}`)))),
      checkpoints: await store.checkpoints.places(vault),
    };
  }
  return shown;
}
