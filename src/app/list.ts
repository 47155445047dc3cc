import type { HistoryEntry, HistoryReply, ListQuery, ListReply, Memory } from '../../schemas/memory.ts';
import { MemSyncError } from '../core/errors.ts';
import { formatInstant, type Instant } from '../core/instant.ts';
import { isId } from '../core/ids.ts';
import { parseOwnerPayload } from '../memory/owner-chain.ts';
import { type JobEvent, type LedgerEvent, parseStoredEvent } from '../memory/event.ts';
import { standingOf } from '../memory/state.ts';
import type { StoredEvent } from '../store/records.ts';
import { type Access, collectionByName, enter, isShown, mayReadVersion, visibleRow } from './access.ts';
import { nowOf } from './now.ts';
import { EVENT_PAGE, parseLeaves } from './ledger-reader.ts';
import type { OpenRow } from './open-vault.ts';
import { renderHead, renderMemory } from './render.ts';
import type { Services } from './services.ts';
import { checkSeal, openVersion } from './unlock.ts';

const DEFAULT_LIMIT = 50;

/** What a doubt came of, where it has no note. */
const DOUBTS = {
  edit: 'by an attempted edit',
  supersede: 'by an attempted supersede',
  attribute: 'by a row that says otherwise of the same attribute',
  doubt: null,
} as const;

/** The row as it stands (API, `GET /v1/memories/{id}`). @throws {MemSyncError} `memory_unknown`, and what `enter` throws */
export async function show(services: Services, token: string, id: string): Promise<Memory> {
  const access = await enter(services, token, 'list');
  return renderMemory(access.vault, visibleRow(access, id), nowOf(services, access.vault));
}

/**
 * Rows in scope, newest first; with `due` those that fall a tier by then, what steers most first, or the soonest; a page at a time.
 * @throws {MemSyncError} `collection_unknown`, `input_invalid` (cursor)
 */
export async function list(services: Services, token: string, query: ListQuery): Promise<ListReply> {
  const access = await enter(services, token, 'list');
  const now = nowOf(services, access.vault);
  if (query.order !== undefined && query.due === undefined) throw new MemSyncError('input_invalid', '`order` goes with `due`.');
  if (query.collection !== undefined) collectionByName(access, query.collection);
  const found = [...access.vault.rows.values()].filter((row) => isShown(access, row) && matches(access, row, query, now));
  const counts = query.due === undefined ? null : await servedCounts(services, access, found);
  const matching = found
    .map((row) => ({ row, key: sortKey(access, row, query, counts, now) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const after = query.cursor === undefined ? '' : parseCursor(query.cursor);
  const from = matching.findIndex(({ key }) => key > after);
  const limit = query.limit ?? DEFAULT_LIMIT;
  const page = from < 0 ? [] : matching.slice(from, from + limit);
  const last = page.at(-1);
  const more = last !== undefined && from + limit < matching.length;
  return {
    memories: page.map(({ row }) => {
      const memory = renderMemory(access.vault, row, now);
      return counts === null ? memory : { ...memory, servedInReceipts: counts.get(row.state.id) ?? 0 };
    }),
    cursor: more ? Buffer.from(last.key).toString('base64url') : null,
    head: renderHead(access.vault.state),
  };
}

/** In how many receipts each row was served since it was last confirmed, or ever: an app's own receipts, or for a device everybody's. */
async function servedCounts(services: Services, access: Access, rows: readonly OpenRow[]): Promise<ReadonlyMap<string, number>> {
  const since = rows.map(({ state }) => ({ row: state.id, since: state.validation?.at ?? 0 }));
  const grant = access.state.body.role === 'app' ? access.grant.id : null;
  const counts = await services.store.receiptCounts(access.vault.vault, since, grant);
  return new Map(rows.map(({ state }, i) => [state.id, counts[i] ?? 0]));
}

function matches(access: Access, row: OpenRow, query: ListQuery, now: Instant): boolean {
  if (query.collection !== undefined && row.header.collection !== collectionByName(access, query.collection)) return false;
  if (query.category !== undefined && row.header.category !== query.category) return false;
  if (query.subject !== undefined && row.header.subject !== query.subject) return false;
  const standing = standingOf(row.state);
  if (query.standing !== undefined && standing !== query.standing) return false;
  if (query.tier === undefined && query.due === undefined) return true;
  const { tier, fallsDueAt } = access.vault.tierOf(row, now);
  if (query.tier !== undefined && tier !== query.tier) return false;
  if (query.due === undefined) return true;
  return (standing === 'live' || standing === 'contested') && fallsDueAt !== null && fallsDueAt <= query.due;
}

/** Newest first by id; of what is due by what steers most, then soonest: a string that sorts so and that a cursor can hold. */
function sortKey(access: Access, row: OpenRow, query: ListQuery, counts: ReadonlyMap<string, number> | null, now: Instant): string {
  if (counts !== null) {
    const due = String((access.vault.tierOf(row, now).fallsDueAt ?? 0) + 1e15).padStart(17, '0');
    const idle = query.order === 'soonest' ? '' : String(1e9 - (counts.get(row.state.id) ?? 0)).padStart(10, '0');
    return `${idle}${due}:${row.state.id}`;
  }
  const inverted = row.state.id.slice(4).replaceAll(/[0-9a-f]/g, (digit) => (15 - Number.parseInt(digit, 16)).toString(16));
  return `${inverted}:${row.state.id}`;
}

function parseCursor(cursor: string): string {
  const key = Buffer.from(cursor, 'base64url').toString('latin1');
  const id = key.slice(key.indexOf(':') + 1);
  if (!/^[0-9a-f]{17,32}:/.test(key) || !isId('memory', id)) throw new MemSyncError('input_invalid', 'The cursor is not one of ours.');
  return key;
}

/** What happened to a row, oldest first, with the text of each version (API, `GET /v1/memories/{id}/history`). */
export async function history(services: Services, token: string, id: string): Promise<HistoryReply> {
  const access = await enter(services, token, 'list');
  const row = visibleRow(access, id);
  const events: HistoryEntry[] = [];
  const first = row.state.versions[0]?.seq ?? 0;
  for (let seq = first; seq <= access.vault.state.headSeq;) {
    const page = await services.store.events(access.vault.vault, seq, EVENT_PAGE);
    for (const stored of page) {
      const entry = await historyEntry(services, access, row, stored);
      if (entry !== null) events.push(entry);
      seq = stored.seq + 1;
    }
    if (page.length === 0) break;
  }
  return { memory: renderMemory(access.vault, row, nowOf(services, access.vault)), events, head: renderHead(access.vault.state) };
}

async function historyEntry(services: Services, access: Access, row: OpenRow, stored: StoredEvent): Promise<HistoryEntry | null> {
  const parsed = parseStoredEvent(stored.stored);
  const said = sayOf(parsed, row.state.id, stored);
  if (said === null) return null;
  const made = row.state.versions.find((version) => version.seq === stored.seq);
  const text = made === undefined ? null : await textOf(services, access, row, made.version);
  const note = parsed.by === 'grant' && parsed.event.kind === 'contested' ? await noteOf(services, access, row, stored, parsed) : null;
  return { seq: stored.seq, at: formatInstant(parsed.at), text, ...said, ...(note === null ? {} : { detail: note }) };
}

/** What a row said in one version, or null where that version lies outside the caller's scope: it may have had another category then. */
async function textOf(services: Services, access: Access, row: OpenRow, version: number): Promise<string | null> {
  const made = row.state.versions.find((one) => one.version === version);
  const stored = made === undefined ? null : await services.store.version(access.vault.vault, row.state.id, version);
  if (made === undefined || stored === null) return null;
  const opened = openVersion(access.vault, stored, made);
  return mayReadVersion(access, opened.header) ? opened.text : null;
}

/** Why a row is doubted, in the app's own words; null where it gave none, or spoke of a version outside the caller's scope. */
async function noteOf(
  services: Services,
  access: Access,
  row: OpenRow,
  stored: StoredEvent,
  parsed: Extract<LedgerEvent, { by: 'grant' }>,
): Promise<string | null> {
  if (parsed.event.kind !== 'contested' || (await textOf(services, access, row, parsed.event.version)) === null) return null;
  const previous = await services.store.eventHash(access.vault.vault, stored.seq - 1);
  return previous === null ? null : (checkSeal(access.vault, stored, previous, parsed)?.note ?? null);
}

/** What an event says of a row, or null when it is about others. */
function sayOf(parsed: LedgerEvent, id: string, stored: StoredEvent): Pick<HistoryEntry, 'kind' | 'by' | 'version' | 'detail'> | null {
  if (parsed.by === 'grant') {
    const { event } = parsed;
    if (event.row !== id) return null;
    const version = 'version' in event ? event.version : null;
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
      return made === undefined ? null : { kind: event.kind, by: 'owner', version: made.version, detail: null };
    }
    case 'superseded': {
      const pair = event.body.pairs.find((one) => one.replaced.row === id);
      return pair === undefined ? null : { kind: event.kind, by: 'owner', version: pair.replaced.version, detail: `by ${pair.by.row}` };
    }
    case 'dismissed':
      return event.body.rows.includes(id) ? { kind: event.kind, by: 'owner', version: null, detail: null } : null;
    case 'reinstated':
    case 'retracted': {
      const named = event.body.rows.find((one) => one.row === id);
      return named === undefined ? null : { kind: event.kind, by: 'owner', version: named.version, detail: null };
    }
    case 'validated': {
      const leaf = parseLeaves(stored.beside).find((one) => one.row === id);
      return leaf === undefined ? null : { kind: event.kind, by: 'owner', version: leaf.version, detail: null };
    }
    default:
      return null;
  }
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
