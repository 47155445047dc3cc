import type { RowHeader } from '../../src/memory/header.ts';
import type { RowView, Surroundings } from '../../src/memory/lineage.ts';
import type { RowState, Validation } from '../../src/memory/state.ts';

export const DAY = 86_400_000;
export const NOON = Date.UTC(2026, 10, 21, 12);

/** `mem_` and a number: ids that tests can read. */
export const memoryId = (number: number): string => `mem_${String(number).padStart(32, '0')}`;
export const collectionId = (number: number): string => `col_${String(number).padStart(32, '0')}`;
export const grantId = (number: number): string => `grt_${String(number).padStart(32, '0')}`;
export const eventId = (number: number): string => `evt_${String(number).padStart(32, '0')}`;
export const sha = (number: number): string => number.toString(16).padStart(64, '0');

/** A header of a fact that the user stated at noon, with what a test cares about put in. */
export function makeRowHeader(given: Partial<RowHeader> = {}): RowHeader {
  return {
    v: 1,
    row: memoryId(1),
    version: 1,
    collection: collectionId(1),
    type: 'semantic',
    category: 'health',
    subject: null,
    attribute: null,
    origin: { effective: 'user_stated', claimed: {}, stamped: { grantId: grantId(1), channel: 'api', recordedAt: NOON } },
    observedAt: null,
    basisAt: NOON,
    basisReason: 'recorded',
    validUntil: null,
    derivedFrom: [],
    supersedes: [],
    bounds: null,
    ...given,
  };
}

export function makeRowState(id: string, given: Partial<RowState> = {}): RowState {
  return {
    id,
    collection: collectionId(1),
    versions: [{ version: 1, commitment: sha(1), content: sha(2), seq: 1, at: NOON, grantId: grantId(1) }],
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
    ...given,
  };
}

/** A row in view, with what its state and header are given. */
export function makeView(id: string, state: Partial<RowState> = {}, header: Partial<RowHeader> = {}): RowView {
  const made = makeRowHeader({ row: id, ...header });
  return { state: makeRowState(id, state), header: made, basisAt: made.basisAt };
}

export function makeValidation(given: Partial<Validation> = {}): Validation {
  return { at: NOON, expiresAt: null, seq: given.seq ?? 5, leaf: 0, seen: given.seq ?? 5, ...given };
}

/** A vault of these rows. `locked` are known without a key, `damaged` in spite of one. */
export function surround(
  views: readonly RowView[],
  { locked = [], damaged = [] }: { locked?: readonly RowState[]; damaged?: readonly RowState[] } = {},
): Surroundings {
  const shown = new Map(views.map((view) => [view.state.id, view]));
  const hidden = new Map([...locked, ...damaged].map((state) => [state.id, state]));
  const closed = new Set(locked.map((state) => state.collection));
  return {
    state: (id) => shown.get(id)?.state ?? hidden.get(id),
    view: (id) => shown.get(id),
    isOpen: (collection) => !closed.has(collection),
  };
}
