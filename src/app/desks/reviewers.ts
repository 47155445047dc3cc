import { MemSyncError } from '../../core/errors.ts';
import { isId, makeId } from '../../core/ids.ts';
import { Redacted } from '../../core/redacted.ts';
import { encodeReviewerToken, reviewerAuthHash } from '../../crypto/reviewer-token.ts';
import type { StoredDesk, StoredReviewer } from '../../store/cases.ts';
import type { Services } from '../services.ts';
import { reviewerKey } from './enter.ts';
import { findDesk, requireName } from './make.ts';

/** A reviewer as they have just been made known: the token is shown now and never again. */
export interface NewReviewer {
  readonly reviewer: StoredReviewer;
  /** `msr_…` */
  readonly token: string;
}

/**
 * Makes a reviewer of a desk known, by name and by the public half of the key that they sign decisions with (32 bytes). For the operator alone.
 * @throws {MemSyncError} `desk_unknown`, `name_taken`, `input_invalid`
 */
export async function addReviewer(services: Services, desk: string, name: string, key: Uint8Array): Promise<NewReviewer> {
  requireName(name, 'rev_');
  if (name === 'me') throw new MemSyncError('input_invalid', '“me” is what every reviewer calls themselves.');
  if (key.length !== 32) throw new MemSyncError('input_invalid', 'A reviewer’s key is an Ed25519 public key of 32 bytes.');
  const at = await findDesk(services, desk);
  const now = services.clock.now();
  const id = makeId('reviewer', now, services.random);
  const secret = new Redacted(services.random.bytes(32));
  const under = reviewerKey(services);
  const authHash = reviewerAuthHash(under, { id, desk: at.id, key }, secret);
  under.wipe();
  const reviewer: StoredReviewer = { id, desk: at.id, name, key, authHash, addedAt: now, removedAt: null };
  if (!(await services.store.cases.addReviewer(reviewer)))
    throw new MemSyncError('name_taken', `The desk has had a reviewer “${name}” already.`);
  const token = encodeReviewerToken({ reviewer: id, secret });
  secret.wipe();
  return { reviewer, token };
}

/** A desk with all reviewers that it has had, removed ones among them. @throws {MemSyncError} `desk_unknown` */
export async function showDesk(
  services: Services,
  named: string | null,
): Promise<{ readonly desk: StoredDesk; readonly reviewers: readonly StoredReviewer[] }> {
  const desk = await findDesk(services, named);
  return { desk, reviewers: await services.store.cases.reviewers(desk.id) };
}

/**
 * Removes a reviewer, by name or id: their token opens nothing from now on, and they decide nothing any more; what they have decided stays
 * verifiable. Gives them as they stand then. @throws {MemSyncError} `desk_unknown`, `reviewer_unknown`
 */
export async function removeReviewer(services: Services, desk: string, named: string): Promise<StoredReviewer> {
  const { reviewers } = await showDesk(services, desk);
  const found = findReviewer(reviewers, named);
  const now = services.clock.now();
  if (!(await services.store.cases.removeReviewer(found.id, now)))
    throw new MemSyncError('reviewer_unknown', 'That reviewer has been removed before.');
  services.reviewers.forget(found.id);
  return { ...found, removedAt: now };
}

/** The reviewer of that name or id. @throws {MemSyncError} `reviewer_unknown` */
export function findReviewer(reviewers: readonly StoredReviewer[], named: string): StoredReviewer {
  const found = reviewers.find(({ id, name }) => (isId('reviewer', named) ? id === named : name === named));
  if (found === undefined) throw new MemSyncError('reviewer_unknown', 'No reviewer of this desk has that name or id.');
  return found;
}
