import type { Claimed } from '../../schemas/memory.ts';
import { BasisReason, Category, Channel, MemoryType, OriginKind } from '../../schemas/vocabulary.ts';
import { fromUtf8, utf8 } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import type { ByteReader, ByteWriter } from '../core/packing.ts';
import type { RowHeader } from './header.ts';
import { decodeRowId, encodeRowId } from './row-codec.ts';

/** Changes whenever a record of an earlier build would read as something else. */
export const RECORD_FORMAT = 1;

/** Bytes of a commitment that a record has: enough to tell its version from any other. */
const COMMITMENT_BYTES = 16;

/** A row version in the clear, with the earliest basis along the versions before it. */
export interface RowRecord {
  readonly header: RowHeader;
  readonly text: string;
  readonly basisAt: Instant;
  /** The first half of the version's commitment, in hexadecimal. */
  readonly commitment: string;
}

/** Words that records name over and over, by number. */
export class RecordNames {
  readonly #names: string[];
  readonly #at: Map<string, number>;

  constructor(names: readonly string[] = []) {
    this.#names = [...names];
    this.#at = new Map(this.#names.map((name, i) => [name, i]));
  }

  get all(): readonly string[] {
    return this.#names;
  }

  /** The number of a name, which gets one where it has none. */
  numberOf(name: string): number {
    const known = this.#at.get(name);
    if (known !== undefined) return known;
    this.#at.set(name, this.#names.length);
    return this.#names.push(name) - 1;
  }

  /** @throws {MemSyncError} `encoding_invalid` */
  nameOf(number: number): string {
    return this.#names[number] ?? unsound();
  }
}

/** What a record has beside what every record has. */
export const RECORD_HAS = {
  derivedFrom: 1,
  supersedes: 2,
  subject: 4,
  attribute: 8,
  observedAt: 16,
  validUntil: 32,
  bounds: 64,
  claimed: 128,
  grant: 256,
} as const;
const ALL = 511;

/** Writes all of a row version but its id and collection. `commitment` is in hexadecimal, whole or its first half. */
export function writeRecord(writer: ByteWriter, { header, text, basisAt, commitment }: RowRecord, names: RecordNames): void {
  const { effective, claimed, stamped } = header.origin;
  const name = (word: string): void => writer.number(names.numberOf(word));
  writer.number(flagsOf(header));
  writer.hex(commitment.slice(0, 2 * COMMITMENT_BYTES), COMMITMENT_BYTES);
  writer.number(header.version);
  writer.signed(basisAt);
  writer.signed(header.basisAt);
  writer.signed(stamped.recordedAt);
  for (const word of [header.type, header.category, effective, stamped.channel, header.basisReason]) name(word);
  if (stamped.grantId !== null) name(stamped.grantId);
  if (header.derivedFrom.length > 0) writeIds(writer, header.derivedFrom);
  if (header.supersedes.length > 0) writeIds(writer, header.supersedes);
  if (header.subject !== null) writer.prefixed(utf8(header.subject));
  if (header.attribute !== null) writer.prefixed(utf8(header.attribute));
  if (header.observedAt !== null) writer.signed(header.observedAt);
  if (header.validUntil !== null) writer.signed(header.validUntil);
  if (header.bounds !== null) {
    writer.signed(header.bounds.activeUntil);
    writer.signed(header.bounds.backgroundUntil);
  }
  if (Object.keys(claimed).length > 0) writer.prefixed(utf8(JSON.stringify(claimed)));
  writer.raw(utf8(text));
}

/** The row version that `writeRecord` wrote. @throws {MemSyncError} `encoding_invalid` */
export function readRecord(reader: ByteReader, row: string, collection: string, names: RecordNames): RowRecord {
  const flags = reader.below(ALL + 1);
  const has = (part: number): boolean => (flags & part) !== 0;
  const name = (): string => names.nameOf(reader.number());
  const commitment = reader.hex(COMMITMENT_BYTES);
  const version = reader.number();
  const [basisAt, ownBasisAt, recordedAt] = [reader.signed(), reader.signed(), reader.signed()];
  const [type, category, effective, channel, basisReason] = [name(), name(), name(), name(), name()];
  const grantId = has(RECORD_HAS.grant) ? name() : null;
  const header: RowHeader = {
    derivedFrom: has(RECORD_HAS.derivedFrom) ? readIds(reader) : [],
    supersedes: has(RECORD_HAS.supersedes) ? readIds(reader) : [],
    subject: has(RECORD_HAS.subject) ? fromUtf8(reader.prefixed()) : null,
    attribute: has(RECORD_HAS.attribute) ? fromUtf8(reader.prefixed()) : null,
    observedAt: has(RECORD_HAS.observedAt) ? reader.signed() : null,
    validUntil: has(RECORD_HAS.validUntil) ? reader.signed() : null,
    bounds: has(RECORD_HAS.bounds) ? { activeUntil: reader.signed(), backgroundUntil: reader.signed() } : null,
    origin: {
      claimed: has(RECORD_HAS.claimed) ? (JSON.parse(fromUtf8(reader.prefixed())) as Claimed) : {},
      effective: oneOf(OriginKind.options, effective),
      stamped: { channel: oneOf(Channel.options, channel), grantId, recordedAt },
    },
    basisAt: ownBasisAt,
    basisReason: oneOf(BasisReason.options, basisReason),
    category: oneOf(Category.options, category),
    collection,
    row,
    type: oneOf(MemoryType.options, type),
    v: 1,
    version,
  };
  return { header, text: fromUtf8(reader.rest()), basisAt, commitment };
}

/** Which of `RECORD_HAS` a record has. */
export function recordFlags(reader: ByteReader): number {
  return reader.below(ALL + 1);
}

function flagsOf(header: RowHeader): number {
  let flags = 0;
  if (header.derivedFrom.length > 0) flags |= RECORD_HAS.derivedFrom;
  if (header.supersedes.length > 0) flags |= RECORD_HAS.supersedes;
  if (header.subject !== null) flags |= RECORD_HAS.subject;
  if (header.attribute !== null) flags |= RECORD_HAS.attribute;
  if (header.observedAt !== null) flags |= RECORD_HAS.observedAt;
  if (header.validUntil !== null) flags |= RECORD_HAS.validUntil;
  if (header.bounds !== null) flags |= RECORD_HAS.bounds;
  if (Object.keys(header.origin.claimed).length > 0) flags |= RECORD_HAS.claimed;
  if (header.origin.stamped.grantId !== null) flags |= RECORD_HAS.grant;
  return flags;
}

function writeIds(writer: ByteWriter, ids: readonly string[]): void {
  writer.number(ids.length);
  for (const id of ids) encodeRowId(writer, id);
}

function readIds(reader: ByteReader): string[] {
  const ids: string[] = [];
  for (let left = reader.number(); left > 0; left--) ids.push(decodeRowId(reader));
  return ids;
}

function oneOf<T extends string>(options: readonly T[], word: string): T {
  return options.find((option) => option === word) ?? unsound();
}

function unsound(): never {
  throw new MemSyncError('encoding_invalid', 'A row’s record is not as the format says.');
}
