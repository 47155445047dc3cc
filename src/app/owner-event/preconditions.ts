import type { OwnerEventPayload, OwnerSubmission } from '../../../schemas/owner-event.ts';
import { MemSyncError } from '../../core/errors.ts';
import type { Instant } from '../../core/instant.ts';
import { checkLeaves } from '../../memory/fold-owner.ts';
import type { VaultState } from '../../memory/state.ts';
import { checkCollectionAdded, checkGranted, checkRotated } from './check-keys.ts';
import { requireCurrent, requireOnce, requireStanding } from './named-rows.ts';
import type { EventOf, ReceivedEvent } from './receive.ts';
import { checkSealed } from './sealed-rows.ts';

/**
 * What an event asks of the rows, keys and grants that it names, at `at`, when it is appended. Changes nothing.
 * @throws {MemSyncError} `vault_erased`, `event_malformed`, `version_changed`, `row_not_live`, `batch_conflict`, `box_mismatch`,
 * `collection_unknown`, `commitment_mismatch`, `memory_unknown`
 */
export function checkPreconditions(state: VaultState, { payload, submission }: ReceivedEvent, at: Instant): void {
  if (state.erased !== null) throw new MemSyncError('vault_erased', 'The owner has erased this vault.');
  refuseStray(payload.kind, submission);
  switch (payload.kind) {
    case 'validated': {
      const leaves = submission.leaves ?? [];
      checkLeaves(state.vault, payload.body, leaves);
      requireOnce(leaves.map((leaf) => leaf.row));
      for (const leaf of leaves) requireStanding(state, leaf);
      return;
    }
    case 'remembered':
      checkRemembered(state, payload, submission);
      return;
    case 'edited':
      checkEdited(state, payload, submission);
      return;
    case 'superseded':
      checkSuperseded(state, payload);
      return;
    case 'dismissed':
      checkDismissed(state, payload);
      return;
    case 'retracted':
      requireOnce(payload.body.rows.map(({ row }) => row));
      for (const named of payload.body.rows) requireCurrent(state, named);
      return;
    case 'reinstated':
      requireOnce(payload.body.rows.map(({ row }) => row));
      for (const named of payload.body.rows) {
        const row = requireCurrent(state, named);
        if (row.restoredSeq === null) requireStanding(state, named, ['retracted', 'superseded']);
      }
      return;
    case 'erased':
      checkErased(state, payload);
      return;
    case 'collection_added':
      checkCollectionAdded(state, payload, submission);
      return;
    case 'granted':
      checkGranted(state, payload, submission);
      return;
    case 'revoked':
      if (!state.grants.has(payload.body.grant)) throw new MemSyncError('batch_conflict', 'There is no such grant.');
      return;
    case 'rotated':
      checkRotated(state, payload, submission, at);
      return;
    case 'policy_set':
    case 'owner_rotated':
      return;
  }
}

function checkRemembered(state: VaultState, { body }: EventOf<'remembered'>, submission: OwnerSubmission): void {
  if (body.version !== 1) throw new MemSyncError('event_malformed', 'A row begins with version 1.');
  if (state.rows.has(body.row)) throw new MemSyncError('batch_conflict', 'There is such a row already.');
  const replaced = body.supersedes ?? [];
  requireOnce(replaced.map(({ row }) => row));
  for (const named of replaced) requireStanding(state, named);
  checkSealed(state, [body], submission);
}

function checkEdited(state: VaultState, { body }: EventOf<'edited'>, submission: OwnerSubmission): void {
  requireOnce(body.rows.map(({ row }) => row));
  for (const { row, version, previous } of body.rows) {
    requireStanding(state, previous);
    if (row !== previous.row || version !== previous.version + 1) {
      throw new MemSyncError('event_malformed', 'An edit makes the next version of the row that it names.');
    }
  }
  checkSealed(state, body.rows, submission);
}

function checkSuperseded(state: VaultState, { body }: EventOf<'superseded'>): void {
  const replaced = body.pairs.map((pair) => pair.replaced.row);
  requireOnce(replaced);
  for (const pair of body.pairs) {
    requireStanding(state, pair.replaced);
    requireStanding(state, pair.by);
    if (replaced.includes(pair.by.row)) {
      throw new MemSyncError('batch_conflict', `Row ${pair.by.row} cannot replace a row and be replaced in one event.`);
    }
  }
}

function checkDismissed(state: VaultState, { body }: EventOf<'dismissed'>): void {
  if (body.grant === null && body.rows.length === 0)
    throw new MemSyncError('event_malformed', 'Name a grant, or rows, whose doubts to dismiss.');
  if (body.grant !== null && !state.grants.has(body.grant)) throw new MemSyncError('batch_conflict', 'There is no such grant.');
  requireOnce(body.rows);
  for (const id of body.rows) if (!state.rows.has(id)) throw new MemSyncError('memory_unknown', `There is no row ${id}.`);
}

/** What is erased already may be named again: whoever asks wants it gone, and it is. */
function checkErased(state: VaultState, { body }: EventOf<'erased'>): void {
  if (body.scope === 'vault') return;
  if (body.scope === 'collection') {
    const collection = state.collections.get(body.collection);
    if (collection?.purpose !== 'rows') throw new MemSyncError('collection_unknown', 'There is no such collection of rows.');
    return;
  }
  requireOnce(body.rows);
  for (const id of body.rows) if (!state.rows.has(id)) throw new MemSyncError('memory_unknown', `There is no row ${id}.`);
}

/** What travels beside an event belongs to its kind; anything else was sent by mistake. */
function refuseStray(kind: OwnerEventPayload['kind'], submission: OwnerSubmission): void {
  const stray =
    (submission.leaves !== undefined && kind !== 'validated') ||
    (submission.boxes !== undefined && kind !== 'granted' && kind !== 'collection_added' && kind !== 'rotated') ||
    (submission.sealed !== undefined && kind !== 'remembered' && kind !== 'edited');
  if (stray) throw new MemSyncError('event_malformed', `What was sent beside the event does not belong to “${kind}”.`);
}
