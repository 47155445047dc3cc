import type { ErasedBody, OwnerEventPayload, RotatedBody, ValidationLeaf } from '../../schemas/owner-event.ts';
import { fromHex, hex } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import type { SignedPayload } from '../crypto/dsse.ts';
import { rootOfHashes } from '../log/merkle.ts';
import { payloadHash } from './event.ts';
import { keepDoubts } from './doubts.ts';
import { addRow, addVersion, broken, eraseRow, freeRow, replaceRow, rowOf } from './fold.ts';
import { policySha256 } from './policy.ts';
import { currentVersion, type Place, type VaultState } from './state.ts';
import { validationLeafHash } from './validation.ts';

/** Applies an owner's event whose place in the chain and signature have been verified. `at` is when it was appended. */
export function foldOwnerEvent(
  state: VaultState,
  payload: OwnerEventPayload,
  signed: SignedPayload,
  seq: number,
  at: Instant,
  leaves: readonly ValidationLeaf[],
): void {
  switch (payload.kind) {
    case 'validated':
      validate(state, payload, { seq, at }, leaves);
      break;
    case 'remembered':
      addRow(state, payload.body, seq, at, null);
      for (const { row } of payload.body.supersedes ?? []) replaceRow(state, row, payload.body.row, { seq, at });
      break;
    case 'edited':
      for (const made of payload.body.rows) {
        addVersion(state, made, seq, at, null);
        keepDoubts(state, rowOf(state, made.row), (contest) => contest.seq > payload.seenHead.seq);
      }
      break;
    case 'superseded':
      for (const { replaced, by } of payload.body.pairs) replaceRow(state, replaced.row, by.row, { seq, at });
      break;
    case 'dismissed':
      dismiss(state, payload);
      break;
    case 'retracted':
      for (const named of payload.body.rows) retract(state, named.row, seq);
      break;
    case 'reinstated':
      for (const named of payload.body.rows) reinstate(state, named.row);
      break;
    case 'erased':
      erase(state, payload.body, { seq, at });
      break;
    case 'collection_added': {
      const { collection: id, epoch, purpose, keyCommitment, boxSha256, sealedName } = payload.body;
      const first = { epoch, seq, keyCommitment, boxSha256, sealedPrevious: null };
      state.collections.set(id, { id, purpose, sealedName, epochs: [first], erased: null });
      break;
    }
    case 'granted':
      state.grants.set(payload.body.grant, { body: payload.body, seq, at, revokedAt: null, boxes: payload.body.boxes });
      break;
    case 'revoked':
      revoke(state, payload.body.grant, at);
      break;
    case 'policy_set':
      state.policy = { policy: payload.body.policy, sha256: policySha256(payload.body.policy), seq };
      // What jobs wrote followed from the policy before; under the new one readers compute afresh.
      for (const row of state.rows.values()) row.ledgerTier = 'active';
      break;
    case 'rotated':
      rotate(state, payload.body, { seq, at });
      break;
    case 'owner_rotated':
      state.ownerKey = fromHex(payload.body.ownerKey);
      state.nextKeyHash = payload.body.nextKeyHash;
      state.ownerRotations.push(signed);
      break;
  }
  state.ownerSeq = payload.ownerSeq;
  state.ownerHead = payloadHash(signed.payload);
  state.ownerHashes.add(state.ownerHead);
}

/**
 * Checks that the leaves beside a `validated` event are those under its signed root.
 * @throws {MemSyncError} `event_malformed`
 */
export function checkLeaves(vault: string, body: { root: string; size: number }, leaves: readonly ValidationLeaf[]): void {
  const root = leaves.length === body.size ? hex(rootOfHashes(leaves.map((leaf) => validationLeafHash(vault, leaf)))) : null;
  if (root !== body.root) throw new MemSyncError('event_malformed', 'The leaves beside the event are not those under its signed root.');
}

function validate(
  state: VaultState,
  payload: Extract<OwnerEventPayload, { kind: 'validated' }>,
  { seq, at }: Place,
  leaves: readonly ValidationLeaf[],
): void {
  checkLeaves(state.vault, payload.body, leaves);
  leaves.forEach((leaf, index) => {
    const row = rowOf(state, leaf.row);
    const current = currentVersion(row);
    if (row.erased !== null || current.version !== leaf.version || current.commitment !== leaf.commitment) return;
    row.validation = { at: Math.min(payload.signedAt, at), expiresAt: leaf.expiresAt, seq, leaf: index, seen: payload.seenHead.seq };
    row.ledgerTier = 'active';
    keepDoubts(state, row, (contest) => contest.seq > payload.seenHead.seq);
    if (row.restoredSeq !== null && row.restoredSeq <= payload.seenHead.seq) row.restoredSeq = null;
  });
}

/** Takes away the doubts that the owner had seen: what was raised since stands. */
function dismiss(state: VaultState, payload: Extract<OwnerEventPayload, { kind: 'dismissed' }>): void {
  const { grant, rows } = payload.body;
  const meant = rows.length === 0 ? state.rows.values() : rows.map((id) => rowOf(state, id));
  for (const row of meant) {
    keepDoubts(state, row, (contest) => contest.seq > payload.seenHead.seq || (grant !== null && contest.grantId !== grant));
  }
}

/** The owner stands behind it no longer: should it be reinstated, it is unvalidated. */
function retract(state: VaultState, id: string, seq: number): void {
  const row = rowOf(state, id);
  row.retractedSeq ??= seq;
  row.validation = null;
}

/** Back to what it was before it was retracted or replaced, and no fresher. */
function reinstate(state: VaultState, id: string): void {
  const row = rowOf(state, id);
  row.retractedSeq = null;
  freeRow(state, row);
  row.restoredSeq = null;
}

function erase(state: VaultState, body: ErasedBody, place: Place): void {
  if (body.scope === 'rows') {
    for (const id of body.rows) eraseRow(state, rowOf(state, id), place);
    return;
  }
  for (const collection of state.collections.values()) {
    if (body.scope === 'vault' || collection.id === body.collection) collection.erased ??= place;
  }
  for (const row of state.rows.values()) {
    if (body.scope === 'vault' || row.collection === body.collection) eraseRow(state, row, place);
  }
  if (body.scope === 'collection') return;
  state.erased ??= place;
  for (const grant of state.grants.values()) grant.revokedAt ??= place.at;
}

function revoke(state: VaultState, id: string, at: Instant): void {
  const grant = state.grants.get(id);
  if (grant === undefined) throw broken(`a revocation of the unknown grant ${id}`);
  grant.revokedAt ??= at;
}

function rotate(state: VaultState, body: RotatedBody, { seq, at }: Place): void {
  for (const id of body.revoked) revoke(state, id, at);
  for (const { collection: id, ...epoch } of body.collections) {
    const collection = state.collections.get(id);
    if (collection === undefined) throw broken(`a rotation of the unknown collection ${id}`);
    collection.epochs.push({ ...epoch, seq });
  }
  for (const { grant: id, boxes } of body.grants) {
    const grant = state.grants.get(id);
    if (grant === undefined) throw broken(`a rotation for the unknown grant ${id}`);
    const renewed = new Set(boxes.map((box) => box.collection));
    grant.boxes = [...grant.boxes.filter((box) => !renewed.has(box.collection)), ...boxes];
  }
}
