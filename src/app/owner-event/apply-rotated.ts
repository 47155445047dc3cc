import type { OwnerSubmission } from '../../../schemas/owner-event.ts';
import type { VaultDraft } from '../draft.ts';
import type { OpenVault } from '../open-vault.ts';
import { boxAt, pushBoxes } from './boxes.ts';
import type { EventOf } from './receive.ts';

/** Keeps the new keys' boxes and takes away those of the grants that are cut off. Whoever still holds a grant opens the new keys with it. */
export function applyRotated(vault: OpenVault, draft: VaultDraft, { body }: EventOf<'rotated'>, submission: OwnerSubmission): void {
  for (const grant of body.revoked) {
    draft.unboxed.push(grant);
    vault.drop(grant);
  }
  // Every grant opens the new keys with its token when it next comes; what is in memory stays searchable until then.
  vault.grants.clear();
  let next = 0;
  for (const { collection, epoch } of body.collections) {
    draft.boxes.push({ grant: null, collection, epoch, box: boxAt(submission, next) });
    next += 1;
  }
  for (const { grant, boxes } of body.grants) {
    pushBoxes(draft, grant, boxes, submission, next);
    next += boxes.length;
  }
  for (const { collection, epoch } of body.collections) {
    draft.rewraps.push({ collection, epoch, afterRow: '', afterReceipt: null, doneAt: null });
    // The commit takes it away: nobody is to open it with the key of before.
    vault.snapshots.delete(collection);
  }
}
