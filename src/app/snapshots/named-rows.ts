import { parseOwnerPayload } from '../../memory/owner-chain.ts';
import type { LedgerEvent } from '../../memory/event.ts';
import type { StoredEvent } from '../../store/records.ts';
import { parseLeaves } from '../ledger-reader.ts';

/** What an event does to rows, as far as opened rows must follow it. */
export interface RowsNamed {
  /** Rows whose versions it makes. */
  readonly made: readonly string[];
  /** How many of these are new. */
  readonly isNew: number;
  /** Rows that it takes away. */
  readonly erased: readonly string[];
  /** Rows that it is about; null where it may be about any. */
  readonly about: readonly string[] | null;
}

const NOTHING: RowsNamed = { made: [], isNew: 0, erased: [], about: [] };

export function rowsNamed(event: LedgerEvent, { beside }: Pick<StoredEvent, 'beside'>): RowsNamed {
  if (event.by === 'grant') return byGrant(event);
  return event.by === 'job' ? byJob(event) : byOwner(event, beside);
}

function byGrant({ event }: Extract<LedgerEvent, { by: 'grant' }>): RowsNamed {
  const about = [event.row];
  switch (event.kind) {
    case 'remembered':
    case 'imported':
      return { ...NOTHING, made: about, isNew: 1, about };
    case 'edited':
      return { ...NOTHING, made: about, about };
    default:
      return { ...NOTHING, about };
  }
}

function byJob({ event }: Extract<LedgerEvent, { by: 'job' }>): RowsNamed {
  if (event.kind === 'demoted') return { ...NOTHING, about: [event.row] };
  return event.kind === 'erased' ? { ...NOTHING, erased: event.rows, about: event.rows } : { ...NOTHING, about: null };
}

function byOwner({ signed }: Extract<LedgerEvent, { by: 'owner' }>, beside: Uint8Array | null): RowsNamed {
  const payload = parseOwnerPayload(signed.payload);
  switch (payload.kind) {
    case 'remembered': {
      const row = payload.body.row;
      return { ...NOTHING, made: [row], isNew: 1, about: [row, ...(payload.body.supersedes ?? []).map((one) => one.row)] };
    }
    case 'edited': {
      const rows = payload.body.rows.map(({ row }) => row);
      return { ...NOTHING, made: rows, about: rows };
    }
    case 'validated':
      return { ...NOTHING, about: parseLeaves(beside).map(({ row }) => row) };
    case 'retracted':
    case 'reinstated':
      return { ...NOTHING, about: payload.body.rows.map(({ row }) => row) };
    case 'superseded':
      return { ...NOTHING, about: payload.body.pairs.flatMap(({ replaced, by }) => [replaced.row, by.row]) };
    case 'erased':
      return payload.body.scope === 'rows'
        ? { ...NOTHING, erased: payload.body.rows, about: payload.body.rows }
        : { ...NOTHING, about: null };
    case 'dismissed':
      return { ...NOTHING, about: payload.body.rows.length > 0 ? payload.body.rows : null };
    case 'policy_set':
      return { ...NOTHING, about: null };
    default:
      return NOTHING;
  }
}
