import type { OwnerEventReply } from '../../schemas/owner-event-reply.ts';
import type { SealedRowsReply } from '../../schemas/sealed-rows.ts';
import { MemSyncError } from '../core/errors.ts';
import { type Instant, requireInstant } from '../core/instant.ts';
import type { Random } from '../core/random.ts';
import type { CollectionKey } from '../crypto/collection-key.ts';
import type { Basis } from '../memory/basis.ts';
import { normaliseForRepeat } from '../memory/normalise.ts';
import type { MemSyncClient } from './client.ts';
import type { Keyring } from './keyring.ts';
import { type OwnRow, openOwnRow } from './own-row.ts';
import { makeOwnerEdits, makeOwnerRow, type OwnerEdit, type OwnerNote, type RowEdit } from './owner-version.ts';
import type { PreparedAct } from './sign-event.ts';
import { makeValidation } from './validation.ts';

/** Sealed rows are asked for so many at a time. */
const ROWS_AT_A_TIME = 100;

type SealedRow = SealedRowsReply['rows'][number];

/** Makes an act for the instant at which it is signed. */
export type Make<T> = (now: Instant) => T | Promise<T>;

/** What acting takes besides keys. */
export interface ActContext {
  readonly client: MemSyncClient;
  readonly random: Random;
  readonly vault: string;
}

/** What the owner does about rows. Rows are opened with the owner's own key first, so what is signed for has been seen. */
export abstract class RowActs {
  protected abstract get context(): ActContext;

  /** The collection keys, of every epoch. */
  abstract keyring(): Promise<Keyring>;

  /** Signs an act on top of the owner's chain and sends it. */
  protected abstract append<T extends PreparedAct>(make: Make<T>): Promise<{ made: T; reply: OwnerEventReply }>;

  /** Follows the ledger from where it was last seen. */
  abstract refresh(): Promise<unknown>;

  /** A row opened with the owner's own key, its commitment recomputed. @throws {MemSyncError} as `openOwnRow` */
  async row(id: string): Promise<OwnRow> {
    const { client, vault } = this.context;
    return this.#open(id, await client.sealedRow(vault, id));
  }

  /** Many rows, opened in the same way, in the order asked. `progress` is told how many there are so far. */
  async rows(ids: readonly string[], progress: (done: number) => void = () => undefined): Promise<OwnRow[]> {
    const { client, vault } = this.context;
    const rows: OwnRow[] = [];
    while (rows.length < ids.length) {
      const asked = ids.slice(rows.length, rows.length + ROWS_AT_A_TIME);
      const reply = await client.sealedRows(vault, asked);
      if (reply.rows.length === 0) throw new MemSyncError('service_lied', 'Asked for rows, the service answered with none.');
      for (const [i, sealed] of reply.rows.entries()) rows.push(await this.#open(asked[i] ?? '', sealed));
      progress(rows.length);
    }
    return rows;
  }

  async #open(id: string, reply: SealedRow): Promise<OwnRow> {
    // It may have come under a key since that this folder has not heard of.
    if (!(await this.keyring()).has(reply.collection, reply.wrapEpoch)) await this.refresh();
    return openOwnRow(await this.keyring(), id, reply);
  }

  /** Stands behind these very row versions, all under one signature. `expiresAt` in milliseconds, or null: as the policy says. */
  async validate(rows: readonly OwnRow[], expiresAt: Instant | null = null): Promise<OwnerEventReply> {
    const { vault, random } = this.context;
    return (await this.append(() => makeValidation(vault, rows, expiresAt, random))).reply;
  }

  retract(rows: readonly OwnRow[]): Promise<OwnerEventReply> {
    return this.#sign({ kind: 'retracted', body: { rows: rows.map(named) } });
  }

  /** Brings back rows that were retracted, replaced, or held down by a restore: as they were, and no fresher. */
  reinstate(rows: readonly OwnRow[]): Promise<OwnerEventReply> {
    return this.#sign({ kind: 'reinstated', body: { rows: rows.map(named) } });
  }

  /** Each `by` takes the place of its `replaced`. */
  supersede(pairs: readonly { readonly replaced: OwnRow; readonly by: OwnRow }[]): Promise<OwnerEventReply> {
    return this.#sign({
      kind: 'superseded',
      body: { pairs: pairs.map(({ replaced, by }) => ({ replaced: named(replaced), by: named(by) })) },
    });
  }

  /** Dismisses the doubts that have been seen: of one grant (null: of any), about these rows (none: about any). */
  dismiss(grant: string | null, rows: readonly string[] = []): Promise<OwnerEventReply> {
    return this.#sign({ kind: 'dismissed', body: { grant, rows: [...rows] } });
  }

  /** New, unvalidated versions of rows, all under one signature. `made` are those versions, for whoever stands behind them at once. */
  async editAll(edits: readonly RowEdit[]): Promise<{ made: readonly OwnRow[]; reply: OwnerEventReply }> {
    const { random } = this.context;
    const { made, reply } = await this.append(async (now) => {
      const keyring = await this.keyring();
      return makeOwnerEdits((collection) => keyring.key(collection), edits, now, random);
    });
    return { made: made.rows, reply };
  }

  /** A new, unvalidated version of a row. */
  async edit(before: OwnRow, edit: OwnerEdit): Promise<OwnerEventReply> {
    return (await this.editAll([{ before, edit }])).reply;
  }

  /** Corrects rows and stands behind what they say now: one signature for the new versions, one for the word behind them. */
  async correct(
    edits: readonly RowEdit[],
    expiresAt: Instant | null = null,
  ): Promise<{ edited: OwnerEventReply; validated: OwnerEventReply }> {
    const { made, reply } = await this.editAll(edits);
    return { edited: reply, validated: await this.validate(made, expiresAt) };
  }

  /** A row of the owner's own, in the collection of that name, in the place of others where some are named. `row` is its id. */
  async remember(
    note: OwnerNote,
    collection = 'default',
    replaced: readonly OwnRow[] = [],
  ): Promise<{ row: string; reply: OwnerEventReply }> {
    const key = async (): Promise<CollectionKey> => (await this.keyring()).byName(collection);
    const repeats = await this.#repeats(note.text);
    const { random } = this.context;
    const { made, reply } = await this.append(async (now) => makeOwnerRow(await key(), note, repeats, replaced, now, random));
    return { row: made.row, reply };
  }

  /** The rows in use that speak of the same attribute of the same subject, in the collection of that name, opened. */
  async sameAttribute(subject: string, attribute: string, collection = 'default'): Promise<OwnRow[]> {
    const ids: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = await this.context.client.list({ collection, limit: 200, ...(cursor === '' ? {} : { cursor }) });
      for (const row of page.memories) {
        const inUse = row.standing === 'live' || row.standing === 'contested';
        if (inUse && sameWord(row.subject, subject) && sameWord(row.attribute, attribute)) ids.push(row.id);
      }
      cursor = page.cursor;
    }
    return this.rows(ids);
  }

  async #sign(act: PreparedAct['act']): Promise<OwnerEventReply> {
    return (await this.append(() => ({ act, beside: {} }))).reply;
  }

  async #repeats(text: string): Promise<Basis[]> {
    const form = normaliseForRepeat(text);
    const { rows } = await this.context.client.retrieve({ query: text.slice(0, 16_000).toWellFormed(), limit: 50, includeDormant: true });
    return rows
      .filter((row) => normaliseForRepeat(row.text) === form)
      .map((row): Basis => ({ at: requireInstant(row.basisAt), reason: 'repeat' }));
  }
}

function named({ row, version, commitment }: OwnRow): { row: string; version: number; commitment: string } {
  return { row, version, commitment };
}

function sameWord(one: string | null, other: string): boolean {
  return one !== null && normaliseForRepeat(one) === normaliseForRepeat(other);
}
