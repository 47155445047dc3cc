import type { GenesisPayload } from '../../schemas/owner-event.ts';
import { fromHex } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import type { SignedPayload } from '../crypto/dsse.ts';
import { keepDoubts, raiseDoubt } from './doubts.ts';
import type { GrantEvent, JobEvent } from './event.ts';
import { BUILT_IN_POLICY } from './policy.ts';
import { currentVersion, type Place, type RowState, type VaultState } from './state.ts';
import { worstTier } from './tier.ts';

/** The state of a vault that holds nothing but its verified genesis. */
export function foldGenesis(vault: string, signed: SignedPayload, genesis: GenesisPayload, hash: Uint8Array, at: Instant): VaultState {
  return {
    vault,
    genesis: signed,
    ownerKey: fromHex(genesis.body.ownerKey),
    nextKeyHash: genesis.body.nextKeyHash,
    ownerRotations: [],
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
    doubts: new Map(),
    erased: null,
  };
}

/** Moves the head on by one event whose hash the caller has computed or checked. */
export function advanceHead(state: VaultState, hash: Uint8Array, at: Instant): void {
  state.headSeq += 1;
  state.headHash = hash;
  state.lastAt = Math.max(state.lastAt, at);
}

/** Applies a grant's event. @throws {MemSyncError} `ledger_broken` where it contradicts the rows before it, or its grant was cut off by then. */
export function foldGrantEvent(state: VaultState, event: GrantEvent, seq: number): void {
  if ((state.grants.get(event.grant)?.revokedAt ?? null) !== null)
    throw broken(`grant ${event.grant} had been revoked before event ${seq}`);
  switch (event.kind) {
    case 'remembered':
    case 'imported':
      addRow(state, event, seq, event.at, event.grant);
      return;
    case 'edited':
      addVersion(state, event, seq, event.at, event.grant);
      return;
    case 'sighted':
      rowOf(state, event.row).sightings += 1;
      return;
    case 'contested':
      raiseDoubt(state, rowOf(state, event.row), { grantId: event.grant, seq, at: event.at, reason: event.reason });
      return;
    case 'superseded':
      replaceRow(state, event.row, event.by, { seq, at: event.at });
      return;
    case 'app_confirmed': {
      const row = rowOf(state, event.row);
      if (currentVersion(row).version === event.version) row.appConfirmedAt = event.at;
    }
  }
}

/** Applies a job's event: it can lower a row, and nothing else (promise 3). */
export function foldJobEvent(state: VaultState, event: JobEvent, seq: number): void {
  switch (event.kind) {
    case 'demoted': {
      const row = rowOf(state, event.row);
      // What falls with a source is computed from the source for as long as it lasts; the event only tells of it.
      if (event.reason === 'aged' && currentVersion(row).version === event.version) row.ledgerTier = worstTier(row.ledgerTier, event.to);
      return;
    }
    case 'restored':
      for (const row of state.rows.values()) row.restoredSeq = seq;
      return;
    case 'erased':
      for (const id of event.rows) eraseRow(state, rowOf(state, id), { seq, at: event.at });
  }
}

/** Nothing of it counts any more; that it was there, and when, remains. */
export function eraseRow(state: VaultState, row: RowState, place: Place): void {
  row.erased ??= place;
  row.validation = null;
  keepDoubts(state, row);
}

/** One row takes the place of another. */
export function replaceRow(state: VaultState, id: string, by: string, place: Place): void {
  const row = rowOf(state, id);
  freeRow(state, row);
  row.supersededBy = { id: by, ...place };
  const next = state.rows.get(by);
  if (next !== undefined && !next.replaces.includes(id)) next.replaces = [...next.replaces, id];
}

/** Nothing takes a row's place any more. */
export function freeRow(state: VaultState, row: RowState): void {
  const by = row.supersededBy === null ? undefined : state.rows.get(row.supersededBy.id);
  if (by !== undefined) by.replaces = by.replaces.filter((one) => one !== row.id);
  row.supersededBy = null;
}

/** What an event says of the version that it makes. */
export interface MadeVersion {
  readonly row: string;
  readonly version: number;
  readonly collection: string;
  readonly commitment: string;
  readonly content: string;
}

/** A new row. @throws {MemSyncError} `ledger_broken` */
export function addRow(state: VaultState, made: MadeVersion, seq: number, at: Instant, grantId: string | null): void {
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
    replaces: [],
    validation: null,
    appConfirmedAt: null,
    erased: null,
    restoredSeq: null,
  });
}

/** A row's next version, unvalidated, whoever wrote it (promise 1). @throws {MemSyncError} `ledger_broken` */
export function addVersion(state: VaultState, made: MadeVersion, seq: number, at: Instant, grantId: string | null): void {
  const row = rowOf(state, made.row);
  if (made.version !== currentVersion(row).version + 1 || made.collection !== row.collection)
    throw broken(`row ${made.row} skips a version`);
  row.versions.push({ version: made.version, commitment: made.commitment, content: made.content, seq, at, grantId });
  row.validation = null;
  row.appConfirmedAt = null;
}

/** @throws {MemSyncError} `ledger_broken` where there is no such row */
export function rowOf(state: VaultState, id: string): RowState {
  const row = state.rows.get(id);
  if (row === undefined) throw broken(`an event names the unknown row ${id}`);
  return row;
}

export function broken(what: string): MemSyncError {
  return new MemSyncError('ledger_broken', `The ledger does not fold: ${what}.`);
}
