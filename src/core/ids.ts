import { fromHex, hex } from './bytes.ts';
import { MemSyncError } from './errors.ts';
import type { Random } from './random.ts';

/** What an id names. The prefix says it to people; the 16 bytes behind it are a time and 80 random bits. */
export const ID_PREFIX = {
  memory: 'mem_',
  collection: 'col_',
  grant: 'grt_',
  event: 'evt_',
  retrieval: 'ret_',
  receipt: 'rcp_',
  certificate: 'crt_',
  addendum: 'add_',
  desk: 'dsk_',
  reviewer: 'rev_',
  case: 'cse_',
  decision: 'dec_',
} as const;

export type IdKind = keyof typeof ID_PREFIX;

/** A fresh id: 48 bits of `now` in milliseconds, so that ids made later sort later, then 80 random bits. */
export function makeId(kind: IdKind, now: number, random: Random): string {
  const bytes = random.bytes(16);
  new DataView(bytes.buffer).setUint32(0, Math.floor(now / 0x1_0000));
  new DataView(bytes.buffer).setUint16(4, now % 0x1_0000);
  return ID_PREFIX[kind] + hex(bytes);
}

/** The 16 bytes of an id. @throws {MemSyncError} `encoding_invalid` when it is not an id of that kind. */
export function parseId(kind: IdKind, id: string): Uint8Array {
  if (!isId(kind, id)) throw new MemSyncError('encoding_invalid', `Expected an id like ${ID_PREFIX[kind]}… with 32 hexadecimal digits.`);
  return fromHex(id.slice(4));
}

export function isId(kind: IdKind, id: string): boolean {
  return id.length === 36 && id.startsWith(ID_PREFIX[kind]) && /^[0-9a-f]{32}$/.test(id.slice(4));
}

/** Puts the prefix back before 16 stored bytes. */
export function encodeId(kind: IdKind, bytes: Uint8Array): string {
  return ID_PREFIX[kind] + hex(bytes);
}
