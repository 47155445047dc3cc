import type { ListQuery, ListReply, Memory } from '../../schemas/memory.ts';
import { MemSyncError } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import { isId } from '../core/ids.ts';
import { standingOf } from '../memory/state.ts';
import { type Access, collectionByName, enter, isShown, visibleRow } from './access.ts';
import { doubtsAbout } from './doubt-notes.ts';
import { nowOf } from './now.ts';
import type { OpenRow } from './open-vault.ts';
import { renderHead, renderMemory } from './render.ts';
import type { Services } from './services.ts';

const DEFAULT_LIMIT = 50;

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
  const order = query.due === undefined ? 'newest' : (query.order ?? 'steering');
  const after = query.cursor === undefined ? null : parseCursor(query.cursor, order);
  const limit = query.limit ?? DEFAULT_LIMIT;
  const { served, page, more } =
    order === 'newest' ? newest(access, query, now, after, limit) : await falling(services, access, query, now, order, after, limit);
  const last = more ? page.at(-1) : undefined;
  const beside = await besideRows(services, access, query, served, page);
  // Where the vault had to go from memory meanwhile, what is left of it says nothing.
  if (services.vaults.open.get(access.vault.vault) !== access.vault) return list(services, token, query);
  return {
    // Looked up anew: one may have been erased while something was read.
    memories: page.flatMap(({ row: { state } }) => {
      const row = access.vault.rows.get(state.id);
      return row !== undefined && isShown(access, row) ? [{ ...renderMemory(access.vault, row, now), ...beside(state.id) }] : [];
    }),
    cursor: last === undefined ? null : Buffer.from(last.key).toString('base64url'),
    head: renderHead(access.vault.state),
  };
}

type Order = 'newest' | 'steering' | 'soonest';

interface Page {
  readonly page: readonly { readonly row: OpenRow; readonly key: string }[];
  readonly more: boolean;
  readonly served: ReadonlyMap<string, number>;
}

/** The newest rows: only as many are looked at as it takes to fill a page. */
function newest(access: Access, query: ListQuery, now: Instant, after: string | null, limit: number): Page {
  const served = new Map<string, number>();
  const page: { row: OpenRow; key: string }[] = [];
  for (const row of access.vault.rows.newest(after === null ? null : after.slice(after.indexOf(':') + 1))) {
    if (!isShown(access, row) || !matches(access, row, query, now)) continue;
    if (page.length === limit) return { page, more: true, served };
    page.push({ row, key: sortKey(access, row, 'newest', served, now) });
  }
  return { page, more: false, served };
}

/** Rows that fall by then, in an order that takes all of them. */
async function falling(
  services: Services,
  access: Access,
  query: ListQuery,
  now: Instant,
  order: Order,
  after: string | null,
  limit: number,
): Promise<Page> {
  const isFound = (row: OpenRow): boolean => isShown(access, row) && matches(access, row, query, now);
  const rows = [...access.vault.rows.values()].filter(isFound);
  const served = order === 'steering' ? await servedCounts(services, access, rows) : new Map<string, number>();
  const matching = rows
    .filter(isFound)
    .map((row) => ({ row, key: sortKey(access, row, order, served, now) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const from = after === null ? 0 : matching.findIndex(({ key }) => key > after);
  if (from < 0) return { page: [], more: false, served };
  return { page: matching.slice(from, from + limit), more: from + limit < matching.length, served };
}

/** What a list says of a row besides itself: how often it was served, of what falls due; who doubts it and why, of what is contested. */
async function besideRows(
  services: Services,
  access: Access,
  query: ListQuery,
  served: ReadonlyMap<string, number>,
  page: readonly { readonly row: OpenRow }[],
): Promise<(id: string) => Pick<Memory, 'servedInReceipts' | 'doubts'>> {
  const rows = page.map(({ row }) => row);
  const counts = query.due === undefined || query.order !== 'soonest' ? served : await servedCounts(services, access, rows);
  const doubts = new Map<string, Memory['doubts']>();
  if (query.standing === 'contested') for (const row of rows) doubts.set(row.state.id, await doubtsAbout(services, access, row));
  return (id) => ({
    ...(query.due === undefined ? {} : { servedInReceipts: counts.get(id) ?? 0 }),
    ...(query.standing === 'contested' ? { doubts: doubts.get(id) ?? [] } : {}),
  });
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
function sortKey(access: Access, row: OpenRow, order: Order, served: ReadonlyMap<string, number>, now: Instant): string {
  const { id } = row.state;
  if (order === 'newest') {
    const inverted = id.slice(4).replaceAll(/[0-9a-f]/g, (digit) => (15 - Number.parseInt(digit, 16)).toString(16));
    return `${inverted}:${id}`;
  }
  const due = String((access.vault.tierOf(row, now).fallsDueAt ?? 0) + 1e15).padStart(17, '0');
  const idle = order === 'soonest' ? '' : String(1e9 - (served.get(id) ?? 0)).padStart(10, '0');
  return `${idle}${due}:${id}`;
}

const KEYS: Readonly<Record<Order, RegExp>> = { newest: /^[0-9a-f]{32}:/, steering: /^\d{27}:/, soonest: /^\d{17}:/ };

/** Where the page before ended, in the same order. @throws {MemSyncError} `input_invalid` */
function parseCursor(cursor: string, order: Order): string {
  const key = Buffer.from(cursor, 'base64url').toString('latin1');
  const id = key.slice(key.indexOf(':') + 1);
  if (!KEYS[order].test(key) || !isId('memory', id))
    throw new MemSyncError('input_invalid', 'The cursor is not one of ours, for this order.');
  return key;
}
