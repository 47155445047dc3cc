import type { RetrievalReply } from '../../../schemas/retrieval.ts';
import { plain } from '../plain.ts';
import { facts } from './table.ts';

type Row = RetrievalReply['rows'][number];
type Signal = Row['why']['others'][number];

/** Why each row was found: its words and what else brought it, with their shares of the score; by the tag that the row has in the block. */
export function reasons(rows: readonly Row[]): string {
  const tags = new Map(rows.map(({ id, tag }) => [id, tag]));
  const pairs = rows.map(({ tag, why }) => {
    const words = why.words.map(({ word, share }) => ({ what: plain(word), share }));
    const others = why.others.map((signal) => ({ what: said(signal, tags), share: signal.share }));
    const all = [...words, ...others].toSorted((a, b) => b.share - a.share);
    return [tag, all.map(({ what, share }) => `${what} ${Math.round(100 * share)} %`).join(', ')] as const;
  });
  return `Why:\n${facts(pairs)}`;
}

function said({ by, detail }: Signal, tags: ReadonlyMap<string, string>): string {
  const from = detail === null ? '' : (tags.get(detail) ?? plain(detail));
  switch (by) {
    case 'neighbours':
      return from === '' ? 'the turns around it' : `the turns around it, above all ${from}`;
    case 'thread':
      return 'its conversation';
    case 'speaker':
      return from === '' ? 'who said it' : `said by ${from}`;
    case 'vector':
      return 'its meaning';
    case 'date':
      return 'its date';
    default:
      return 'the kind of row that it is';
  }
}
