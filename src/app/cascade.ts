import type { Tier } from '../../schemas/vocabulary.ts';
import { TIERS } from '../../schemas/vocabulary.ts';
import type { JobEvent } from '../memory/event.ts';
import { causeOfFall, type KnownCauses } from '../memory/fall.ts';
import { foldJobEvent } from '../memory/fold.ts';
import { effectiveTiers } from '../memory/lineage.ts';
import type { VaultDraft } from './draft.ts';
import type { OpenRow, OpenVault } from './open-vault.ts';
import { noteColumns } from './columns.ts';

const JOB = 'lineage';

/** The tiers of every row in memory that derives from some rows, before something happens to those. */
export type TiersBelow = ReadonlyMap<string, Tier>;

/** Does something to these rows, and writes into the ledger which others have fallen with them: once for all of them. */
export function withFalls<T>(vault: OpenVault, draft: VaultDraft, rows: readonly string[], act: () => T): T {
  const below = tiersBelow(vault, rows, draft);
  const done = act();
  noteFalls(vault, draft, below);
  return done;
}

/**
 * How the rows stand that derive from these, however deep; not these themselves, of which the event that is to come tells. Rows whose keys
 * are not at hand are not told of: readers compute them.
 */
export function tiersBelow(vault: OpenVault, rows: readonly string[], draft: VaultDraft): TiersBelow {
  const below = vault.descent.below(rows);
  for (const row of rows) below.delete(row);
  return new Map([...tiersOf(vault, below, draft)].map(([id, { tier }]) => [id, tier]));
}

/**
 * Writes into the ledger which of these rows have fallen since, each with the reason and the source that took it along (promise 5). What a
 * reader sees does not wait for it: tiers are computed from the sources as long as there are any.
 */
export function noteFalls(vault: OpenVault, draft: VaultDraft, before: TiersBelow): void {
  const causes: KnownCauses = new Map();
  for (const [id, { tier }] of tiersOf(vault, before.keys(), draft)) {
    const from = before.get(id);
    const row = vault.rows.get(id);
    if (from === undefined || row === undefined || TIERS.indexOf(tier) <= TIERS.indexOf(from)) {
      if (row !== undefined) noteColumns(vault, draft, id);
      continue;
    }
    noteFall(vault, draft, row, from, tier, { causes });
  }
}

/** Writes one fall into the ledger, with its reason; `causes` are what is known of those of other rows in the same commit. */
export function noteFall(
  vault: OpenVault,
  draft: VaultDraft,
  row: OpenRow,
  from: Tier,
  to: Tier,
  { job = JOB, causes = new Map() }: { readonly job?: string; readonly causes?: KnownCauses } = {},
): void {
  const { reason, source } = causeOfFall(row, to, vault.around, vault.state.policy.policy, draft.now, causes);
  const { version } = row.header;
  const event: JobEvent = { kind: 'demoted', at: draft.now, job, row: row.state.id, version, from, to, reason, source };
  const known = reason !== 'aged' || vault.tierOf(row, draft.now).tier === to;
  const seq = draft.appendJobEvent(event);
  foldJobEvent(vault.state, event, seq);
  // It says what was so already, of the row and of all that derives from it, and can only stay so as time goes by.
  if (known) vault.holdLimits(seq);
  noteColumns(vault, draft, row.state.id);
}

function tiersOf(vault: OpenVault, ids: Iterable<string>, draft: VaultDraft): ReturnType<typeof effectiveTiers> {
  const rows = [...ids].map((id) => vault.rows.get(id)).filter((row) => row !== undefined);
  return effectiveTiers(rows, vault.around, vault.state.policy.policy, draft.now);
}
