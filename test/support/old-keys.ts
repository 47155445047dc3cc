import { existsSync, readFileSync } from 'node:fs';
import { Redacted } from '../../src/core/redacted.ts';
import { openBox } from '../../src/crypto/box.ts';
import { type CollectionKey, collectionKey } from '../../src/crypto/collection-key.ts';
import { openRow } from '../../src/crypto/row-seal.ts';
import { grantBoxKey, parseToken } from '../../src/crypto/token.ts';
import { ReceiptRecord, ReceiptRowRecord } from '../../src/app/receipt-record.ts';
import { RetrievalRecord } from '../../src/app/retrieval-record.ts';
import { openRecord, type RecordName } from '../../src/app/sealed-record.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import type { Store } from '../../src/store/store.ts';

/** What somebody opens of a database with the collection keys in hand. */
export interface Opened {
  readonly texts: readonly string[];
  /** Receipts, disclosures and retrievals. */
  readonly records: number;
}

/** The collection keys that a token opens by the boxes of one copy of a database. */
export async function keysIn(database: string, token: string): Promise<CollectionKey[]> {
  const { grantId, secret } = parseToken(token);
  const boxKey = grantBoxKey({ grantId, secret });
  return withStore(database, async (store) => {
    const vault = (await store.grantVault(grantId)) ?? '';
    return (await store.boxes(vault, grantId)).flatMap(({ collection, epoch, box }) => {
      const key = openBox(boxKey, box);
      return key === null ? [] : [collectionKey({ vault, collection, epoch }, key)];
    });
  });
}

/** How many of these wrapped keys lie somewhere in the database's very files. */
export function leftIn(database: string, wrapped: readonly Uint8Array[]): number {
  const files = [database, `${database}-wal`].filter((file) => existsSync(file)).map((file) => readFileSync(file));
  return wrapped.filter((one) => files.some((file) => file.includes(Buffer.from(one)))).length;
}

/** Opens everything that it can of a closed database, whichever epoch a thing names. */
export async function openWith(database: string, keys: readonly CollectionKey[]): Promise<Opened> {
  return withStore(database, async (store) => {
    const texts: string[] = [];
    let records = 0;
    for (const key of keys) {
      for (const version of await store.versions(key.name.vault, key.name.collection, '', 1_000_000)) {
        for (const epoch of [1, 2, 3]) {
          const tried = collectionKey({ ...key.name, epoch }, new Redacted(key.key.reveal().slice()));
          const text = attempt(() => openRow(tried, version, version, version.commitment).text);
          if (text !== null) texts.push(text);
        }
      }
      records += await recordsUnder(store, key);
    }
    return { texts, records };
  });
}

/** Every wrapped row key of a collection, as it lies there. */
export function wrappedIn(database: string, { name }: CollectionKey): Promise<Uint8Array[]> {
  return withStore(database, async (store) =>
    (await store.wraps(name.vault, name.collection, '', 1_000_000)).map(({ wrappedKey }) => wrappedKey),
  );
}

async function recordsUnder(store: Store, key: CollectionKey): Promise<number> {
  const { vault } = key.name;
  let opened = 0;
  const look = (name: RecordName, sealed: Uint8Array, schema: Parameters<typeof openRecord>[3]): void => {
    if (attempt(() => openRecord([key], name, sealed, schema)) !== null) opened += 1;
  };
  for (const { id, sealed } of await store.receiptsAfter(vault, '', 10_000)) {
    look(['receipt', id], sealed, ReceiptRecord);
    for (const row of await store.receiptRows(vault, id)) look(['receipt-row', `${id}/${row.position}`], row.sealed, ReceiptRowRecord);
  }
  for (const { id, sealed } of await store.retrievalsAfter(vault, '', 10_000)) look(['retrieval', id], sealed, RetrievalRecord);
  return opened;
}

async function withStore<T>(path: string, work: (store: Store) => Promise<T>): Promise<T> {
  const store = openSqliteStore({ path });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}
