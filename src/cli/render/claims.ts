import type { Claim } from '../../../schemas/receipt.ts';
import { plain } from '../plain.ts';
import { WIDTH, wrap } from './table.ts';

/** Claim by claim: its status, what that proves, and what it does not. Those that nothing was said for are named in one line. */
export function claimLines(claims: readonly Claim[]): string {
  const present = claims.filter((claim) => claim.status !== 'absent').map(claimText);
  const absent = claims.filter((claim) => claim.status === 'absent').map((claim) => claim.claim);
  const rest =
    absent.length === 0 ? [] : [wrap(`absent (nothing was handed in for them, and nothing is settled): ${absent.join(', ')}`, WIDTH)];
  return [...present, ...rest].join('\n');
}

function claimText(claim: Claim): string {
  return [
    `${claim.claim}: ${claim.status}`,
    indented(`proves: ${claim.proves}`),
    indented(`does not prove: ${claim.doesNotProve}`),
    ...claim.checks.map(({ check, status, detail }) => indented(`${plain(check)}: ${status}. ${plain(detail)}`)),
  ].join('\n');
}

function indented(text: string): string {
  return wrap(text, WIDTH - 4)
    .replaceAll(/^/gm, '  ')
    .replaceAll('\n  ', '\n    ');
}
