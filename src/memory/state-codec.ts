import { z } from 'zod';
import { GrantedBody, SignedBox } from '../../schemas/owner-event.ts';
import { Policy } from '../../schemas/policy.ts';
import { CollectionId, GrantId, Millis, Sequence, Sha256 } from '../../schemas/primitives.ts';
import { fromUtf8, utf8 } from '../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import { ByteReader, ByteWriter } from '../core/packing.ts';
import type { SignedPayload } from '../crypto/dsse.ts';
import { RowNames } from './row-codec.ts';
import { packRows, RowStates } from './row-states.ts';
import type { VaultState } from './state.ts';

/** Changes whenever the bytes, or what a fold makes of a ledger, do. */
export const STATE_FORMAT = 1;

const Place = z.strictObject({ seq: Sequence, at: Millis });
const Epoch = z.strictObject({
  epoch: z.int().min(1),
  seq: Sequence,
  keyCommitment: Sha256,
  boxSha256: Sha256,
  sealedPrevious: z.string().nullable(),
});

/** What there is little of, as JSON; lists in the order of the maps. */
const Rest = z.strictObject({
  collections: z.array(
    z.strictObject({
      id: CollectionId,
      purpose: z.enum(['rows', 'vault']),
      sealedName: z.string(),
      epochs: z.array(Epoch).min(1),
      erased: Place.nullable(),
    }),
  ),
  grants: z.array(
    z.strictObject({ body: GrantedBody, seq: Sequence, at: Millis, revokedAt: Millis.nullable(), boxes: z.array(SignedBox) }),
  ),
  policy: z.strictObject({ policy: Policy, sha256: Sha256, seq: Sequence.nullable() }),
  doubts: z.array(z.tuple([GrantId, z.strictObject({ open: Sequence, raisedAt: z.array(Millis) })])),
  erased: Place.nullable(),
});

/** All of a folded vault, packed (docs/formats.md, "Fold checkpoint"). What is encoded may go on being folded. */
export function encodeState(state: VaultState): Uint8Array {
  const names = new RowNames(state.collections.keys(), state.grants.keys());
  const rows = packRows(state, names);
  const writer = new ByteWriter(rows.length + 64 * state.ownerHashes.size + 16_384);
  writer.number(STATE_FORMAT);
  writer.hex(state.vault, 32);
  writeSigned(writer, state.genesis);
  writer.raw(state.ownerKey);
  writer.hex(state.nextKeyHash, 32);
  writer.number(state.ownerRotations.length);
  for (const signed of state.ownerRotations) writeSigned(writer, signed);
  writer.raw(state.ownerBoxKey);
  writer.number(state.ownerSeq);
  writer.hex(state.ownerHead, 32);
  writer.number(state.ownerHashes.size);
  for (const hash of state.ownerHashes) writer.hex(hash, 32);
  writer.number(state.headSeq);
  writer.raw(state.headHash);
  writer.signed(state.lastAt);
  writer.prefixed(utf8(JSON.stringify(Rest.parse(restOf(state)))));
  writer.raw(rows);
  return writer.finish();
}

function restOf(state: VaultState): z.infer<typeof Rest> {
  return {
    collections: [...state.collections.values()],
    grants: [...state.grants.values()].map((grant) => ({ ...grant, boxes: [...grant.boxes] })),
    policy: state.policy,
    doubts: [...state.doubts],
    erased: state.erased,
  };
}

/**
 * The vault that `encodeState` packed. Its rows are unpacked as they are asked for, from `bytes`, which must not change any more.
 * @throws {MemSyncError} `encoding_invalid` when the bytes are not a whole state of this format; later, of a row whose record does not read
 */
export function decodeState(bytes: Uint8Array): VaultState {
  try {
    return decode(bytes);
  } catch (cause) {
    if (isMemSyncError(cause, 'encoding_invalid')) throw cause;
    throw new MemSyncError('encoding_invalid', 'The bytes are not a packed state.', { cause });
  }
}

function decode(bytes: Uint8Array): VaultState {
  const reader = new ByteReader(bytes);
  if (reader.number() !== STATE_FORMAT) throw new MemSyncError('encoding_invalid', 'The state is packed in another format.');
  const head = {
    vault: reader.hex(32),
    genesis: readSigned(reader),
    ownerKey: reader.raw(32).slice(),
    nextKeyHash: reader.hex(32),
    ownerRotations: listOf(reader, () => readSigned(reader)),
    ownerBoxKey: reader.raw(32).slice(),
    ownerSeq: reader.number(),
    ownerHead: reader.hex(32),
    ownerHashes: new Set(listOf(reader, () => reader.hex(32))),
    headSeq: reader.number(),
    headHash: reader.raw(32).slice(),
    lastAt: reader.signed(),
  };
  const { collections, grants, policy, doubts, erased } = Rest.parse(JSON.parse(fromUtf8(reader.prefixed())));
  const names = new RowNames(
    collections.map(({ id }) => id),
    grants.map(({ body }) => body.grant),
  );
  return {
    ...head,
    collections: new Map(collections.map((one) => [one.id, one])),
    grants: new Map(grants.map((one) => [one.body.grant, one])),
    policy,
    rows: new RowStates(reader.rest(), names),
    doubts: new Map(doubts),
    erased,
  };
}

function writeSigned(writer: ByteWriter, { payload, signature }: SignedPayload): void {
  writer.prefixed(payload);
  writer.prefixed(signature);
}

function readSigned(reader: ByteReader): SignedPayload {
  return { payload: reader.prefixed().slice(), signature: reader.prefixed().slice() };
}

function listOf<T>(reader: ByteReader, one: () => T): T[] {
  const list: T[] = [];
  for (let left = reader.number(); left > 0; left--) list.push(one());
  return list;
}
