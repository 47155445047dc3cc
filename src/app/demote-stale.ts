import type { JobEvent } from '../memory/event.ts';
import type { KnownCauses } from '../memory/fall.ts';
import { foldJobEvent } from '../memory/fold.ts';
import { fallsDueAt, tierAt, worstTier } from '../memory/tier.ts';
import type { StoredRow } from '../store/records.ts';
import { noteFall } from './cascade.ts';
import { columnsOf } from './columns.ts';
import type { LedgerTail, VaultDraft } from './draft.ts';
import type { OpenVault } from './open-vault.ts';
import type { Services } from './services.ts';

const JOB = 'demote-stale';
/** Rows that are demoted in one commit, and read at once unless vaults that fail have as many that came due before. */
const PAGE = 500;

/** What a run came to. */
export interface DemotionReport {
  readonly demoted: number;
  readonly vaults: number;
  /** Vaults whose due rows could not be demoted this time. */
  readonly failed: number;
}

/**
 * Demotes every row whose next step is due. It needs no key, and costs by what is due, not by what is stored (promise 3). Late or twice, it
 * changes nothing that a reader sees.
 */
export async function demoteStale(services: Services): Promise<DemotionReport> {
  const vaults = new Set<string>();
  const passed = new Set<string>();
  let demoted = 0;
  let failed = 0;
  let looked = PAGE;
  for (;;) {
    const due = await services.store.dueRows(services.clock.now(), looked);
    const pending = [...Map.groupBy(due, (row) => row.vault)].filter(([vault]) => !passed.has(vault));
    if (pending.length === 0) {
      if (due.length < looked) break;
      // What vaults have that were passed over fills the page: others may have rows behind it.
      looked *= 2;
      continue;
    }
    const runs = pending.map(([vault, rows]) => demoteVault(services, vault, new Set(rows.slice(0, PAGE).map((row) => row.row))));
    for (const [i, outcome] of (await Promise.allSettled(runs)).entries()) {
      const vault = pending[i]?.[0] ?? '';
      if (outcome.status === 'rejected') failed += 1;
      // Nothing left where another worker has been first.
      if (outcome.status === 'rejected' || outcome.value.handled === 0) passed.add(vault);
      else {
        vaults.add(vault);
        demoted += outcome.value.demoted;
      }
    }
  }
  return { demoted, vaults: vaults.size, failed };
}

interface Prepared {
  readonly tail: LedgerTail;
  readonly open: OpenVault | null;
  readonly due: readonly StoredRow[];
}

function demoteVault(services: Services, vault: string, named: ReadonlySet<string>): Promise<{ demoted: number; handled: number }> {
  return services.writer.submit({
    prepare: async (): Promise<Prepared> => {
      const open = services.vaults.open.has(vault) ? await services.vaults.acquire(vault) : null;
      const head = open === null ? await services.store.head(vault) : null;
      // Read again after the head: whatever changes a row in between also moves the head, and the commit is built anew.
      const rows = await services.store.rowsNamed(vault, [...named]);
      const due = rows.filter((row) => row.dueAt !== null && row.dueAt <= services.clock.now());
      const tail = open?.state ?? { vault, headSeq: head?.seq ?? -1, headHash: head?.hash ?? new Uint8Array(32), lastAt: head?.at ?? 0 };
      return { tail, open, due };
    },
    build: ({ open, due }, { draft }) => {
      let demoted = 0;
      const causes: KnownCauses = new Map();
      for (const row of due) if (demoteRow(draft, open, row, causes)) demoted += 1;
      return { demoted, handled: due.length };
    },
  });
}

/** Writes what has come due of a row. Returns whether its tier fell. */
function demoteRow(draft: VaultDraft, open: OpenVault | null, row: StoredRow, causes: KnownCauses): boolean {
  const view = open?.rows.get(row.row);
  const opened = open !== null && view !== undefined ? columnsOf(open, view, draft.now) : null;
  const to = worstTier(row.tier, opened?.tier ?? tierAt(row, draft.now));
  const fell = to !== row.tier;
  if (fell && open !== null && view !== undefined && to === opened?.tier && view.header.version === row.version) {
    noteFall(open, draft, view, row.tier, to, { job: JOB, causes });
  } else if (fell) {
    const event: JobEvent = {
      kind: 'demoted',
      at: draft.now,
      job: JOB,
      row: row.row,
      version: row.version,
      from: row.tier,
      to,
      reason: 'aged',
      source: null,
    };
    const seq = draft.appendJobEvent(event);
    if (open !== null) foldJobEvent(open.state, event, seq);
  }
  const next = { ...(opened ?? row), tier: to };
  draft.rows.set(row.row, { ...next, dueAt: opened?.dueAt === null ? null : fallsDueAt(next, to) });
  return fell;
}
