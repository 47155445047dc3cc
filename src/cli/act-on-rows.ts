import type { OwnerEventReply } from '../../schemas/owner-event-reply.ts';
import type { Head } from '../../schemas/primitives.ts';
import type { OwnRow } from '../sdk/own-row.ts';
import type { Owner } from '../sdk/owner.ts';
import type { Cli } from './cli.ts';
import { namedVersions, ownRows, shares, tellRows } from './own-rows.ts';
import { chosenIds } from './row-ids.ts';
import { agreedTo, openOwner } from './session.ts';
import { count } from './words.ts';

/** What a command does to the rows that it is given. */
export interface RowAct {
  /** The rows named on its line. */
  readonly ids: readonly string[];
  /** Asked before anything is signed; given how many rows there are. */
  readonly question: (rows: string) => string;
  /** What was done, for `--json` a name: `confirmed`. */
  readonly done: string;
  readonly act: (owner: Owner, rows: readonly OwnRow[]) => Promise<OwnerEventReply>;
  /** More for `--json`. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

interface RowOptions {
  readonly file?: string | undefined;
  readonly yes?: true | undefined;
  readonly json?: true | undefined;
}

/** Opens the rows with the owner's own key, shows them, asks, and signs: one signature for all of them, up to ten thousand. */
export async function actOnRows(cli: Cli, options: RowOptions, { ids, question, done, act, facts }: RowAct): Promise<void> {
  const chosen = chosenIds(ids, options.file);
  const owner = await openOwner(cli);
  await owner.refresh();
  const rows = await ownRows(cli, owner, chosen);
  tellRows(cli, rows);
  if (!(await agreedTo(cli, options, question(count(rows.length, 'row'))))) return;
  const seqs: number[] = [];
  let head: Head | null = null;
  for (const share of shares(rows)) {
    const reply = await act(owner, share);
    seqs.push(reply.seq);
    head = reply.head;
  }
  owner.wipe();
  cli.answer(options, { [done]: namedVersions(rows), ...facts, seq: seqs[0] ?? null, seqs, head }, () => {
    return `${done.charAt(0).toUpperCase()}${done.slice(1)} ${count(rows.length, 'row')}, as event ${seqs.join(', ')}.`;
  });
}
