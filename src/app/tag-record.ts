import type { TagRecord } from '../../schemas/receipt.ts';
import type { Instant } from '../core/instant.ts';
import { currentVersion, standingOf, type Validation } from '../memory/state.ts';
import type { OpenRow } from './open-vault.ts';
import { secondsBetween } from './render.ts';
import type { VaultView } from './vault-view.ts';

/** Where a row stands in a context block. */
export type Place = Pick<TagRecord, 'tag' | 'placement' | 'rank' | 'segment'>;

/** One served row, with where its validation is to be found in the ledger. */
export interface ServedTag {
  readonly record: TagRecord;
  readonly validation: { readonly seq: number; readonly leaf: number } | null;
}

/** A row as it is served at an instant: what a receipt commits to. */
export function tagRecordOf(view: VaultView, row: OpenRow, at: Instant, { tag, placement, rank, segment }: Place): ServedTag {
  const { header, state, basisAt } = row;
  const validation: Validation | null = state.validation;
  return {
    record: {
      tag,
      row: state.id,
      version: header.version,
      commitment: currentVersion(state).commitment,
      placement,
      tier: view.tierOf(row, at).tier,
      standing: standingOf(state),
      origin: header.origin.effective,
      basisAt,
      lastValidatedAt: validation?.at ?? null,
      ageSeconds: secondsBetween(basisAt, at),
      unvalidatedForSeconds: secondsBetween(validation?.at ?? basisAt, at),
      rank,
      segment,
      cited: null,
    },
    validation: validation === null ? null : { seq: validation.seq, leaf: validation.leaf },
  };
}
