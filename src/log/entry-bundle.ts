import { MemSyncError } from '../core/errors.ts';
import { TILE_WIDTH } from './tile.ts';

/** The longest entry that a bundle can carry, in bytes. */
const MAX_ENTRY_BYTES = 65_535;

/**
 * Entries one after another, each behind its length as two bytes, big-endian (C2SP tlog-tiles, "Log entries"). A bundle grows by
 * appending: the encoding of more entries begins with the encoding of fewer.
 * @throws {MemSyncError} `input_invalid` on no entries, more than 256, or one longer than 65,535 bytes.
 */
export function encodeEntryBundle(entries: readonly Uint8Array[]): Uint8Array {
  if (entries.length < 1 || entries.length > TILE_WIDTH) throw new MemSyncError('input_invalid', 'A bundle has 1 to 256 entries.');
  let length = 0;
  for (const entry of entries) {
    if (entry.length > MAX_ENTRY_BYTES) throw new MemSyncError('input_invalid', 'A log entry has at most 65,535 bytes.');
    length += 2 + entry.length;
  }
  const bundle = new Uint8Array(length);
  const view = new DataView(bundle.buffer);
  let offset = 0;
  for (const entry of entries) {
    view.setUint16(offset, entry.length);
    bundle.set(entry, offset + 2);
    offset += 2 + entry.length;
  }
  return bundle;
}

/** The entries of a bundle, views onto it. @throws {MemSyncError} `encoding_invalid` on no entries, more than 256, or one cut short. */
export function parseEntryBundle(bundle: Uint8Array): Uint8Array[] {
  const entries: Uint8Array[] = [];
  let offset = 0;
  while (offset < bundle.length) {
    const end = entryEnd(bundle, offset);
    entries.push(bundle.subarray(offset + 2, end));
    if (entries.length > TILE_WIDTH) throw new MemSyncError('encoding_invalid', 'A bundle has at most 256 entries.');
    offset = end;
  }
  if (entries.length === 0) throw new MemSyncError('encoding_invalid', 'A bundle has at least one entry.');
  return entries;
}

/**
 * The bundle of the first `width` entries, a view: what `tile/entries/<N>.p/<width>` serves from a bundle that has grown since.
 * @throws {MemSyncError} `encoding_invalid` when the bundle has fewer.
 */
export function cutEntryBundle(bundle: Uint8Array, width: number): Uint8Array {
  let offset = 0;
  for (let i = 0; i < width; i += 1) offset = entryEnd(bundle, offset);
  return bundle.subarray(0, offset);
}

function entryEnd(bundle: Uint8Array, offset: number): number {
  const [high, low] = bundle.subarray(offset, offset + 2);
  if (high === undefined || low === undefined) throw cutShort();
  const end = offset + 2 + high * 256 + low;
  if (end > bundle.length) throw cutShort();
  return end;
}

function cutShort(): MemSyncError {
  return new MemSyncError('encoding_invalid', 'The entry bundle is cut short.');
}
