import { LIMITS } from '../../schemas/limits.ts';
import type { OwnRow } from '../sdk/own-row.ts';
import type { Owner } from '../sdk/owner.ts';
import type { Cli } from './cli.ts';
import { quoted } from './plain.ts';
import { wrap } from './render/table.ts';
import { count, fromNow } from './words.ts';

/** So many rows are shown whole before something is signed about them. */
const SHOWN = 50;
/** From so many rows on it takes a while, and progress is shown. */
const MANY = 500;

/** Rows opened with the owner's own key, each once. */
export async function ownRows(cli: Cli, owner: Owner, ids: readonly string[]): Promise<OwnRow[]> {
  const all = [...new Set(ids)];
  const rows = await owner.rows(all, (done) => {
    if (all.length >= MANY) cli.output.note(`\rOpening rows: ${done} of ${all.length}`);
  });
  if (all.length >= MANY) cli.output.note('\n');
  return rows;
}

/** Shows what is about to be signed for, as the owner's own key opened it. */
export function tellRows(cli: Cli, rows: readonly OwnRow[]): void {
  const now = cli.clock.now();
  for (const { row, version, header, text } of rows.slice(0, SHOWN)) {
    const kind = `${header.category}, ${header.origin.effective}, from ${fromNow(header.basisAt, now)}`;
    cli.output.note(`${row}, version ${version} (${kind})\n${wrap(quoted(text), 76).replaceAll(/^/gm, '  ')}\n`);
  }
  if (rows.length > SHOWN) cli.output.note(`and ${count(rows.length - SHOWN, 'more row')}\n`);
}

/** The rows in shares that fit under one signature each; nearly always there is one. */
export function shares<T>(rows: readonly T[], most: number = LIMITS.eventRows): T[][] {
  return Array.from({ length: Math.ceil(rows.length / most) }, (_, i) => rows.slice(i * most, (i + 1) * most));
}

/** What `--json` says of rows that were acted upon. */
export function namedVersions(rows: readonly OwnRow[]): { id: string; version: number; commitment: string }[] {
  return rows.map(({ row, version, commitment }) => ({ id: row, version, commitment }));
}
