import type { SealedRowReply } from '../../schemas/sealed-rows.ts';
import { fromBase64, fromHex } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { openRow } from '../crypto/row-seal.ts';
import { parseHeader, type RowHeader } from '../memory/header.ts';
import type { Keyring } from './keyring.ts';

/** A row version that was opened with the owner's own key: what its commitment stands for is known here, not believed. */
export interface OwnRow {
  readonly row: string;
  readonly version: number;
  readonly commitment: string;
  readonly collection: string;
  readonly header: RowHeader;
  readonly text: string;
}

/**
 * Opens a row as it lies on the service's disk, and recomputes its commitment.
 * @throws {MemSyncError} `service_lied` when it is another row than was asked for; `collection_unknown`, `row_unopenable`, `commitment_mismatch`
 */
export function openOwnRow(keyring: Keyring, asked: string, reply: Omit<SealedRowReply, 'head'>): OwnRow {
  if (reply.row !== asked) throw new MemSyncError('service_lied', `Asked for row ${asked}, the service answered with ${reply.row}.`);
  const key = keyring.key(reply.collection, reply.wrapEpoch);
  const sealed = {
    epoch: reply.epoch,
    header: fromBase64(reply.header),
    text: fromBase64(reply.text),
    wrappedKey: fromBase64(reply.wrappedKey),
  };
  const opened = openRow(key, reply, sealed, fromHex(reply.commitment));
  opened.salt.wipe();
  const header = parseHeader(opened.header, reply.row, reply.version);
  if (header.collection !== reply.collection) throw new MemSyncError('row_unopenable', `Row ${asked} was sealed for another collection.`);
  const { row, version, commitment, collection } = reply;
  return { row, version, commitment, collection, header, text: opened.text };
}
