import type { ClaimsReply } from '../../../../schemas/claims.ts';
import { count, lengthInWords } from '../../words.ts';
import { pairs, section, type Sheet, stamp, told } from '../case/sheet.ts';
import { claimBlocks } from './claim.ts';
import { turnLines } from './turn.ts';

/** What stands over every list of claims. */
export const EACH_BY_ITSELF = 'Each claim stands by itself, on its own evidence. Nothing here adds them up.';

/** The claims of a receipt as the service has them, each with its history, and what was otherwise in the turn before. */
export function claimsPage(sheet: Sheet, reply: ClaimsReply): string {
  const parts = [
    [
      sheet.output.style('bold', `Receipt ${reply.receipt}`),
      ...pairs(sheet, [
        ['issued', `${stamp(reply.issuedAt)} (UTC)`],
        ['log', `${count(reply.logSize, 'entry').replace('entrys', 'entries')} now; history is in its order`],
        ['trust', `${reply.trustSha256.slice(0, 16)}… now, the operator’s; each piece was judged by what it was then`],
      ]),
      ...told(sheet, EACH_BY_ITSELF, 2),
    ].join('\n'),
    ...claimBlocks(sheet, reply.claims),
    ...paidLines(sheet, reply.paidUnexplained),
    turnLines(sheet, reply.previousTurn).join('\n').trim(),
  ];
  return parts.join('\n\n');
}

function paidLines(sheet: Sheet, paid: ClaimsReply['paidUnexplained']): string[] {
  if (paid === null) return [];
  const words = `since ${stamp(paid.since)}, ${lengthInWords(paid.lagSeconds)}: ${paid.claims.join(', ')}. It says that something is open, and not that something is wrong.`;
  return [
    section(sheet, 'Paid for, and not verified', told(sheet, words, 2))
      .join('\n')
      .trim(),
  ];
}
