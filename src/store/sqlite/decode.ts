import type {
  StoredEvent,
  StoredHead,
  StoredIdempotency,
  StoredLog,
  StoredRetrieval,
  StoredRewrap,
  StoredRow,
  StoredVersion,
  StoredWrap,
} from '../records.ts';
import { bytes, id, integer, optionalBytes, optionalInteger, placeId, text, texts, tierOf } from './encode.ts';

// Records out of the columns that `prepareQueries` asks for, in its order.

export function toHead(found: unknown[]): StoredHead {
  return { seq: integer(found[0]), hash: bytes(found[1]), at: integer(found[2]) };
}

export function toEvent(found: unknown[]): StoredEvent {
  return { seq: integer(found[0]), hash: bytes(found[1]), stored: bytes(found[2]), beside: optionalBytes(found[3]) };
}

export function toVersion(found: unknown[]): StoredVersion {
  return {
    row: id('memory', found[0]),
    version: integer(found[1]),
    collection: id('collection', found[2]),
    epoch: integer(found[3]),
    wrapEpoch: integer(found[4]),
    header: bytes(found[5]),
    text: bytes(found[6]),
    wrappedKey: bytes(found[7]),
    commitment: bytes(found[8]),
  };
}

export function toWrap(found: unknown[], collection: Uint8Array): StoredWrap {
  return {
    collection: id('collection', collection),
    row: id('memory', found[0]),
    version: integer(found[1]),
    wrapEpoch: integer(found[2]),
    wrappedKey: bytes(found[3]),
  };
}

export function toRewrap(found: unknown[]): StoredRewrap {
  return {
    collection: id('collection', found[0]),
    epoch: integer(found[1]),
    afterRow: placeId('memory', found[2]),
    afterReceipt: found[3] === null ? null : placeId('receipt', found[3]),
    doneAt: optionalInteger(found[4]),
  };
}

export function toRow(found: unknown[]): StoredRow {
  return {
    row: id('memory', found[0]),
    version: integer(found[1]),
    tier: tierOf(found[2]),
    activeUntil: integer(found[3]),
    backgroundUntil: integer(found[4]),
    dueAt: optionalInteger(found[5]),
  };
}

export function toRetrieval(found: unknown[]): StoredRetrieval {
  return {
    id: id('retrieval', found[0]),
    grant: id('grant', found[1]),
    createdAt: integer(found[2]),
    expiresAt: integer(found[3]),
    sealed: bytes(found[4]),
  };
}

export function toIdempotency(found: unknown[]): StoredIdempotency {
  return {
    grant: id('grant', found[0]),
    key: bytes(found[1]),
    requestMac: bytes(found[2]),
    resultIds: texts(found[3]),
    expiresAt: integer(found[4]),
  };
}

export function toLog(found: unknown[]): StoredLog {
  return { size: integer(found[0]), root: bytes(found[1]), checkpoint: text(found[2]), at: integer(found[3]) };
}
