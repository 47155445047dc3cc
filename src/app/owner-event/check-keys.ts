import type { OwnerSubmission, SignedBox } from '../../../schemas/owner-event.ts';
import { fromBase64, hex } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import { sha256 } from '../../crypto/sha256.ts';
import { currentEpoch, type VaultState } from '../../memory/state.ts';
import type { EventOf } from './receive.ts';

/** @throws {MemSyncError} `batch_conflict`, `box_mismatch` */
export function checkCollectionAdded(state: VaultState, { body }: EventOf<'collection_added'>, submission: OwnerSubmission): void {
  if (state.collections.has(body.collection)) throw new MemSyncError('batch_conflict', 'There is such a collection already.');
  if (body.purpose === 'vault' && [...state.collections.values()].some((one) => one.purpose === 'vault')) {
    throw new MemSyncError('batch_conflict', 'A vault has one collection of its own.');
  }
  checkBoxes([body.boxSha256], submission);
}

/** @throws {MemSyncError} `batch_conflict`, `box_mismatch`, `event_malformed` */
export function checkGranted(state: VaultState, { body }: EventOf<'granted'>, submission: OwnerSubmission): void {
  if (state.grants.has(body.grant)) throw new MemSyncError('batch_conflict', 'There is such a grant already.');
  if (body.signingKey !== undefined && body.role !== 'device') {
    throw new MemSyncError('event_malformed', 'Only a device can be given a key to sign with.');
  }
  if (new Set(body.boxes.map((box) => box.collection)).size !== body.boxes.length)
    throw new MemSyncError('box_mismatch', 'A grant has one box of each collection.');
  for (const box of body.boxes) {
    const collection = state.collections.get(box.collection);
    if (collection === undefined || collection.erased !== null) throw strangeBox();
    const { epoch, keyCommitment } = currentEpoch(collection);
    if (epoch !== box.epoch || keyCommitment !== box.keyCommitment) throw strangeBox();
  }
  if (!body.boxes.some((box) => state.collections.get(box.collection)?.purpose === 'vault')) {
    throw new MemSyncError('box_mismatch', 'A grant needs a box of the vault’s own key, too.');
  }
  checkBoxes(
    body.boxes.map((box) => box.boxSha256),
    submission,
  );
}

/**
 * A rotation leaves nobody out: every grant in force that held a key of a rotated collection gets the new one, and none other does.
 * `at` is when it is appended: a grant that has run out by then may be passed over.
 * @throws {MemSyncError} `batch_conflict`, `box_mismatch`
 */
export function checkRotated(state: VaultState, { body }: EventOf<'rotated'>, submission: OwnerSubmission, at: number): void {
  const fresh = new Map(body.collections.map((one) => [one.collection, one]));
  if (fresh.size !== body.collections.length) throw new MemSyncError('batch_conflict', 'The event names a collection twice.');
  for (const { collection: id, epoch } of body.collections) {
    const collection = state.collections.get(id);
    if (collection === undefined || collection.erased !== null || currentEpoch(collection).epoch + 1 !== epoch) throw strangeBox();
  }
  const revoked = new Set(body.revoked);
  for (const id of revoked) if (!state.grants.has(id)) throw new MemSyncError('batch_conflict', `There is no grant ${id}.`);
  const given = new Map(body.grants.map((one) => [one.grant, one.boxes]));
  if (given.size !== body.grants.length) throw new MemSyncError('batch_conflict', 'The event names a grant twice.');
  for (const [id, grant] of state.grants) {
    const boxes = given.get(id) ?? [];
    const due = grant.boxes.filter((box) => fresh.has(box.collection)).map((box) => box.collection);
    const inForce = grant.revokedAt === null && !revoked.has(id);
    if (!inForce && boxes.length > 0) throw new MemSyncError('box_mismatch', `Grant ${id} is cut off and cannot be given a key.`);
    const lasts = grant.body.expiresAt === null || at < grant.body.expiresAt;
    if (!inForce || (!lasts && boxes.length === 0)) continue;
    if (!sameSet(due, boxes))
      throw new MemSyncError('box_mismatch', `Grant ${id} is not given the keys of just the collections that it has.`);
    for (const box of boxes) {
      const next = fresh.get(box.collection);
      if (next === undefined || next.epoch !== box.epoch || next.keyCommitment !== box.keyCommitment) throw strangeBox();
    }
  }
  for (const id of given.keys()) if (!state.grants.has(id)) throw new MemSyncError('batch_conflict', `There is no grant ${id}.`);
  checkBoxes(
    [...body.collections, ...body.grants.flatMap((one) => one.boxes)].map((box) => box.boxSha256),
    submission,
  );
}

function sameSet(collections: readonly string[], boxes: readonly SignedBox[]): boolean {
  const given = new Set(boxes.map((box) => box.collection));
  return given.size === boxes.length && given.size === collections.length && collections.every((id) => given.has(id));
}

function checkBoxes(signed: readonly string[], submission: OwnerSubmission): void {
  const boxes = (submission.boxes ?? []).map((box) => hex(sha256(fromBase64(box))));
  if (boxes.length !== signed.length || boxes.some((hash, i) => hash !== signed[i])) {
    throw new MemSyncError('box_mismatch', 'The sealed boxes beside the event are not those whose hashes were signed.');
  }
}

function strangeBox(): MemSyncError {
  return new MemSyncError('box_mismatch', 'A box is for a collection, epoch or key that this vault does not have.');
}
