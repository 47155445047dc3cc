import {
  OWNER_EVENT_TYPE,
  type NamedVersion,
  type OwnerEventPayload,
  type OwnerEventReply,
  type OwnerSubmission,
} from '../../schemas/owner-event.ts';
import { fromBase64, fromHex, hex } from '../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import { parseEnvelope, type SignedPayload } from '../crypto/dsse.ts';
import { contentDigest } from '../crypto/row-seal.ts';
import { sha256 } from '../crypto/sha256.ts';
import { checkLeaves, foldOwnerEvent } from '../memory/fold.ts';
import { parseOwnerPayload, verifyOwnerEvent } from '../memory/owner-chain.ts';
import { currentVersion, standingOf, type VaultState } from '../memory/state.ts';
import type { StoredVersion } from '../store/records.ts';
import type { StoreReader } from '../store/store.ts';
import type { VaultDraft } from './draft.ts';
import type { OpenVault } from './open-vault.ts';
import { renderHead } from './render.ts';
import type { Services } from './services.ts';
import { openVersion } from './unlock.ts';
import { noteColumns, placeVersion } from './write-row.ts';

/** An owner event taken from its envelope, with what travels beside it. */
export interface ReceivedEvent {
  readonly signed: SignedPayload;
  readonly payload: OwnerEventPayload;
  readonly submission: OwnerSubmission;
}

/** @throws {MemSyncError} `event_malformed` */
export function receiveEvent(submission: OwnerSubmission): ReceivedEvent {
  const signed = openEventEnvelope(submission.event);
  return { signed, payload: parseOwnerPayload(signed.payload), submission };
}

/** The exact bytes that were signed. @throws {MemSyncError} `event_malformed` */
export function openEventEnvelope(envelope: OwnerSubmission['event']): SignedPayload {
  try {
    return parseEnvelope(OWNER_EVENT_TYPE, envelope);
  } catch (cause) {
    throw new MemSyncError('event_malformed', `Expected one signature over an envelope of type ${OWNER_EVENT_TYPE}.`, { cause });
  }
}

/**
 * Appends an owner-signed event (API, `POST /v1/vaults/{vault}/events`). Nothing but the owner's signature lets it in.
 * @throws {MemSyncError} what `verifyOwnerEvent` throws; `version_changed`, `box_mismatch`, `commitment_mismatch`, `batch_conflict`, `event_malformed`
 */
export async function appendOwnerEvent(services: Services, vaultId: string, submission: OwnerSubmission): Promise<OwnerEventReply> {
  const received = receiveEvent(submission);
  return services.writer.submit({
    prepare: async () => {
      const vault = await services.vaults.acquire(vaultId);
      const seenHash = await services.store.eventHash(vaultId, received.payload.seenHead.seq);
      await requireFreeGrant(services.store, vaultId, received.payload);
      return { tail: vault.state, vault, seenHash };
    },
    build: ({ vault, seenHash }, { draft }) => {
      const seen = received.payload.seenHead.seq;
      const known = seen === vault.state.headSeq ? vault.state.headHash : seenHash;
      verifyOwnerEvent(vault.state, received.signed, known);
      checkPreconditions(vault.state, received);
      applyOwnerEvent(vault, draft, received);
      return { seq: vault.state.headSeq, head: renderHead(vault.state), ownerSeq: vault.state.ownerSeq };
    },
  });
}

/** @throws {MemSyncError} `batch_conflict` where an event grants under an id that another vault has given: a token names its grant alone. */
export async function requireFreeGrant(store: StoreReader, vault: string, payload: OwnerEventPayload): Promise<void> {
  const holder = payload.kind === 'granted' ? await store.grantVault(payload.body.grant) : null;
  if (holder !== null && holder !== vault)
    throw new MemSyncError('batch_conflict', 'Another vault has a grant of this id; draw a fresh one.');
}

/** What an event asks of the rows, keys and grants that it names. Changes nothing. */
export function checkPreconditions(state: VaultState, { payload, submission }: ReceivedEvent): void {
  refuseStray(payload.kind, submission);
  switch (payload.kind) {
    case 'validated': {
      const leaves = submission.leaves ?? [];
      checkLeaves(state.vault, payload.body, leaves);
      if (new Set(leaves.map((leaf) => leaf.row)).size !== leaves.length)
        throw new MemSyncError('batch_conflict', 'The event names a row twice.');
      for (const leaf of leaves) requireStanding(state, leaf);
      return;
    }
    case 'retracted':
      for (const named of payload.body.rows) requireCurrent(state, named);
      return;
    case 'edited':
      requireStanding(state, payload.body.previous);
      if (payload.body.row !== payload.body.previous.row || payload.body.version !== payload.body.previous.version + 1) {
        throw new MemSyncError('event_malformed', 'An edit makes the next version of the row that it names.');
      }
      checkSealed(state, payload.body, submission);
      return;
    case 'remembered':
      if (payload.body.version !== 1) throw new MemSyncError('event_malformed', 'A row begins with version 1.');
      if (state.rows.has(payload.body.row)) throw new MemSyncError('batch_conflict', 'There is such a row already.');
      checkSealed(state, payload.body, submission);
      return;
    case 'collection_added':
      if (state.collections.has(payload.body.collection)) throw new MemSyncError('batch_conflict', 'There is such a collection already.');
      if (payload.body.purpose === 'vault' && [...state.collections.values()].some((one) => one.purpose === 'vault')) {
        throw new MemSyncError('batch_conflict', 'A vault has one collection of its own.');
      }
      checkBoxes([payload.body.boxSha256], submission);
      return;
    case 'granted':
      if (state.grants.has(payload.body.grant)) throw new MemSyncError('batch_conflict', 'There is such a grant already.');
      for (const box of payload.body.boxes) {
        const collection = state.collections.get(box.collection);
        if (collection === undefined || collection.epoch !== box.epoch || collection.keyCommitment !== box.keyCommitment) {
          throw new MemSyncError('box_mismatch', 'A box is for a collection, epoch or key that this vault does not have.');
        }
      }
      if (!payload.body.boxes.some((box) => state.collections.get(box.collection)?.purpose === 'vault')) {
        throw new MemSyncError('box_mismatch', 'A grant needs a box of the vault’s own key, too.');
      }
      checkBoxes(
        payload.body.boxes.map((box) => box.boxSha256),
        submission,
      );
      return;
    case 'revoked':
      if (!state.grants.has(payload.body.grant)) throw new MemSyncError('batch_conflict', 'There is no such grant.');
      return;
    case 'policy_set':
      return;
  }
}

/** Appends a verified event, folds it, and does in memory what it says. */
export function applyOwnerEvent(vault: OpenVault, draft: VaultDraft, received: ReceivedEvent): void {
  const { payload, signed, submission } = received;
  const leaves = submission.leaves ?? [];
  const seq = draft.appendOwnerEvent(signed, leaves);
  foldOwnerEvent(vault.state, payload, signed.payload, seq, draft.now, leaves);
  switch (payload.kind) {
    case 'validated':
      for (const leaf of leaves) noteColumns(vault, draft, leaf.row);
      return;
    case 'retracted':
      for (const named of payload.body.rows) noteColumns(vault, draft, named.row);
      return;
    case 'remembered':
    case 'edited':
      placeSealed(vault, draft, payload.body, submission);
      return;
    case 'collection_added':
      draft.boxes.push({ grant: null, collection: payload.body.collection, epoch: payload.body.epoch, box: boxAt(submission, 0) });
      return;
    case 'granted':
      draft.grants.push(payload.body.grant);
      payload.body.boxes.forEach((box, i) => {
        draft.boxes.push({ grant: payload.body.grant, collection: box.collection, epoch: box.epoch, box: boxAt(submission, i) });
      });
      return;
    case 'revoked':
      draft.unboxed.push(payload.body.grant);
      vault.drop(payload.body.grant);
      return;
    case 'policy_set':
      for (const id of vault.rows.keys()) noteColumns(vault, draft, id);
      return;
  }
}

function placeSealed(
  vault: OpenVault,
  draft: VaultDraft,
  body: NamedVersion & { collection: string; epoch: number },
  submission: OwnerSubmission,
): void {
  const stored = storedVersion(body, submission);
  draft.versions.push(stored);
  const key = vault.keys.get(body.collection);
  const state = vault.state.rows.get(body.row);
  if (key === undefined || state === undefined) return;
  try {
    const { header, text } = openVersion(key, stored, currentVersion(state));
    placeVersion(vault, draft, header, text);
  } catch (error) {
    if (!isMemSyncError(error)) throw error;
    vault.rows.delete(body.row);
    vault.index.remove(body.row);
    vault.damaged.set(body.row, error.code);
  }
}

function storedVersion(body: NamedVersion & { collection: string; epoch: number }, submission: OwnerSubmission): StoredVersion {
  const sealed = submission.sealed ?? { header: '', text: '', wrappedKey: '' };
  return {
    row: body.row,
    version: body.version,
    collection: body.collection,
    epoch: body.epoch,
    wrapEpoch: body.epoch,
    header: fromBase64(sealed.header),
    text: fromBase64(sealed.text),
    wrappedKey: fromBase64(sealed.wrappedKey),
    commitment: fromHex(body.commitment),
  };
}

function checkSealed(
  state: VaultState,
  body: NamedVersion & { collection: string; epoch: number; content: string },
  submission: OwnerSubmission,
): void {
  const collection = state.collections.get(body.collection);
  if (collection === undefined || collection.purpose !== 'rows' || collection.epoch !== body.epoch) {
    throw new MemSyncError('collection_unknown', 'The event names a collection or an epoch that this vault does not have.');
  }
  const row = state.rows.get(body.row);
  if (row !== undefined && row.collection !== body.collection) throw new MemSyncError('event_malformed', 'A row stays in its collection.');
  if (submission.sealed === undefined || hex(contentDigest(storedVersion(body, submission))) !== body.content) {
    throw new MemSyncError('commitment_mismatch', 'The sealed row beside the event is not the one that was signed.');
  }
}

function requireCurrent(state: VaultState, named: NamedVersion): void {
  const row = state.rows.get(named.row);
  const current = row === undefined ? null : currentVersion(row);
  if (current?.version !== named.version || current.commitment !== named.commitment) {
    throw new MemSyncError('version_changed', `Row ${named.row} is not at the version that was signed.`, {
      context: { row: named.row, version: current?.version ?? null, commitment: current?.commitment ?? null },
    });
  }
}

function requireStanding(state: VaultState, named: NamedVersion): void {
  requireCurrent(state, named);
  const row = state.rows.get(named.row);
  const standing = row === undefined ? 'retracted' : standingOf(row);
  if (standing !== 'live' && standing !== 'contested') throw new MemSyncError('row_not_live', `Row ${named.row} is ${standing}.`);
}

function checkBoxes(signed: readonly string[], submission: OwnerSubmission): void {
  const boxes = (submission.boxes ?? []).map((box) => hex(sha256(fromBase64(box))));
  if (boxes.length !== signed.length || boxes.some((hash, i) => hash !== signed[i])) {
    throw new MemSyncError('box_mismatch', 'The sealed boxes beside the event are not those whose hashes were signed.');
  }
}

function boxAt(submission: OwnerSubmission, index: number): Uint8Array {
  return fromBase64(submission.boxes?.[index] ?? '');
}

/** What travels beside an event belongs to its kind; anything else was sent by mistake. */
function refuseStray(kind: OwnerEventPayload['kind'], submission: OwnerSubmission): void {
  const stray =
    (submission.leaves !== undefined && kind !== 'validated') ||
    (submission.boxes !== undefined && kind !== 'granted' && kind !== 'collection_added') ||
    (submission.sealed !== undefined && kind !== 'remembered' && kind !== 'edited');
  if (stray) throw new MemSyncError('event_malformed', `What was sent beside the event does not belong to “${kind}”.`);
}
