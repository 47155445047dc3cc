import fc from 'fast-check';
import type { OwnerEventPayload } from '../../schemas/owner-event.ts';
import { DEFAULT_POLICY } from '../../schemas/policy.ts';
import { TIERS } from '../../schemas/vocabulary.ts';
import { isMemSyncError } from '../../src/core/errors.ts';
import { advanceHead } from '../../src/memory/fold.ts';
import type { GrantEvent, JobEvent } from '../../src/memory/event.ts';
import { currentVersion, type VaultState } from '../../src/memory/state.ts';
import { collectionId, grantId, memoryId, NOON, sha } from './build.ts';
import { apply, confirm, own } from './folding.ts';
import { BODIES } from './owner.ts';

/** One event of a random ledger: what it is, and which row, other row and grant it is about. */
export interface Step {
  readonly kind: string;
  readonly row: number;
  readonly other: number;
  readonly grant: number;
}

const GRANTS = ['remembered', 'imported', 'edited', 'sighted', 'contested', 'superseded', 'app_confirmed'] as const;
const JOBS = ['demoted', 'restored', 'job-erased'] as const;
const OWNERS = [
  'validated',
  'own-remembered',
  'own-edited',
  'own-superseded',
  'dismissed',
  'retracted',
  'reinstated',
  'own-erased',
  'collection-erased',
  'granted',
  'revoked',
  'policy_set',
  'rotated',
  'owner_rotated',
] as const;

/** Histories in which rows are remembered more often than anything else happens to them. */
export const anyHistory: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    kind: fc.oneof({ weight: 3, arbitrary: fc.constantFrom<string>(...GRANTS) }, fc.constantFrom<string>(...JOBS, ...OWNERS)),
    row: fc.nat({ max: 6 }),
    other: fc.nat({ max: 6 }),
    grant: fc.nat({ max: 3 }),
  }),
  { minLength: 1, maxLength: 40 },
);

/** Folds a step where the vault as it stands allows it; the same steps on the same vault come to the same. */
export function take(state: VaultState, step: Step, at = NOON + 1000 * state.headSeq): void {
  const seq = state.headSeq + 1;
  try {
    fold(state, step, seq, at);
  } catch (error) {
    if (!isMemSyncError(error) && !(error instanceof Error && error.message.startsWith('no row'))) throw error;
    return;
  }
  state.headSeq = seq - 1;
  advanceHead(state, new Uint8Array(32).fill(seq % 256), at);
}

function fold(state: VaultState, { kind, row: number, other, grant }: Step, seq: number, at: number): void {
  const row = memoryId(number);
  const by = { at, grant: grantId(grant) };
  const version = (id = row): number => {
    const known = state.rows.get(id);
    if (known === undefined) throw new Error('no row');
    return currentVersion(known).version;
  };
  const content = (next: number): Parts => ({
    row,
    version: next,
    collection: collectionId(1 + (number % 2)),
    epoch: 1,
    commitment: sha(1000 * number + next),
    content: sha(2000 * number + next),
  });
  const named = (id: string): { row: string; version: number; commitment: string } => ({
    row: id,
    version: version(id),
    commitment: sha(1),
  });
  const given = (event: GrantEvent | JobEvent): void => apply(state, event, seq);
  const owner = (owned: OwnerEventPayload['kind'], body?: unknown): void => void own(state, owned, body ?? BODIES[owned], { seq, at });
  const job = { at, job: 'some-job' };
  switch (kind) {
    case 'remembered':
    case 'imported':
      return given({ ...by, kind, ...content(1) });
    case 'edited':
      return given({ ...by, kind, ...content(version() + 1) });
    case 'sighted':
      return given({ ...by, kind, row });
    case 'contested':
      return given({ ...by, kind, row, version: version(), reason: other % 2 === 0 ? 'edit' : 'doubt' });
    case 'superseded':
      return given({ ...by, kind, row, by: memoryId(other) });
    case 'app_confirmed':
      return given({ ...by, kind, row, version: version() });
    case 'demoted':
      return given({
        ...job,
        kind,
        row,
        version: version(),
        from: 'active',
        to: TIERS[other % 3] ?? 'active',
        reason: 'aged',
        source: null,
      });
    case 'restored':
      return given({ ...job, kind, lostTo: 1 });
    case 'job-erased':
      return given({ ...job, kind: 'erased', rows: [row], event: sha(9) });
    case 'validated': {
      const current = state.rows.get(row)?.versions.at(-1);
      if (current === undefined) throw new Error('no row');
      const leaf = {
        salt: sha(99),
        row,
        version: current.version,
        commitment: current.commitment,
        expiresAt: other > 3 ? at + other : null,
      };
      return confirm(state, [leaf], { seq, at, signedAt: at - other });
    }
    case 'own-remembered':
      return owner('remembered', { ...content(1), ...(other > 3 ? { supersedes: [named(memoryId(other))] } : {}) });
    case 'own-edited':
      return owner('edited', { rows: [{ ...content(version() + 1), previous: named(row) }] });
    case 'own-superseded':
      return owner('superseded', { pairs: [{ replaced: named(row), by: named(memoryId(other)) }] });
    case 'dismissed':
      return owner('dismissed', { grant: grant === 0 ? null : grantId(grant), rows: other > 3 ? [] : [row] });
    case 'retracted':
    case 'reinstated':
      return owner(kind, { rows: [named(row)] });
    case 'own-erased':
      return owner('erased', { scope: 'rows', rows: [row] });
    case 'collection-erased':
      return owner('erased', { scope: 'collection', collection: collectionId(1 + (number % 2)) });
    case 'granted':
      return owner('granted', { ...BODIES.granted, grant: grantId(grant), ...(other > 3 ? { role: 'device', signingKey: sha(77) } : {}) });
    case 'revoked':
      return owner('revoked', { grant: grantId(grant) });
    case 'policy_set':
      return owner('policy_set', { policy: { ...DEFAULT_POLICY, version: 1 + other } });
    case 'rotated': {
      const collection = collectionId(1 + (number % 2));
      const epoch = 1 + (state.collections.get(collection)?.epochs.length ?? 0);
      return owner('rotated', {
        revoked: [],
        collections: [{ collection, epoch, keyCommitment: sha(8), boxSha256: sha(epoch), sealedPrevious: 'AA==' }],
        grants: state.grants.has(grantId(grant))
          ? [{ grant: grantId(grant), boxes: [{ collection, epoch, keyCommitment: sha(8), boxSha256: sha(epoch) }] }]
          : [],
      });
    }
    default:
      return state.ownerRotations.length > 0 ? undefined : owner('owner_rotated');
  }
}

interface Parts {
  readonly row: string;
  readonly version: number;
  readonly collection: string;
  readonly epoch: number;
  readonly commitment: string;
  readonly content: string;
}

/** All of a state as plain values, maps as lists in their order. */
export function plain(state: VaultState): unknown {
  return {
    ...state,
    ownerHashes: [...state.ownerHashes],
    collections: [...state.collections],
    grants: [...state.grants],
    rows: [...state.rows],
    doubts: [...state.doubts],
  };
}
