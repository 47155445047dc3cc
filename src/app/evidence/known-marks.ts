import { standClaims } from '../../claims/standing.ts';
import type { Chain, Link } from './chain.ts';

/**
 * The marks of what a receipt has already, so that the same again is no new evidence: what was judged by this trust, what is pending and looked
 * at again anyway, and whatever there is of a claim that has failed for good. What only another trust has judged may come to something else
 * by this one, and what was given up may have come true since, so those count anew.
 */
export function knownMarks({ issued, links }: Chain, trustSha256: string): ReadonlySet<string> {
  const pieces = links.map(({ piece }) => piece);
  const looks = Map.groupBy(pieces, ({ of, addendum }) => of ?? addendum);
  const known = new Set<string>();
  const open: Link[] = [];
  for (const link of links) {
    const { mark, piece } = link;
    if (mark === null) continue;
    const all = looks.get(piece.addendum) ?? [piece];
    const last = all.at(-1) ?? piece;
    const isGivenUp = last.reason === 'given_up' && !last.evidence.erased;
    const isLookedAt = last.judgement.status === 'pending' && last.nextLookAt !== null;
    if (isLookedAt || (!isGivenUp && all.some((one) => one.trustSha256 === trustSha256))) known.add(mark);
    else open.push(link);
  }
  // That is seldom asked.
  const claims = open.length === 0 ? [] : standClaims(issued, pieces);
  const failed = new Set(claims.flatMap(({ claim, status }) => (status === 'failed' ? [claim] : [])));
  for (const { mark, piece } of open) if (mark !== null && failed.has(piece.claim)) known.add(mark);
  return known;
}
