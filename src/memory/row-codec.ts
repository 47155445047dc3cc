import { TIERS } from '../../schemas/vocabulary.ts';
import { ID_PREFIX } from '../core/ids.ts';
import type { ByteReader, ByteWriter } from '../core/packing.ts';
import { MemSyncError } from '../core/errors.ts';
import type { Contest, RowState, VersionState } from './state.ts';

/** What rows name over and over, by number: ids in the order in which the ledger brought them, which only ever grows at its end. */
export class RowNames {
  readonly collections: readonly string[];
  readonly grants: readonly string[];
  readonly #collectionAt: ReadonlyMap<string, number>;
  readonly #grantAt: ReadonlyMap<string, number>;

  constructor(collections: Iterable<string>, grants: Iterable<string>) {
    this.collections = [...collections];
    this.grants = [...grants];
    this.#collectionAt = new Map(this.collections.map((id, i) => [id, i]));
    this.#grantAt = new Map(this.grants.map((id, i) => [id, i]));
  }

  collectionAt(id: string): number {
    const at = this.#collectionAt.get(id);
    if (at === undefined) throw new RangeError('a row lies in a collection of its vault');
    return at;
  }

  grantAt(id: string): number | undefined {
    return this.#grantAt.get(id);
  }
}

const REASONS: readonly Contest['reason'][] = ['edit', 'supersede', 'attribute', 'doubt'];

/** What a record has, past its tier in the two lowest bits. */
const HAS = {
  sightings: 4,
  contests: 8,
  retracted: 16,
  superseded: 32,
  replaces: 64,
  validation: 128,
  appConfirmed: 256,
  erased: 512,
  restored: 1024,
  versions: 2048,
} as const;
const ALL = 4095;

/** Writes all of a row but its id. */
export function encodeRow(writer: ByteWriter, row: RowState, names: RowNames): void {
  const { validation, supersededBy, erased } = row;
  let flags = TIERS.indexOf(row.ledgerTier);
  if (row.sightings > 0) flags |= HAS.sightings;
  if (row.contests.length > 0) flags |= HAS.contests;
  if (row.retractedSeq !== null) flags |= HAS.retracted;
  if (supersededBy !== null) flags |= HAS.superseded;
  if (row.replaces.length > 0) flags |= HAS.replaces;
  if (validation !== null) flags |= HAS.validation;
  if (row.appConfirmedAt !== null) flags |= HAS.appConfirmed;
  if (erased !== null) flags |= HAS.erased;
  if (row.restoredSeq !== null) flags |= HAS.restored;
  if (row.versions.length > 1) flags |= HAS.versions;
  writer.number(flags);
  writer.number(names.collectionAt(row.collection));
  if (row.versions.length > 1) writer.number(row.versions.length);
  row.versions.forEach((version, i) => encodeVersion(writer, version, i + 1, names));
  if (row.sightings > 0) writer.number(row.sightings);
  if (row.contests.length > 0) {
    writer.number(row.contests.length);
    for (const contest of row.contests) {
      encodeGrant(writer, contest.grantId, names);
      writer.number(contest.seq);
      writer.signed(contest.at);
      writer.number(REASONS.indexOf(contest.reason));
    }
  }
  if (row.retractedSeq !== null) writer.number(row.retractedSeq);
  if (supersededBy !== null) {
    encodeRowId(writer, supersededBy.id);
    writer.number(supersededBy.seq);
    writer.signed(supersededBy.at);
  }
  if (row.replaces.length > 0) {
    writer.number(row.replaces.length);
    for (const id of row.replaces) encodeRowId(writer, id);
  }
  if (validation !== null) {
    writer.signed(validation.at);
    writer.optional(validation.expiresAt);
    writer.number(validation.seq);
    writer.number(validation.leaf);
    writer.number(validation.seen);
  }
  if (row.appConfirmedAt !== null) writer.signed(row.appConfirmedAt);
  if (erased !== null) {
    writer.number(erased.seq);
    writer.signed(erased.at);
  }
  if (row.restoredSeq !== null) writer.number(row.restoredSeq);
}

/** Whether there is more than one version of the row whose record begins at `from`. */
export function wasEdited(bytes: Uint8Array, from: number): boolean {
  const low = bytes[from] ?? 0;
  return low > 0x7f && (((bytes[from + 1] ?? 0) << 7) & HAS.versions) !== 0;
}

/** The row of this id that `encodeRow` wrote. @throws {MemSyncError} `encoding_invalid` */
export function decodeRow(reader: ByteReader, id: string, names: RowNames): RowState {
  const flags = reader.below(ALL + 1);
  const ledgerTier = TIERS[flags & 3] ?? unknown();
  const has = (part: number): boolean => (flags & part) !== 0;
  const collection = names.collections[reader.number()] ?? unknown();
  const count = has(HAS.versions) ? atLeast(2, reader.number()) : 1;
  const versions: VersionState[] = [];
  for (let version = 1; version <= count; version++) versions.push(decodeVersion(reader, version, names));
  return {
    id,
    collection,
    versions,
    ledgerTier,
    sightings: has(HAS.sightings) ? atLeast(1, reader.number()) : 0,
    contests: has(HAS.contests) ? listOf(reader, () => decodeContest(reader, names)) : [],
    retractedSeq: has(HAS.retracted) ? reader.number() : null,
    supersededBy: has(HAS.superseded) ? { id: decodeRowId(reader), seq: reader.number(), at: reader.signed() } : null,
    replaces: has(HAS.replaces) ? listOf(reader, () => decodeRowId(reader)) : [],
    validation: has(HAS.validation)
      ? { at: reader.signed(), expiresAt: reader.optional(), seq: reader.number(), leaf: reader.number(), seen: reader.number() }
      : null,
    appConfirmedAt: has(HAS.appConfirmed) ? reader.signed() : null,
    erased: has(HAS.erased) ? { seq: reader.number(), at: reader.signed() } : null,
    restoredSeq: has(HAS.restored) ? reader.number() : null,
  };
}

export function encodeRowId(writer: ByteWriter, id: string): void {
  writer.hex(id, 16, ID_PREFIX.memory.length);
}

export function decodeRowId(reader: ByteReader): string {
  return ID_PREFIX.memory + reader.hex(16);
}

function encodeVersion(writer: ByteWriter, state: VersionState, version: number, names: RowNames): void {
  if (state.version !== version) throw new RangeError('a row has every version from the first on');
  writer.hex(state.commitment, 32);
  writer.hex(state.content, 32);
  writer.number(state.seq);
  writer.signed(state.at);
  if (state.grantId === null) writer.number(0);
  else encodeGrant(writer, state.grantId, names);
}

function decodeVersion(reader: ByteReader, version: number, names: RowNames): VersionState {
  const [commitment, content] = [reader.hex(32), reader.hex(32)];
  return { version, commitment, content, seq: reader.number(), at: reader.signed(), grantId: decodeGrant(reader, names) };
}

/** 0 is nobody, 1 a grant that the vault has not given, spelt out; its grants follow. */
function encodeGrant(writer: ByteWriter, id: string, names: RowNames): void {
  const at = names.grantAt(id);
  writer.number(at === undefined ? 1 : at + 2);
  if (at === undefined) writer.hex(id, 16, ID_PREFIX.grant.length);
}

function decodeGrant(reader: ByteReader, names: RowNames): string | null {
  const at = reader.number();
  if (at === 0) return null;
  return at === 1 ? ID_PREFIX.grant + reader.hex(16) : (names.grants[at - 2] ?? unknown());
}

function decodeContest(reader: ByteReader, names: RowNames): Contest {
  const grantId = decodeGrant(reader, names) ?? unknown();
  return { grantId, seq: reader.number(), at: reader.signed(), reason: REASONS[reader.number()] ?? unknown() };
}

function listOf<T>(reader: ByteReader, one: () => T): T[] {
  const list: T[] = [];
  for (let left = atLeast(1, reader.number()); left > 0; left--) list.push(one());
  return list;
}

function atLeast(least: number, value: number): number {
  return value < least ? unknown() : value;
}

function unknown(): never {
  throw new MemSyncError('encoding_invalid', 'A packed row is not as the format says.');
}
