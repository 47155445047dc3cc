import { GrantDetails } from '../../schemas/owner-event.ts';
import { CollectionName } from '../../schemas/primitives.ts';
import { fromUtf8, lengthPrefixed, utf8 } from '../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import { openBytes, sealBytes } from '../crypto/aead.ts';
import { canonicalJson, parseCanonicalJson } from '../crypto/canonical.ts';
import type { CollectionKey } from '../crypto/collection-key.ts';
import { pad, unpad } from '../crypto/padding.ts';

/** A collection's name, sealed under its own key and padded: the disk does not say what a person keeps apart. */
export function sealName(key: CollectionKey, name: string, random: Random): Uint8Array {
  return sealBytes(key.key, pad(utf8(name)), nameData(key.name.collection), random);
}

/** @throws {MemSyncError} `ledger_broken` when it was not sealed under this collection's key. */
export function openName(key: CollectionKey, sealed: Uint8Array): string {
  const name = CollectionName.safeParse(open(key, sealed, nameData(key.name.collection), fromUtf8));
  if (!name.success) throw new MemSyncError('ledger_broken', `The name of collection ${key.name.collection} does not open.`);
  return name.data;
}

/** A grant's label and category limits, sealed under the vault's key and padded. */
export function sealDetails(vaultKey: CollectionKey, grant: string, details: GrantDetails, random: Random): Uint8Array {
  return sealBytes(vaultKey.key, pad(canonicalJson(details)), detailsData(grant), random);
}

/** @throws {MemSyncError} `ledger_broken` when they were not sealed for this grant under the vault's key. */
export function openDetails(vaultKey: CollectionKey, grant: string, sealed: Uint8Array): GrantDetails {
  const details = GrantDetails.safeParse(open(vaultKey, sealed, detailsData(grant), parseCanonicalJson));
  if (!details.success) throw new MemSyncError('ledger_broken', `The details of grant ${grant} do not open.`);
  return details.data;
}

/** What was sealed, as `read` reads it; null where it does not open or is not spelt as the format says. */
function open(key: CollectionKey, sealed: Uint8Array, data: Uint8Array, read: (bytes: Uint8Array) => unknown): unknown {
  const padded = openBytes(key.key, sealed, data);
  if (padded === null) return null;
  try {
    return read(unpad(padded));
  } catch (error) {
    if (isMemSyncError(error, 'encoding_invalid')) return null;
    throw error;
  }
}

function nameData(collection: string): Uint8Array {
  return lengthPrefixed(utf8('memsync/collection-name/v1'), utf8(collection));
}

function detailsData(grant: string): Uint8Array {
  return lengthPrefixed(utf8('memsync/grant-details/v1'), utf8(grant));
}
