import type { CertificateReply, ErasureFacts } from '../../../schemas/certificate.ts';
import type { ErasedBody } from '../../../schemas/owner-event.ts';
import { MemSyncError } from '../../core/errors.ts';
import type { Instant } from '../../core/instant.ts';
import { parseStoredEvent, payloadHash } from '../../memory/event.ts';
import { parseOwnerPayload } from '../../memory/owner-chain.ts';
import type { RowState, VaultState } from '../../memory/state.ts';
import type { PendingErasure } from '../../store/erasing.ts';
import type { StoredServed } from '../../store/records.ts';
import { certifyErasure } from '../certificates.ts';
import { EVENT_PAGE } from '../ledger-reader.ts';
import type { Services } from '../services.ts';

/** Rows whose versions are taken away in one transaction. */
const ROWS = 500;
/** Records of a kind that are looked through, or taken away, in one transaction. */
const RECORDS = 2000;
/** How often the write-ahead log is tried to be cut back while somebody is reading from it, and how long is waited in between. */
const SCRUBS = 200;
const SCRUB_MS = 25;

/** What an erasure is of, as its event in the ledger says. */
interface Order {
  readonly event: string;
  readonly what: ErasedBody;
  readonly at: Instant;
  /** Whether the owner's own event is in this ledger; otherwise a restore repeats it. */
  readonly owners: boolean;
}

/**
 * Carries out an erasure that the ledger orders: takes away versions, keys, disclosures and whatever else holds a word of it, page by page,
 * then has the database's files forget it, notes it in the journal, and certifies it. No key is needed. May be done again, after a crash at
 * any point or by two processes at once.
 * @throws {MemSyncError} `vault_busy` while somebody else's reading keeps the write-ahead log from being cut back; what a commit throws
 */
export async function carryOut(services: Services, { vault, seq }: PendingErasure): Promise<CertificateReply> {
  const { store } = services;
  const order = await orderAt(services, vault, seq);
  const { state } = await services.vaults.acquire(vault);
  const rows = rowsOf(state, order.what);
  const named = new Set(rows.map(({ id }) => id));
  // An import that has not ended may hold them, out of sight.
  await store.transfer.drop(vault);
  for (let at = 0; at < rows.length; at += ROWS) {
    await store.erasing.rows(
      vault,
      rows.slice(at, at + ROWS).map(({ id: row, collection }) => ({ row, collection })),
    );
    await pause(0);
  }
  await blank(services, state, named);
  await forgetServed(services, vault, named);
  await store.erasing.beside(vault, order.what.scope === 'vault' ? null : named);
  if (order.what.scope === 'collection') await store.erasing.collection(vault, order.what.collection);
  if (order.what.scope === 'vault') while (await store.erasing.vault(vault, RECORDS)) await pause(0);
  if (repeatsWhole(services, vault, order)) while (await store.erasing.records(vault, RECORDS)) await pause(0);
  await scrub(services);
  services.journal.note({ vault, event: order.event, seq, at: order.at, what: order.what });
  const facts = factsOf(order, seq, rows, services.clock.now());
  const certificate = await certifyErasure(services, vault, facts);
  services.forgetSoon();
  return certificate;
}

/** Carries out whatever is pending. Returns how many were finished, and how many must wait. */
export async function finishErasures(services: Services): Promise<{ finished: number; waiting: number }> {
  let finished = 0;
  let waiting = 0;
  for (const pending of await services.store.erasing.pending()) {
    try {
      await carryOut(services, pending);
      finished += 1;
    } catch {
      waiting += 1;
    }
  }
  return { finished, waiting };
}

async function orderAt({ store }: Services, vault: string, seq: number): Promise<Order> {
  const [stored] = await store.events(vault, seq, 1);
  const parsed = stored?.seq === seq ? parseStoredEvent(stored.stored) : null;
  if (parsed?.by === 'job' && parsed.event.kind === 'erased') {
    return { event: parsed.event.event, what: { scope: 'rows', rows: parsed.event.rows }, at: parsed.at, owners: false };
  }
  const payload = parsed?.by === 'owner' ? parseOwnerPayload(parsed.signed.payload) : null;
  if (parsed?.by !== 'owner' || payload?.kind !== 'erased') throw new MemSyncError('ledger_broken', `Event ${seq} is no erasure.`);
  return { event: payloadHash(parsed.signed.payload), what: payload.body, at: parsed.at, owners: true };
}

/**
 * Whether a restore repeats the erasure of a whole vault, which only its owner can order: rows are named in the ledger, and what is kept of answers
 * goes with them.
 */
function repeatsWhole({ journal }: Services, vault: string, { event, owners }: Order): boolean {
  return !owners && journal.entries().some((one) => one.vault === vault && one.event === event && one.what.scope === 'vault');
}

function rowsOf(state: VaultState, what: ErasedBody): RowState[] {
  if (what.scope === 'rows') return what.rows.flatMap((id) => state.rows.get(id) ?? []);
  const all = [...state.rows.values()];
  return what.scope === 'vault' ? all : all.filter((row) => row.collection === what.collection);
}

/** Takes away the sealed halves of the grants' events about these rows, from the first of them on. */
async function blank({ store }: Services, state: VaultState, rows: ReadonlySet<string>): Promise<void> {
  let from = Number.POSITIVE_INFINITY;
  for (const id of rows) from = Math.min(from, state.rows.get(id)?.versions[0]?.seq ?? Number.POSITIVE_INFINITY);
  for (let seq = from; seq <= state.headSeq;) {
    const page = await store.events(state.vault, seq, EVENT_PAGE);
    if (page.length === 0) break;
    const gone = page.filter(({ stored, beside }) => {
      if (beside === null) return false;
      const parsed = parseStoredEvent(stored);
      return parsed.by === 'grant' && rows.has(parsed.event.row);
    });
    if (gone.length > 0)
      await store.erasing.blank(
        state.vault,
        gone.map((one) => one.seq),
      );
    seq = (page.at(-1)?.seq ?? seq) + 1;
    await pause(0);
  }
}

/** Takes away that threads were shown these rows. */
async function forgetServed({ store }: Services, vault: string, rows: ReadonlySet<string>): Promise<void> {
  for (let after: StoredServed | null = null; ;) {
    const page: readonly StoredServed[] = await store.transfer.served(vault, after, RECORDS);
    const showed = page.filter((one) => one.rows.some((row) => rows.has(row)));
    if (showed.length > 0)
      await store.erasing.served(
        vault,
        showed.map((one) => ({ ...one, rows: one.rows.filter((row) => !rows.has(row)) })),
      );
    after = page.at(-1) ?? null;
    if (page.length < RECORDS) return;
    await pause(0);
  }
}

async function scrub({ store }: Services): Promise<void> {
  for (let i = 0; i < SCRUBS; i++) {
    if (await store.scrub()) return;
    await pause(SCRUB_MS);
  }
  throw new MemSyncError(
    'vault_busy',
    'What is erased is served no more; its last traces go once nobody else is reading from the database.',
  );
}

function factsOf(order: Order, seq: number, rows: readonly RowState[], goneAt: Instant): ErasureFacts {
  const { what } = order;
  // What was erased before is not counted once more.
  const gone = rows.filter((row) => row.erased?.seq === seq);
  return {
    event: order.event,
    seq,
    scope: what.scope,
    collection: what.scope === 'collection' ? what.collection : null,
    rows: what.scope === 'rows' ? what.rows : [],
    counts: { rows: gone.length, versions: gone.reduce((sum, row) => sum + row.versions.length, 0) },
    orderedAt: order.at,
    goneAt: Math.max(goneAt, order.at),
  };
}

/** Lets others have a turn. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    if (ms === 0) setImmediate(resolve);
    else setTimeout(resolve, ms);
  });
}
