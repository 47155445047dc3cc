import type { Policy } from '../../../schemas/policy.ts';
import { type Tier, TIERS } from '../../../schemas/vocabulary.ts';
import type { JobEvent } from '../../memory/event.ts';
import { BUILT_IN_POLICY } from '../../memory/policy.ts';
import { currentVersion, type RowState, standingOf, type VaultState } from '../../memory/state.ts';
import { lifecycleOf, tierAt } from '../../memory/tier.ts';
import type { FindingList } from './finding.ts';
import type { AuditProgress, PendingDemotion } from './progress.ts';
import type { HeaderSource, OpenedHeader } from './source.ts';

/** Rows that are opened at once. */
const ROWS = 50;

type Demoted = Extract<JobEvent, { kind: 'demoted' }>;
type Counts = AuditProgress['chain']['demotions'];

/** What ends a source, and the best tier that this leaves to what derives from it. */
const ENDS: Readonly<Record<string, { readonly holds: (source: RowState) => boolean; readonly leaves: Tier }>> = {
  source_erased: { holds: ({ erased }) => erased !== null, leaves: 'dormant' },
  source_retracted: { holds: ({ retractedSeq }) => retractedSeq !== null, leaves: 'dormant' },
  source_superseded: { holds: ({ supersededBy }) => supersededBy !== null, leaves: 'dormant' },
  source_contested: { holds: ({ contests }) => contests.length > 0, leaves: 'background' },
};

/**
 * Whether every demotion that jobs have written has its ground: in the ledger, or in times that the owner's policy gives a row, for which its header
 * must be opened. Without a key, or where the version is no longer there, that is not known, and said so.
 */
export class Demotions {
  readonly #findings: FindingList;
  #pending: PendingDemotion[];
  #explained: number;
  #unknown: number;

  constructor(findings: FindingList, { pending, demotions }: { readonly pending: readonly PendingDemotion[]; readonly demotions: Counts }) {
    this.#findings = findings;
    this.#pending = [...pending];
    this.#explained = demotions.explained;
    this.#unknown = demotions.unknown;
  }

  get kept(): { pending: PendingDemotion[]; demotions: Counts } {
    return { pending: this.#pending, demotions: { explained: this.#explained, unknown: this.#unknown } };
  }

  /** How many there are, and of how many the ground is shown; those that are still to be looked at count as not known. */
  get counts(): Counts {
    return { explained: this.#explained, unknown: this.#unknown + this.#pending.length };
  }

  /** Looks at one, before it is folded. `policy` is how many policies had been set by then. */
  look(state: VaultState, event: Demoted, seq: number, policy: number): void {
    const row = state.rows.get(event.row);
    // What does not fold is found by the fold.
    if (row === undefined) return;
    const wrong = this.#contradiction(state, row, event);
    if (wrong !== null) this.#unfounded(seq, event.row, wrong);
    else if (currentVersion(row).version !== event.version || this.#standsSo(row, event.to)) this.#explained += 1;
    else if (event.reason === 'aged') this.#pending.push(pendingOf(row, event, seq, policy, 'aged'));
    else {
      const source = event.reason === 'source_demoted' && event.source !== null ? state.rows.get(event.source) : undefined;
      if (source !== undefined && !this.#standsSo(source, event.to)) this.#pending.push(pendingOf(source, event, seq, policy, 'aged'));
      this.#pending.push(pendingOf(row, event, seq, policy, 'derived'));
    }
  }

  /** What in a demotion cannot be so, whatever the row says; null for nothing. */
  #contradiction(state: VaultState, row: RowState, { from, to, reason, source }: Demoted): string | null {
    if (TIERS.indexOf(to) <= TIERS.indexOf(from)) return `it goes from ${from} to ${to}`;
    if ((reason === 'aged') !== (source === null)) return 'it names a source for age, or none for a fall with one';
    if (source === null) return null;
    if (source === row.id) return 'it names the row as its own source';
    const there = state.rows.get(source);
    const end = ENDS[reason];
    if (there === undefined) return reason === 'source_erased' ? null : `there is no source ${source}`;
    if (end === undefined) return null;
    if (!end.holds(there)) return `its source ${source} was not ${reason.slice('source_'.length)}`;
    return noBetter(end.leaves, to) ? null : `a source that is ${reason.slice('source_'.length)} leaves a row at ${end.leaves}`;
  }

  /** Whether a row stands no better than that anyway: by what is said of it in the ledger. */
  #standsSo(row: RowState, tier: Tier): boolean {
    const standing = standingOf(row);
    const cap = standing === 'live' ? 'active' : standing === 'contested' ? 'background' : 'dormant';
    return row.restoredSeq !== null || noBetter(cap, tier) || noBetter(row.ledgerTier, tier);
  }

  /** Looks into the rows whose headers have to be opened. With null none can be. */
  async resolve(
    headers: HeaderSource | null,
    state: VaultState,
    policies: AuditProgress['chain']['policies'],
    note: (done: number, of: number) => void,
  ): Promise<void> {
    if (headers === null) return;
    const all = this.#pending.length;
    while (this.#pending.length > 0) {
      const some = this.#pending.slice(0, ROWS);
      const rows = [...new Set(some.map(({ row }) => row))].filter((id) => state.rows.get(id)?.erased === null);
      const opened = rows.length === 0 ? new Map<string, OpenedHeader>() : await headers.headers(rows);
      for (const one of some) this.#judge(one, opened.get(one.row), policies[one.policy - 1]?.policy ?? BUILT_IN_POLICY.policy);
      this.#pending = this.#pending.slice(some.length);
      note(all - this.#pending.length, all);
    }
  }

  #judge(one: PendingDemotion, opened: OpenedHeader | undefined, policy: Policy): void {
    if (opened === undefined || opened.version !== one.version || opened.commitment !== one.commitment) {
      this.#unknown += 1;
      return;
    }
    const { header } = opened;
    const derives = header.derivedFrom.length > 0;
    const due =
      one.ground === 'aged' &&
      noBetter(tierAt(lifecycleOf({ ...header, origin: header.origin.effective }, one.validation, policy), one.at), one.to);
    if (one.ground === 'derived' ? derives : due) this.#explained += 1;
    else if (one.ground === 'derived') this.#unfounded(one.seq, one.row, 'it fell with a source and derives from none');
    // It ages with its sources, or from a time that only an earlier version tells.
    else if (one.validation === null && (derives || !one.basisKnown)) this.#unknown += 1;
    else this.#unfounded(one.seq, one.row, `its time for ${one.to} had not come`);
  }

  #unfounded(seq: number, row: string, why: string): void {
    this.#findings.add('demotion_unfounded', { seq }, `Event ${seq} takes row ${row} down, and ${why}.`);
  }
}

function pendingOf(row: RowState, { at, to }: Demoted, seq: number, policy: number, ground: PendingDemotion['ground']): PendingDemotion {
  const { version, commitment } = currentVersion(row);
  const { validation } = row;
  return {
    seq,
    at,
    row: row.id,
    version,
    commitment,
    to,
    policy,
    validation: validation === null ? null : { at: validation.at, expiresAt: validation.expiresAt },
    basisKnown: row.versions.slice(1).every(({ grantId }) => grantId !== null),
    ground,
  };
}

function noBetter(one: Tier, than: Tier): boolean {
  return TIERS.indexOf(one) >= TIERS.indexOf(than);
}
