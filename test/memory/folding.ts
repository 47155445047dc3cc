import type { OwnerEventPayload, ValidationLeaf } from '../../schemas/owner-event.ts';
import type { Tier } from '../../schemas/vocabulary.ts';
import { hex } from '../../src/core/bytes.ts';
import { type GrantEvent, type JobEvent, payloadHash } from '../../src/memory/event.ts';
import { foldGrantEvent, foldJobEvent } from '../../src/memory/fold.ts';
import { foldOwnerEvent } from '../../src/memory/fold-owner.ts';
import { verifyOwnerEvent } from '../../src/memory/owner-chain.ts';
import type { RowState, VaultState } from '../../src/memory/state.ts';
import { validationLeafHash } from '../../src/memory/validation.ts';
import { rootOfHashes } from '../../src/log/merkle.ts';
import { collectionId, grantId, memoryId, NOON, sha } from './build.ts';
import { BODIES, newVault, nextOwnerKeys, nextPayload, signed } from './owner.ts';

export const [A, B] = [memoryId(1), memoryId(2)];
export const by = { at: NOON, grant: grantId(1) };
export const made = (row: string, version = 1) => ({
  row,
  version,
  collection: collectionId(1),
  epoch: 1,
  commitment: sha(10 + version),
  content: sha(20 + version),
});
export const remembered = (row = A): GrantEvent => ({ ...by, kind: 'remembered', ...made(row) });
export const edited = (version = 2, row = A): GrantEvent => ({ ...by, kind: 'edited', ...made(row, version) });
export const contested = (row = A): GrantEvent => ({ ...by, kind: 'contested', row, version: 1, reason: 'edit' });
export const demoted = (to: Tier, version = 1, row = A): JobEvent => ({
  kind: 'demoted',
  at: NOON,
  job: 'demote-stale',
  row,
  version,
  from: 'active',
  to,
  reason: 'aged',
  source: null,
});

/** A vault in which row A was remembered, and what else is given. */
export function vaultWith(...events: readonly (GrantEvent | JobEvent)[]): VaultState {
  const state = newVault();
  [remembered(), ...events].forEach((event, i) => apply(state, event, i + 1));
  return state;
}

export function apply(state: VaultState, event: GrantEvent | JobEvent, seq: number): void {
  if ('job' in event) foldJobEvent(state, event, seq);
  else foldGrantEvent(state, event, seq);
  state.headSeq = Math.max(state.headSeq, seq);
}

export function rowOf(state: VaultState, id = A): RowState {
  const row = state.rows.get(id);
  if (row === undefined) throw new Error(`the vault has no row ${id}`);
  return row;
}

/** Folds the owner's next event, verified as the ledger reader verifies it. */
export function own(
  state: VaultState,
  kind: OwnerEventPayload['kind'],
  body: unknown = BODIES[kind],
  { seq = 50, at = NOON, signedAt = NOON, leaves = [] as readonly ValidationLeaf[] } = {},
): string {
  const event = signed(nextPayload(state, kind, body, { signedAt }), kind === 'owner_rotated' ? nextOwnerKeys : undefined);
  foldOwnerEvent(state, verifyOwnerEvent(state, event, state.headHash, at), event, seq, at, leaves);
  return payloadHash(event.payload);
}

export const leafOf = (row: string, version: number, expiresAt: number | null = null): ValidationLeaf => ({
  salt: sha(99),
  row,
  version,
  commitment: sha(10 + version),
  expiresAt,
});

export function confirm(state: VaultState, leaves: readonly ValidationLeaf[], times: Parameters<typeof own>[3] = {}): void {
  const root = hex(rootOfHashes(leaves.map((leaf) => validationLeafHash(state.vault, leaf))));
  own(state, 'validated', { root, size: leaves.length }, { ...times, leaves });
}
