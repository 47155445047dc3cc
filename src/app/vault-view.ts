import type { Instant } from '../core/instant.ts';
import type { EffectiveTier, RowView } from '../memory/lineage.ts';
import type { VaultState } from '../memory/state.ts';
import type { Hit, Scope, SearchOptions } from '../retrieval/face.ts';
import type { OpenRow } from './open-vault.ts';

/** A vault as answers are made of it: as it stands, or as it stood. */
export interface VaultView {
  readonly vault: string;
  readonly state: VaultState;
  /** Collection id to name, of the collections that are open. */
  readonly names: ReadonlyMap<string, string>;
  readonly rows: { get(id: string): OpenRow | undefined };
  readonly index: {
    readonly engine: string;
    search(query: string, options: SearchOptions): readonly Hit[];
    vectorsDigest(of: { readonly scope: Scope; readonly unmet?: ReadonlySet<string> }): string;
    withoutVector(): Iterable<{ readonly id: string }>;
  };
  tierOf(row: RowView, now: Instant): EffectiveTier;
}
