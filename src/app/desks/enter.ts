import { MemSyncError } from '../../core/errors.ts';
import { deriveKey, sameSecret } from '../../crypto/derive.ts';
import { isReviewerToken, parseReviewerToken, reviewerAuthHash, type ReviewerToken } from '../../crypto/reviewer-token.ts';
import type { Redacted } from '../../core/redacted.ts';
import type { StoredReviewer } from '../../store/cases.ts';
import type { Services } from '../services.ts';

export { isReviewerToken } from '../../crypto/reviewer-token.ts';

/** A request's way to a desk: whose token it is. */
export interface DeskAccess {
  readonly token: ReviewerToken;
  readonly reviewer: StoredReviewer;
}

/** What reviewers' tokens are held against: of the desk key, so that the database alone vouches for nobody. */
export function reviewerKey(services: Pick<Services, 'deskKey'>): Redacted {
  return deriveKey(services.deskKey, 'memsync/reviewers/v1');
}

/**
 * Lets a reviewer in: theirs is the token by which the operator made them known, at the desk and with the key that they have, and they have not
 * been removed. Looked at each time, so that one who is removed is out with the next request, whichever process serves it.
 * @throws {MemSyncError} `token_invalid`
 */
export async function enterDesk(services: Services, text: string): Promise<DeskAccess> {
  const token = parseReviewerToken(text);
  const reviewer = await services.store.cases.reviewer(token.reviewer);
  if (reviewer === null || !opens(services, reviewer, token)) throw new MemSyncError('token_invalid', 'No desk here has such a reviewer.');
  if (reviewer.removedAt !== null) {
    services.reviewers.forget(reviewer.id);
    throw new MemSyncError('token_invalid', 'The operator has removed this reviewer.');
  }
  services.reviewers.note(token);
  return { token, reviewer };
}

/** The reviewer whose token is known to be good, because it let them in before; null for any other text. Reads nothing. */
export function heldReviewer(services: Pick<Services, 'reviewers'>, text: string): string | null {
  if (!isReviewerToken(text)) return null;
  try {
    const token = parseReviewerToken(text);
    return services.reviewers.has(token) ? token.reviewer : null;
  } catch {
    return null;
  }
}

function opens(services: Services, reviewer: StoredReviewer, { secret }: ReviewerToken): boolean {
  const under = reviewerKey(services);
  try {
    return sameSecret(reviewerAuthHash(under, reviewer, secret), reviewer.authHash);
  } finally {
    under.wipe();
  }
}
