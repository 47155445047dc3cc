import { fromUtf8, lengthPrefixed, utf8 } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import { openBytes, sealBytes } from '../crypto/aead.ts';
import type { CollectionKey } from '../crypto/collection-key.ts';
import { pad, unpad } from '../crypto/padding.ts';

/** What a sealed record is: its kind and its id, both bound to the seal. */
export type RecordName = readonly [kind: 'retrieval' | 'receipt' | 'receipt-row', id: string];

/** Seals a record that belongs to no collection under the vault's own key. Its JSON is any: nothing is hashed over it but by the seal. */
export function sealRecord(under: CollectionKey, name: RecordName, value: unknown, random: Random): Uint8Array {
  return sealBytes(under.key, pad(utf8(JSON.stringify(value))), recordData(under, name), random);
}

/** @throws {MemSyncError} `row_unopenable` when it is not the record that was sealed under that name. */
export function openRecord<T>(under: CollectionKey, name: RecordName, sealed: Uint8Array, schema: { parse(value: unknown): T }): T {
  const opened = openBytes(under.key, sealed, recordData(under, name));
  if (opened === null) throw new MemSyncError('row_unopenable', `The ${name[0]} ${name[1]} does not open.`);
  return schema.parse(JSON.parse(fromUtf8(unpad(opened))));
}

function recordData(under: CollectionKey, name: RecordName): Uint8Array {
  return lengthPrefixed(utf8('memsync/record/v1'), utf8(under.name.vault), utf8(name[0]), utf8(name[1]));
}
