import type { OwnRow } from '../sdk/own-row.ts';
import type { Owner } from '../sdk/owner.ts';
import type { Cli } from './cli.ts';
import { quoted } from './plain.ts';
import { wrap } from './render/table.ts';
import { fromNow } from './words.ts';

/** Rows opened with the owner's own key, each once. */
export async function ownRows(owner: Owner, ids: readonly string[]): Promise<OwnRow[]> {
  const rows: OwnRow[] = [];
  for (const id of new Set(ids)) rows.push(await owner.row(id));
  return rows;
}

/** Shows what is about to be signed for, as the owner's own key opened it, all of it. */
export function tellRows(cli: Cli, rows: readonly OwnRow[]): void {
  const now = cli.clock.now();
  for (const { row, version, header, text } of rows) {
    const kind = `${header.category}, ${header.origin.effective}, from ${fromNow(header.basisAt, now)}`;
    cli.output.note(`${row}, version ${version} (${kind})\n${wrap(quoted(text), 76).replaceAll(/^/gm, '  ')}\n`);
  }
}
