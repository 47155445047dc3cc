import type { GenesisPayload, OwnerEventPayload, ValidationLeaf } from '../../schemas/owner-event.ts';
import { fromHex, hex } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import type { SignedPayload } from '../crypto/dsse.ts';
import { rootOfHashes } from '../log/merkle.ts';
import { type GrantEvent, type JobEvent, payloadHash } from './event.ts';
import { BUILT_IN_POLICY, policySha256 } from './policy.ts';
import { currentVersion, type RowState, type VaultState } from './state.ts';
import { worstTier } from './tier.ts';
import { validationLeafHash } from './validation.ts';

/** The state of a vault that holds nothing but its verified genesis. */
export function foldGenesis(vault: string, signed: SignedPayload, genesis: GenesisPayload, hash: Uint8Array, at: Instant): VaultState {
  return {
    vault,
    genesis: signed,
    ownerKey: fromHex(genesis.body.ownerKey),
    ownerBoxKey: fromHex(genesis.body.boxKey),
    ownerSeq: 0,
    ownerHead: vault,
    ownerHashes: new Set([vault]),
    headSeq: 0,
    headHash: hash,
    lastAt: at,
    collections: new Map(),
    grants: new Map(),
    policy: BUILT_IN_POLICY,
    rows: new Map(),
  };
}

/** Moves the head on by one event whose hash the caller has computed or checked. */
export function advanceHead(state: VaultState, hash: Uint8Array, at: Instant): void {
  state.headSeq += 1;
  state.headHash = hash;
  state.lastAt = Math.max(state.lastAt, at);
}

/** Applies a grant's event. @throws {MemSyncError} `ledger_broken` where it contradicts the rows before it. */
export function foldGrantEvent(state: VaultState, event: GrantEvent, seq: number): void {
  switch (event.kind) {
    case 'remembered':
      addRow(state, event, seq, event.at, event.grant);
      return;
    case 'edited':
      addVersion(state, event, seq, event.at, event.grant);
      return;
    case 'sighted':
      rowOf(state, event.row).sightings += 1;
      return;
    case 'contested':
      rowOf(state, event.row).contests.push({ grantId: event.grant, seq, at: event.at });
      return;
    case 'superseded':
      rowOf(state, event.row).supersededBy = { id: event.by, seq };
  }
}

/** Applies a job's event: it can lower a tier, and nothing else (promise 3). */
export function foldJobEvent(state: VaultState, event: JobEvent): void {
  const row = state.rows.get(event.row);
  if (row === undefined) throw broken(`a demotion of the unknown row ${event.row}`);
  if (currentVersion(row).version === event.version) row.ledgerTier = worstTier(row.ledgerTier, event.to);
}

/** Applies an owner's event whose place in the chain and signature have been verified. `at` is when it was appended. */
export function foldOwnerEvent(
  state: VaultState,
  payload: OwnerEventPayload,
  signedPayload: Uint8Array,
  seq: number,
  at: Instant,
  leaves: readonly ValidationLeaf[],
): void {
  switch (payload.kind) {
    case 'validated':
      validate(state, payload, seq, at, leaves);
      break;
    case 'remembered':
      addRow(state, payload.body, seq, at, null);
      break;
    case 'edited':
      addVersion(state, payload.body, seq, at, null);
      rowOf(state, payload.body.row).contests = [];
      break;
    case 'retracted':
      for (const named of payload.body.rows) rowOf(state, named.row).retractedSeq ??= seq;
      break;
    case 'collection_added':
      state.collections.set(payload.body.collection, { ...payload.body, id: payload.body.collection });
      break;
    case 'granted':
      state.grants.set(payload.body.grant, { body: payload.body, seq, at, revokedAt: null });
      break;
    case 'revoked': {
      const grant = state.grants.get(payload.body.grant);
      if (grant === undefined) throw broken(`a revocation of the unknown grant ${payload.body.grant}`);
      grant.revokedAt ??= at;
      break;
    }
    case 'policy_set':
      state.policy = { policy: payload.body.policy, sha256: policySha256(payload.body.policy), seq };
      // What jobs wrote followed from the policy before; under the new one readers compute afresh.
      for (const row of state.rows.values()) row.ledgerTier = 'active';
      break;
  }
  state.ownerSeq = payload.ownerSeq;
  state.ownerHead = payloadHash(signedPayload);
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
  seq: number,
  at: Instant,
  leaves: readonly ValidationLeaf[],
): void {
  checkLeaves(state.vault, payload.body, leaves);
  leaves.forEach((leaf, index) => {
    const row = rowOf(state, leaf.row);
    const current = currentVersion(row);
    if (current.version !== leaf.version || current.commitment !== leaf.commitment) return;
    row.validation = { at: Math.min(payload.signedAt, at), expiresAt: leaf.expiresAt, seq, leaf: index };
    row.ledgerTier = 'active';
    row.contests = [];
  });
}

interface MadeVersion {
  readonly row: string;
  readonly version: number;
  readonly collection: string;
  readonly commitment: string;
  readonly content: string;
}

function addRow(state: VaultState, made: MadeVersion, seq: number, at: Instant, grantId: string | null): void {
  if (state.rows.has(made.row) || made.version !== 1) throw broken(`row ${made.row} is remembered twice`);
  if (!state.collections.has(made.collection)) throw broken(`row ${made.row} lies in an unknown collection`);
  state.rows.set(made.row, {
    id: made.row,
    collection: made.collection,
    versions: [{ version: 1, commitment: made.commitment, content: made.content, seq, at, grantId }],
    ledgerTier: 'active',
    sightings: 0,
    contests: [],
    retractedSeq: null,
    supersededBy: null,
    validation: null,
  });
}

function addVersion(state: VaultState, made: MadeVersion, seq: number, at: Instant, grantId: string | null): void {
  const row = rowOf(state, made.row);
  if (made.version !== currentVersion(row).version + 1 || made.collection !== row.collection)
    throw broken(`row ${made.row} skips a version`);
  row.versions.push({ version: made.version, commitment: made.commitment, content: made.content, seq, at, grantId });
  // A new version starts unvalidated, whoever wrote it (promise 1).
  row.validation = null;
}

function rowOf(state: VaultState, id: string): RowState {
  const row = state.rows.get(id);
  if (row === undefined) throw broken(`an event names the unknown row ${id}`);
  return row;
}

function broken(what: string): MemSyncError {
  return new MemSyncError('ledger_broken', `The ledger does not fold: ${what}.`);
}
