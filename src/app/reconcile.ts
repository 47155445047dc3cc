import type { StoredRow } from '../store/records.ts';
import { TIERS, type Tier } from '../../schemas/vocabulary.ts';
import type { Instant } from '../core/instant.ts';
import { causeOfFall, type KnownCauses } from '../memory/fall.ts';
import { standingOf } from '../memory/state.ts';
import { noteFall } from './cascade.ts';
import { columnsOf, noteColumns } from './columns.ts';
import { nowOf } from './now.ts';
import type { OpenRow, OpenVault } from './open-vault.ts';
import type { Services } from './services.ts';

/**
 * Brings what keyless jobs see of a vault up to what its opened rows say: after an owner's policy or validation that came while the vault was
 * locked, or after a column was tampered with. Readers never wait for it: they compute.
 */
export async function reconcileColumns(services: Services, vault: OpenVault): Promise<void> {
  const behind = vault.behind.take();
  const { stored, rows } = await rowsToLookAt(services, vault, behind.rows);
  const now = nowOf(services, vault);
  const wrong: OpenRow[] = [];
  for (const row of rows()) if (differs(stored.get(row.state.id), columnsOf(vault, row, now), now)) wrong.push(row);
  if (wrong.length === 0) {
    behind.done();
    return;
  }
  const fix = services.writer.submit({
    prepare: async () => ({ tail: vault.state }),
    build: (_prepared, { draft }) => {
      const causes: KnownCauses = new Map();
      for (const { state } of wrong) {
        const row = vault.rows.get(state.id);
        if (row === undefined) continue;
        const before = stored.get(state.id);
        const from = before?.tier ?? 'dormant';
        const { tier } = columnsOf(vault, row, draft.now);
        const fell = fellUnseen(row, before, tier) || fellWith(vault, row, from, tier, draft.now, causes);
        if (fell) noteFall(vault, draft, row, from, tier, { causes });
        else noteColumns(vault, draft, state.id);
      }
    },
  });
  // Columns are hints: when this cannot be written now, the next opening tries again.
  fix.then(behind.done, behind.failed);
}

function byId(rows: readonly StoredRow[]): ReadonlyMap<string, StoredRow> {
  return new Map(rows.map((row) => [row.row, row]));
}

/** The rows whose columns may be behind, those that derive from them among them, with what is stored of them. */
async function rowsToLookAt(
  { store }: Services,
  vault: OpenVault,
  behind: ReadonlySet<string> | 'all',
): Promise<{ stored: ReadonlyMap<string, StoredRow>; rows: () => Iterable<OpenRow> }> {
  if (behind === 'all') return { stored: byId(await store.rows(vault.vault)), rows: () => vault.rows.values() };
  if (behind.size === 0) return { stored: new Map(), rows: () => [] };
  const ids = [...new Set([...behind, ...vault.descent.below(behind)])];
  return { stored: byId(await store.rowsNamed(vault.vault, ids)), rows: () => ids.flatMap((id) => vault.rows.get(id) ?? []) };
}

/** Whether a row stands lower than was written down because of a row that it derives from: that was ended while nobody could tell. */
function fellWith(vault: OpenVault, row: OpenRow, from: Tier, to: Tier, now: Instant, causes: KnownCauses): boolean {
  if (row.header.derivedFrom.length === 0 || TIERS.indexOf(to) <= TIERS.indexOf(from)) return false;
  const { reason } = causeOfFall(row, to, vault.around, vault.state.policy.policy, now, causes);
  return reason !== 'aged' && reason !== 'source_demoted';
}

/** Whether a row's time has come while nothing was due of it, since what had happened to it could not be worked out without its key. */
function fellUnseen({ state, header }: OpenRow, before: StoredRow | undefined, to: Tier): boolean {
  if (before === undefined || before.dueAt !== null || before.version !== header.version) return false;
  const standing = standingOf(state);
  return (standing === 'live' || standing === 'contested') && TIERS.indexOf(to) > TIERS.indexOf(before.tier);
}

function differs(stored: StoredRow | undefined, computed: StoredRow, now: Instant): boolean {
  if (stored === undefined) return true;
  // Lower than was written, and not because its time has come: something that it derives from was ended or doubted.
  if (TIERS.indexOf(computed.tier) > TIERS.indexOf(stored.tier) && (stored.dueAt === null || stored.dueAt > now)) return true;
  const same =
    stored.version === computed.version &&
    stored.activeUntil === computed.activeUntil &&
    stored.backgroundUntil === computed.backgroundUntil &&
    (stored.dueAt === null) === (computed.dueAt === null);
  // A tier that lags behind is the job's to write into the ledger, not ours to paper over.
  return !same || (stored.dueAt !== null && computed.dueAt !== null && stored.dueAt > computed.dueAt);
}
