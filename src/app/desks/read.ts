import type { DeskReply, ReviewerInfo } from '../../../schemas/case.ts';
import { hex } from '../../core/bytes.ts';
import { formatInstant } from '../../core/instant.ts';
import { sha256 } from '../../crypto/sha256.ts';
import type { StoredReviewer } from '../../store/cases.ts';
import { enterReviewer } from '../cases/enter.ts';
import type { Services } from '../services.ts';
import { showDesk } from './reviewers.ts';

/** A reviewer's own desk (API, `GET /v1/desk`), with everybody who has been at it. @throws {MemSyncError} what `enterReviewer` throws */
export async function readDesk(services: Services, token: string): Promise<DeskReply> {
  const { reviewer } = await enterReviewer(services, token);
  const { desk, reviewers } = await showDesk(services, reviewer.desk);
  return { id: desk.id, name: desk.name, me: reviewer.id, reviewers: reviewers.map(reviewerInfo) };
}

/** A reviewer as others see them; their key by its SHA-256. */
function reviewerInfo({ id, name, key, addedAt, removedAt }: StoredReviewer): ReviewerInfo {
  return {
    id,
    name,
    key: hex(sha256(key)),
    addedAt: formatInstant(addedAt),
    removedAt: removedAt === null ? null : formatInstant(removedAt),
  };
}
