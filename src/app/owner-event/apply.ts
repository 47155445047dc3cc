import type { ErasedBody, OwnerEventPayload, OwnerSubmission } from '../../../schemas/owner-event.ts';
import { foldOwnerEvent } from '../../memory/fold-owner.ts';
import type { VaultState } from '../../memory/state.ts';
import type { VaultDraft } from '../draft.ts';
import type { OpenVault } from '../open-vault.ts';
import { noteFalls, tiersBelow } from '../cascade.ts';
import { noteColumns } from '../columns.ts';
import { applyErased } from './apply-erased.ts';
import { applyRotated } from './apply-rotated.ts';
import { boxAt, pushBoxes } from './boxes.ts';
import type { ReceivedEvent } from './receive.ts';
import { placeSealed } from './sealed-rows.ts';

/** Appends a verified event, folds it, and does in memory what it says. Returns its place; what falls with it comes after. */
export function applyOwnerEvent(vault: OpenVault, draft: VaultDraft, received: ReceivedEvent): number {
  const { payload, signed, submission } = received;
  const leaves = submission.leaves ?? [];
  const touched = rowsTouched(vault.state, payload, submission);
  const below = payload.kind === 'policy_set' ? null : tiersBelow(vault, touched, draft);
  const seq = draft.appendOwnerEvent(signed, leaves);
  foldOwnerEvent(vault.state, payload, signed, seq, draft.now, leaves);
  switch (payload.kind) {
    case 'remembered':
      placeSealed(vault, draft, [payload.body], submission);
      break;
    case 'edited':
      placeSealed(vault, draft, payload.body.rows, submission);
      break;
    case 'collection_added':
      draft.boxes.push({ grant: null, collection: payload.body.collection, epoch: payload.body.epoch, box: boxAt(submission, 0) });
      break;
    case 'granted':
      draft.grants.push(payload.body.grant);
      pushBoxes(draft, payload.body.grant, payload.body.boxes, submission, 0);
      break;
    case 'revoked':
      draft.unboxed.push(payload.body.grant);
      vault.drop(payload.body.grant);
      break;
    case 'rotated':
      applyRotated(vault, draft, payload, submission);
      break;
    case 'reinstated':
      for (const { row } of payload.body.rows) speakAgain(vault, row);
      break;
    case 'erased':
      applyErased(vault, draft, payload, seq);
      break;
    default:
      break;
  }
  for (const row of touched) noteColumns(vault, draft, row);
  if (below !== null) noteFalls(vault, draft, below);
  return seq;
}

/** Has a row stand for its attribute again. */
function speakAgain(vault: OpenVault, id: string): void {
  const row = vault.rows.get(id);
  if (row !== undefined) vault.attributes.put(row.header);
}

/** The rows whose columns follow from the event; of a dismissal by grant, those that are doubted before it is folded. */
function rowsTouched(state: VaultState, payload: OwnerEventPayload, submission: OwnerSubmission): readonly string[] {
  switch (payload.kind) {
    case 'validated':
      return (submission.leaves ?? []).map((leaf) => leaf.row);
    case 'remembered':
      return (payload.body.supersedes ?? []).map(({ row }) => row);
    case 'retracted':
    case 'reinstated':
      return payload.body.rows.map(({ row }) => row);
    case 'superseded':
      return payload.body.pairs.map(({ replaced }) => replaced.row);
    case 'dismissed':
      if (payload.body.rows.length > 0) return payload.body.rows;
      return [...state.rows.values()].filter((row) => row.contests.length > 0).map((row) => row.id);
    case 'edited':
      return payload.body.rows.map(({ row }) => row);
    case 'erased':
      return erasedRows(state, payload.body);
    case 'policy_set':
      return [...state.rows.keys()];
    default:
      return [];
  }
}

function erasedRows(state: VaultState, body: ErasedBody): readonly string[] {
  if (body.scope === 'rows') return body.rows;
  const rows = [...state.rows.values()].filter((row) => body.scope === 'vault' || row.collection === body.collection);
  return rows.map((row) => row.id);
}
