import type { EvidenceReply } from '../../../../schemas/claims.ts';
import { section, type Sheet, told } from '../case/sheet.ts';
import { claimBlocks } from './claim.ts';

/** What came of handing evidence in: how it was judged, how its claim stands by now, and which cases are open again for it. */
export function addedText(sheet: Sheet, { receipt, added, claims, reopened }: EvidenceReply): string {
  const names = new Set(added.map(({ claim }) => claim));
  const lines = added.map(({ addendum, claim, logIndex, judged, status }) => {
    const words = `${claim}: judged ${judged}; the claim is ${status} from entry ${logIndex} of the log on (${addendum}).`;
    const all = told(sheet, words, 0).join('\n');
    return judged === 'failed' || status === 'failed' ? sheet.output.style('red', all) : all;
  });
  const parts = [
    lines.join('\n'),
    ...(reopened.length === 0
      ? []
      : [
          sheet.output.style(
            'red',
            section(
              sheet,
              'Open again, for what this evidence says',
              reopened.map((id) => `  ${id}`),
            ).join('\n'),
          ),
        ]),
    ...claimBlocks(
      sheet,
      claims.filter(({ claim }) => names.has(claim)),
    ),
    `All of its claims: memsync claims ${receipt}`,
  ];
  return parts.join('\n\n');
}
