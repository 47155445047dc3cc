import type { OwnerSubmission, SignedBox } from '../../../schemas/owner-event.ts';
import { fromBase64 } from '../../core/bytes.ts';
import type { VaultDraft } from '../draft.ts';

/** Keeps a grant's boxes; the first of them is the `from`th beside the event. */
export function pushBoxes(draft: VaultDraft, grant: string, boxes: readonly SignedBox[], submission: OwnerSubmission, from: number): void {
  boxes.forEach((box, i) => {
    draft.boxes.push({ grant, collection: box.collection, epoch: box.epoch, box: boxAt(submission, from + i) });
  });
}

/** The box at that place beside an event. */
export function boxAt(submission: OwnerSubmission, index: number): Uint8Array {
  return fromBase64(submission.boxes?.[index] ?? '');
}
