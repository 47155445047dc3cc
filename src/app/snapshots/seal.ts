import { concat, lengthPrefixed, u32be, u64be, utf8 } from '../../core/bytes.ts';
import { isMemSyncError } from '../../core/errors.ts';
import { ByteReader, ByteWriter } from '../../core/packing.ts';
import type { Random } from '../../core/random.ts';
import type { Redacted } from '../../core/redacted.ts';
import { type CollectionKey, encodeName } from '../../crypto/collection-key.ts';
import { openPart, sealPart, SNAPSHOT_SALT_BYTES, snapshotKey } from '../../crypto/snapshot-seal.ts';
import { RECORD_FORMAT } from '../../memory/row-record.ts';
import type { StoredSnapshot } from '../../store/snapshots.ts';

/** Changes whenever a snapshot of an earlier build would read as something else. */
const SNAPSHOT_FORMAT = 1;
const TAG = utf8('memsync/row-snapshot/v1');
/** Bytes in the clear of each part but the last. */
const PART = 1 << 20;
const SEAL_BYTES = 16;

/** Where in a ledger a snapshot is of. */
export interface SnapshotPlace {
  readonly seq: number;
  readonly head: Uint8Array;
}

/** What is sealed of a collection. */
export interface SnapshotContents {
  /** An image of its rows, and of its part of the index. */
  readonly rows: Uint8Array;
  readonly index: Uint8Array;
  /** How many rows the vault had, in all collections, erased ones counted. */
  readonly vaultRows: number;
  /** The first event that what keyless jobs see of the rows may not follow. */
  readonly columnsFrom: number;
}

/** Under what, and as what, a snapshot is sealed. */
export interface SnapshotSeal {
  readonly key: CollectionKey;
  readonly secret: Redacted;
  /** Name and version of the index's engine: an image of another is of no use. */
  readonly engine: string;
}

/** Part 0 is a salt and what the others hold; then the rows in parts, then the index in parts. */
export function sealSnapshot(seal: SnapshotSeal, place: SnapshotPlace, contents: SnapshotContents, random: Random): StoredSnapshot {
  const salt = random.bytes(SNAPSHOT_SALT_BYTES);
  const key = snapshotKey(seal.key, seal.secret, salt);
  const bound = boundTo(seal, place);
  const writer = new ByteWriter(64);
  for (const number of [contents.rows.length, contents.index.length, contents.vaultRows, contents.columnsFrom]) writer.number(number);
  const parts: Uint8Array[] = [concat(salt, sealPart(key, 0, writer.finish(), bound(0)))];
  for (const bytes of [contents.rows, contents.index]) {
    for (let at = 0; at < bytes.length; at += PART) {
      const part = parts.length;
      parts.push(sealPart(key, part, bytes.subarray(at, at + PART), bound(part)));
    }
  }
  key.wipe();
  const { vault, collection, epoch } = seal.key.name;
  return { vault, collection, epoch, ...place, parts };
}

/** What was sealed, in memory of its own; null where anything about it is not as it was sealed, or it is of another format or engine. */
export function openSnapshot(seal: SnapshotSeal, { seq, head, parts }: StoredSnapshot): SnapshotContents | null {
  const [first] = parts;
  if (first === undefined || first.length < SNAPSHOT_SALT_BYTES + SEAL_BYTES) return null;
  const key = snapshotKey(seal.key, seal.secret, first.subarray(0, SNAPSHOT_SALT_BYTES));
  const bound = boundTo(seal, { seq, head });
  try {
    const meta = new Uint8Array(first.length - SNAPSHOT_SALT_BYTES - SEAL_BYTES);
    const lengths = openPart(key, 0, first.subarray(SNAPSHOT_SALT_BYTES), bound(0), meta) ? readLengths(meta) : null;
    if (lengths === null || parts.length !== 1 + partsOf(lengths.rows) + partsOf(lengths.index)) return null;
    const rows = new Uint8Array(lengths.rows);
    const index = new Uint8Array(lengths.index);
    let part = 1;
    for (const into of [rows, index]) {
      for (let at = 0; at < into.length; at += PART, part++) {
        if (openPart(key, part, parts[part] ?? first, bound(part), into.subarray(at, at + PART))) continue;
        for (const bytes of [rows, index]) bytes.fill(0);
        return null;
      }
    }
    return { ...lengths, rows, index };
  } finally {
    key.wipe();
  }
}

function readLengths(meta: Uint8Array): { rows: number; index: number; vaultRows: number; columnsFrom: number } | null {
  try {
    const reader = new ByteReader(meta);
    const lengths = { rows: reader.number(), index: reader.number(), vaultRows: reader.number(), columnsFrom: reader.number() };
    reader.end();
    return lengths;
  } catch (error) {
    if (isMemSyncError(error, 'encoding_invalid')) return null;
    throw error;
  }
}

function partsOf(length: number): number {
  return Math.ceil(length / PART);
}

function boundTo({ key, engine }: SnapshotSeal, { seq, head }: SnapshotPlace): (part: number) => Uint8Array {
  const all = [TAG, encodeName(key.name), u64be(seq), head, u32be(SNAPSHOT_FORMAT), u32be(RECORD_FORMAT), utf8(engine)];
  return (part) => lengthPrefixed(...all, u32be(part));
}
