import { concat, fromUtf8, lengthPrefixed, LengthPrefixedReader, utf8 } from '../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import { Redacted } from '../core/redacted.ts';
import { openBytes, sealBytes } from './aead.ts';
import { type CollectionKey, placeOf, unwrapRowKey, wrapRowKey } from './collection-key.ts';
import { pad, unpad } from './padding.ts';
import { commitmentOfBytes } from './row-commitment.ts';
import { sha256, sha256Parts } from './sha256.ts';
import { sameSecret } from './derive.ts';

const HEADER_FORMAT = lengthPrefixed(utf8('memsync/row-header/v1'));
const TEXT_FORMAT = lengthPrefixed(utf8('memsync/row-text/v1'));
const CONTENT_TAG = utf8('memsync/row-content/v1\0');

/** Which row version is sealed. The vault, collection and epoch are the collection key's. */
export interface VersionName {
  readonly row: string;
  readonly version: number;
}

/** One row version as it lies on the disk. `epoch` is the one it was sealed in; `wrappedKey` may be of a later one. */
export interface SealedRow {
  readonly epoch: number;
  readonly header: Uint8Array;
  readonly text: Uint8Array;
  readonly wrappedKey: Uint8Array;
}

/** A row version in the clear. `salt` opens the commitment together with header and text; it is apart from the row's key. */
export interface OpenedRow {
  readonly header: Uint8Array;
  readonly text: string;
  readonly salt: Redacted;
}

/** SHA-256 over the sealed header and text, which the ledger holds: it survives their erasure and tells nothing. */
export function contentDigest(sealed: Pick<SealedRow, 'header' | 'text'>): Uint8Array {
  return sha256Parts(CONTENT_TAG, lengthPrefixed(sealed.header, sealed.text));
}

/** Seals a row version under a fresh row key. Returns what is stored and the commitment to it. */
export function sealRow(
  under: CollectionKey,
  name: VersionName,
  header: Uint8Array,
  text: string,
  random: Random,
): { sealed: SealedRow; commitment: Uint8Array } {
  const rowKey = new Redacted(random.bytes(32));
  const salt = new Redacted(random.bytes(32));
  const place = placeOf(under.name, name.row, name.version);
  const body = utf8(text);
  const padded = [pad(header), pad(salt.reveal(), body)] as const;
  const sealed: SealedRow = {
    epoch: under.name.epoch,
    header: sealBytes(rowKey, padded[0], headerData(place), random),
    text: sealBytes(rowKey, padded[1], textData(place, header), random),
    wrappedKey: wrapRowKey(under, name.row, name.version, rowKey, random),
  };
  const commitment = commitmentOfBytes(salt, header, body);
  for (const clear of [body, ...padded]) clear.fill(0);
  rowKey.wipe();
  salt.wipe();
  return { sealed, commitment };
}

/**
 * Opens a row version and checks its commitment.
 * @throws {MemSyncError} `row_unopenable` when key, name or bytes are not those of the seal; `commitment_mismatch` when it opens to other content.
 */
export function openRow(under: CollectionKey, name: VersionName, sealed: SealedRow, commitment: Uint8Array): OpenedRow {
  const rowKey = unwrapRowKey(under, name.row, name.version, sealed.wrappedKey);
  if (rowKey === null) throw unopenable(name);
  let body: Uint8Array | null = null;
  try {
    const sealedUnder = sealed.epoch === under.name.epoch ? under.name : { ...under.name, epoch: sealed.epoch };
    const place = placeOf(sealedUnder, name.row, name.version);
    const header = openPadded(rowKey, sealed.header, headerData(place), name);
    body = openPadded(rowKey, sealed.text, textData(place, header), name);
    const reader = new LengthPrefixedReader(body);
    const opened: OpenedRow = { header, salt: new Redacted(reader.take(32).slice()), text: fromUtf8(body.subarray(32)) };
    if (!sameSecret(commitmentOfBytes(opened.salt, opened.header, body.subarray(32)), commitment)) {
      throw new MemSyncError('commitment_mismatch', `Row ${name.row} version ${name.version} does not open its commitment.`);
    }
    return opened;
  } catch (error) {
    // What a key holder has sealed against the format: no row either.
    if (isMemSyncError(error, 'encoding_invalid')) throw unopenable(name, error);
    throw error;
  } finally {
    body?.fill(0);
    rowKey.wipe();
  }
}

function openPadded(key: Redacted, sealed: Uint8Array, data: Uint8Array, name: VersionName): Uint8Array {
  const padded = openBytes(key, sealed, data);
  if (padded === null) throw unopenable(name);
  return unpad(padded);
}

function headerData(place: Uint8Array): Uint8Array {
  return concat(HEADER_FORMAT, place);
}

function textData(place: Uint8Array, header: Uint8Array): Uint8Array {
  return concat(TEXT_FORMAT, place, lengthPrefixed(sha256(header)));
}

function unopenable(name: VersionName, cause?: MemSyncError): MemSyncError {
  return new MemSyncError('row_unopenable', `Row ${name.row} version ${name.version} does not open.`, { cause });
}
