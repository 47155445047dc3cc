import { lengthPrefixed, utf8 } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import { openBytes, sealBytes } from '../crypto/aead.ts';
import type { CollectionKey } from '../crypto/collection-key.ts';
import { openJson, sealJson } from '../crypto/sealed-json.ts';

/** What a sealed record is: its kind and its id, both bound to the seal. An addendum and its evidence go by receipt, a slash and their number. */
export type RecordName = readonly [kind: 'retrieval' | 'receipt' | 'receipt-row' | 'addendum' | 'evidence', id: string];

/** Seals a record that belongs to no collection under the vault's own key. */
export function sealRecord(under: CollectionKey, name: RecordName, value: unknown, random: Random): Uint8Array {
  return sealJson(under.key, value, recordData(under, name), random);
}

/** What a record holds; `under` are the keys that it may be sealed under. @throws {MemSyncError} `row_unopenable` when it is not the record that was sealed under that name, or does not fit `schema`. */
export function openRecord<T>(under: readonly CollectionKey[], name: RecordName, sealed: Uint8Array, schema: Schema<T>): T {
  for (const key of under) {
    const parsed = schema.safeParse(openJson(key.key, sealed, recordData(key, name)));
    if (parsed.success) return parsed.data;
  }
  throw unopenable(name);
}

/**
 * The record sealed under the newest of these keys, which come newest first; null where it is already.
 * @throws {MemSyncError} `row_unopenable` when it opens under none of them
 */
export function resealRecord(under: readonly CollectionKey[], name: RecordName, sealed: Uint8Array, random: Random): Uint8Array | null {
  const [newest, ...earlier] = under;
  const data = newest === undefined ? null : recordData(newest, name);
  if (newest === undefined || data === null) throw unopenable(name);
  if (openBytes(newest.key, sealed, data) !== null) return null;
  for (const key of earlier) {
    const opened = openBytes(key.key, sealed, data);
    if (opened !== null) return sealBytes(newest.key, opened, data, random);
  }
  throw unopenable(name);
}

function unopenable(name: RecordName): MemSyncError {
  return new MemSyncError('row_unopenable', `The ${name[0]} ${name[1]} does not open.`);
}

interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false };
}

function recordData(under: CollectionKey, name: RecordName): Uint8Array {
  return lengthPrefixed(utf8('memsync/record/v1'), utf8(under.name.vault), utf8(name[0]), utf8(name[1]));
}
