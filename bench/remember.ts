import Database from 'better-sqlite3';
import { remember } from '../src/app/remember.ts';
import type { Services } from '../src/app/services.ts';
import { type Figure, figureOf, type Section } from './figure.ts';
import { loops, middle, ratio, type Span, takeTurns } from './pace.ts';
import { databaseOf, inFolder, tokenIn, withServices } from './place.ts';
import { RawInserts } from './raw-inserts.ts';
import { textOf } from './texts.ts';

const CALLERS = 32;
const BATCH = 100;

/** Durable encrypted rows a second, through the use case `remember`. */
export function measureRemember(span: Span): Promise<Section> {
  return inFolder((folder) => withServices(folder, (services) => measure(folder, services, span)));
}

async function measure(folder: string, services: Services, span: Span): Promise<Section> {
  const token = await tokenIn(services);
  let next = 0;
  const write = (rows: number) => (): Promise<unknown> =>
    remember(services, token, { memories: Array.from({ length: rows }, () => ({ text: textOf(next++) })) }, null);
  await write(CALLERS)();
  const bytes = bytesOfRow(folder);
  const raw = new RawInserts(folder);
  const figures: Figure[] = [];
  for (const { callers, rows } of [
    { callers: 1, rows: 1 },
    { callers: CALLERS, rows: 1 },
    { callers: CALLERS, rows: BATCH },
  ]) {
    const together = callers * rows;
    const [ours = [], floor = []] = await takeTurns(span, loops(callers, write(rows)), raw.subject(together, bytes));
    figures.push({
      ...figureOf(
        `${callers === 1 ? '1 caller' : `${callers} callers`}, ${rows === 1 ? '1 row' : `${rows} rows`} a call`,
        middle(ours),
        rows,
      ),
      floor: {
        what: `${together} raw insert${together === 1 ? '' : 's'} a transaction`,
        perSecond: middle(floor).perSecond * together,
        ratio: (ratio(ours, floor) * rows) / together,
      },
    });
  }
  raw.close();
  return {
    title: 'Remembering',
    unit: 'rows',
    text:
      'The use case `remember`, in process, on a SQLite file with a write-ahead log fsynced at every commit: the token checked, the text looked up ' +
      'among what was said before, the row sealed, its event chained, row and index updated. Texts of 200 characters. The floor is a bare ' +
      `better-sqlite3 insert of one blob as large as what a row takes here (${bytes} bytes: sealed header and text, key, commitment, event), with ` +
      'the same durability, as many to a transaction as there are rows in a commit.',
    figures,
  };
}

/** What a row takes in all of its tables, numbers and indices left out. */
function bytesOfRow(folder: string): number {
  const db = new Database(databaseOf(folder), { readonly: true });
  const mean = (sql: string): number => Number(db.prepare<[], number>(sql).pluck().get());
  const version = mean(
    `SELECT avg(length(vault) + length(collection) + length(row_id) + length(wrapped_key) + length(commitment) + length(header) +
      length(sealed_text)) FROM versions`,
  );
  const event = mean('SELECT avg(length(vault) + length(hash) + length(stored)) FROM (SELECT * FROM events ORDER BY seq DESC LIMIT 32)');
  const state = mean('SELECT avg(length(vault) + length(row_id)) FROM row_states');
  db.close();
  return Math.round(version + event + state);
}
