import type { ClaimsReply, TurnDifference } from '../../../../schemas/claims.ts';
import { plain } from '../../plain.ts';
import { count } from '../../words.ts';
import { section, type Sheet, stamp, told as set } from '../case/sheet.ts';
import { factWords, FEW, said } from './facts.ts';

type PreviousTurn = ClaimsReply['previousTurn'];

/** What the turn before stated otherwise, fact by fact; things from outside, which seldom are the same, each on its own line. */
export function turnLines(sheet: Sheet, before: PreviousTurn): string[] {
  if (before === null)
    return section(sheet, 'The turn before', set(sheet, 'None that you may see: it is of no conversation, or the first of one.', 2));
  const turn = before.turn === null ? '' : `, turn ${plain(String(before.turn)).slice(0, 40)}`;
  const items = before.differences.filter(isItem);
  const others = before.differences.filter((one) => !isItem(one));
  const lines =
    before.differences.length === 0
      ? set(sheet, 'No claim states anything otherwise than then.', 2)
      : [...others.flatMap((one) => difference(sheet, one)), ...itemLines(sheet, items)];
  return section(sheet, `The turn before${turn}, ${stamp(before.issuedAt)}`, [`  ${before.receipt}`, ...lines]);
}

function difference(sheet: Sheet, { claim, fact, before, now }: TurnDifference): string[] {
  return [
    ...set(sheet, `${plain(claim)}, ${plain(fact)}`, 2),
    ...set(sheet, `then ${before === null ? 'nothing' : said(before)}`, 4),
    ...set(sheet, `now  ${now === null ? 'nothing' : said(now)}`, 4),
  ];
}

/** Items of one turn alone. Those of both are no difference. */
function itemLines(sheet: Sheet, items: readonly TurnDifference[]): string[] {
  const of = (title: string, pick: 'before' | 'now'): string[] => {
    const all = items.flatMap(({ fact, [pick]: value }) => (value === null || fact.startsWith('items.') ? [] : [{ name: fact, value }]));
    const shown = sheet.whole ? all : all.slice(0, FEW);
    const left = all.length - shown.length;
    return [
      ...(all.length === 0 ? [] : set(sheet, `external_data, ${count(all.length, 'item')} of ${title}`, 2)),
      ...shown.flatMap((fact) => set(sheet, factWords(fact), 4)),
      ...(left === 0 ? [] : set(sheet, `and ${left} more, with --all`, 4)),
    ];
  };
  return [...of('the turn before', 'before'), ...of('this turn', 'now')];
}

function isItem({ claim, fact }: TurnDifference): boolean {
  return claim === 'external_data' && /^items?\./.test(fact);
}
