import type { HistoryEntry, HistoryReply } from '../../schemas/memory.ts';
import { formatInstant } from '../core/instant.ts';
import { parseOwnerPayload } from '../memory/owner-chain.ts';
import { type JobEvent, type LedgerEvent, parseStoredEvent } from '../memory/event.ts';
import type { StoredEvent } from '../store/records.ts';
import { type Access, enter, visibleRow } from './access.ts';
import { noteOf, textOf } from './doubt-notes.ts';
import { EVENT_PAGE, parseLeaves } from './ledger-reader.ts';
import { nowOf } from './now.ts';
import type { OpenRow } from './open-vault.ts';
import { renderHead, renderMemory } from './render.ts';
import type { Services } from './services.ts';

/** What a doubt came of, where it has no note. */
const DOUBTS = {
  edit: 'by an attempted edit',
  supersede: 'by an attempted supersede',
  attribute: 'by a row that says otherwise of the same attribute',
  doubt: null,
} as const;

/** A doubt that stands, and where it was raised. */
interface Doubt {
  readonly grant: string;
  readonly seq: number;
}

/** What happened to a row, oldest first, with the text of each version (API, `GET /v1/memories/{id}/history`). */
export async function history(services: Services, token: string, id: string): Promise<HistoryReply> {
  const access = await enter(services, token, 'list');
  const row = visibleRow(access, id);
  const doubts: Doubt[] = [];
  const events: HistoryEntry[] = [];
  const first = row.state.versions[0]?.seq ?? 0;
  for (let seq = first; seq <= access.vault.state.headSeq;) {
    const page = await services.store.events(access.vault.vault, seq, EVENT_PAGE);
    for (const stored of page) {
      const entry = await historyEntry(services, access, row, stored, doubts);
      if (entry !== null) events.push(entry);
      seq = stored.seq + 1;
    }
    if (page.length === 0) break;
  }
  // Asked for anew: it may have been erased while its events were read.
  const memory = renderMemory(access.vault, visibleRow(access, id), nowOf(services, access.vault));
  return { memory, events, head: renderHead(access.vault.state) };
}

/** `doubts` are those about the row that nobody has answered up to here: it follows along. */
async function historyEntry(
  services: Services,
  access: Access,
  row: OpenRow,
  stored: StoredEvent,
  doubts: Doubt[],
): Promise<HistoryEntry | null> {
  const parsed = parseStoredEvent(stored.stored);
  const said = sayOf(parsed, row.state.id, stored, doubts);
  if (said === null) return null;
  const made = row.state.versions.find((version) => version.seq === stored.seq);
  const text = made === undefined ? null : await textOf(services, access, row, made.version);
  const note = parsed.by === 'grant' && parsed.event.kind === 'contested' ? await noteOf(services, access, row, stored, parsed) : null;
  return { seq: stored.seq, at: formatInstant(parsed.at), text, ...said, ...(note === null ? {} : { detail: note }) };
}

/** What an event says of a row, or null when it is about others. */
function sayOf(
  parsed: LedgerEvent,
  id: string,
  stored: StoredEvent,
  doubts: Doubt[],
): Pick<HistoryEntry, 'kind' | 'by' | 'version' | 'detail'> | null {
  if (parsed.by === 'grant') {
    const { event } = parsed;
    if (event.row !== id) return null;
    const version = 'version' in event ? event.version : null;
    if (event.kind === 'contested') doubts.push({ grant: event.grant, seq: stored.seq });
    const detail = event.kind === 'contested' ? DOUBTS[event.reason] : event.kind === 'superseded' ? `by ${event.by}` : null;
    return { kind: event.kind, by: event.grant, version, detail };
  }
  if (parsed.by === 'job') {
    return sayOfJob(parsed.event, id);
  }
  const payload = parsed.signed.payload;
  if (stored.seq === 0) return null;
  const event = parseOwnerPayload(payload);
  switch (event.kind) {
    case 'remembered':
      if (event.body.row === id) return { kind: event.kind, by: 'owner', version: event.body.version, detail: null };
      return event.body.supersedes?.some((one) => one.row === id) === true
        ? { kind: 'superseded', by: 'owner', version: null, detail: `by ${event.body.row}` }
        : null;
    case 'edited': {
      const made = event.body.rows.find((one) => one.row === id);
      if (made !== undefined) answered(doubts, event.seenHead.seq, null);
      return made === undefined ? null : { kind: event.kind, by: 'owner', version: made.version, detail: null };
    }
    case 'superseded': {
      const pair = event.body.pairs.find((one) => one.replaced.row === id);
      return pair === undefined ? null : { kind: event.kind, by: 'owner', version: pair.replaced.version, detail: `by ${pair.by.row}` };
    }
    case 'dismissed': {
      const { grant, rows } = event.body;
      const said = rows.length === 0 || rows.includes(id) ? answered(doubts, event.seenHead.seq, grant) : false;
      return said || rows.includes(id) ? { kind: event.kind, by: 'owner', version: null, detail: null } : null;
    }
    case 'reinstated':
    case 'retracted': {
      const named = event.body.rows.find((one) => one.row === id);
      return named === undefined ? null : { kind: event.kind, by: 'owner', version: named.version, detail: null };
    }
    case 'validated': {
      const leaf = parseLeaves(stored.beside).find((one) => one.row === id);
      if (leaf !== undefined) answered(doubts, event.seenHead.seq, null);
      return leaf === undefined ? null : { kind: event.kind, by: 'owner', version: leaf.version, detail: null };
    }
    default:
      return null;
  }
}

/** Takes away the doubts that the owner had seen, of one grant or (null) of any. Returns whether there were such. */
function answered(doubts: Doubt[], seen: number, grant: string | null): boolean {
  const left = doubts.filter((doubt) => doubt.seq > seen || (grant !== null && doubt.grant !== grant));
  return doubts.splice(0, doubts.length, ...left).length > left.length;
}

function sayOfJob(event: JobEvent, id: string): Pick<HistoryEntry, 'kind' | 'by' | 'version' | 'detail'> | null {
  const by = `job:${event.job}`;
  switch (event.kind) {
    case 'demoted': {
      if (event.row !== id) return null;
      const why = event.source === null ? '' : `, with ${event.source} (${event.reason.replace('source_', '')})`;
      return { kind: event.kind, by, version: event.version, detail: `${event.from} to ${event.to}${why}` };
    }
    case 'restored':
      return { kind: event.kind, by, version: null, detail: `events up to ${event.lostTo} are lost` };
    default:
      return event.rows.includes(id) ? { kind: event.kind, by, version: null, detail: 'again, after a restore' } : null;
  }
}
