import type { ReceiptPredicate } from '../../schemas/receipt.ts';
import { equalJson } from '../core/json.ts';
import { wrongStatuses } from './addenda-fold.ts';
import type { Findings } from './verdict.ts';
import type { AboutReceipt, VerdictAddendum } from './verify-addenda.ts';

type Held = readonly VerdictAddendum[];

/** Numbers, dates and places in each log rise together, and behind the receipt’s; none goes by the name of another. */
export function requireOrder(held: Held, about: AboutReceipt, findings: Findings): void {
  let before = { number: 0, at: about.issuedAt };
  const places = new Map(about.log === null ? [] : [[about.log.origin, about.log.index]]);
  const names = new Set<string>();
  for (const { number, addendum, at, log } of held) {
    if (number <= before.number || log.index <= (places.get(log.origin) ?? -1))
      findings.fail('bundle_malformed', `Addendum ${number} does not come after what is before it, by its number or its place in the log.`);
    else if (names.has(addendum)) findings.fail('bundle_malformed', `Addendum ${number} goes by the name of one before it.`);
    else if (at < before.at) findings.fail('bundle_malformed', `Addendum ${number} is dated before what it comes after.`);
    else if (number > before.number + 1)
      findings.unknown.push(`addenda ${missing(before.number + 1, number - 1)} are not here: evidence may have been left out.`);
    before = { number, at: Math.max(at, before.at) };
    places.set(log.origin, Math.max(log.index, places.get(log.origin) ?? -1));
    names.add(addendum);
  }
}

/** Who looks again looks at evidence that came before, for the same claim, and at no other: or else one piece could be put in another’s place. */
export function requireSecondLooks(held: Held, findings: Findings): void {
  const brought = new Map(held.filter(({ reason }) => reason === 'evidence').map((one) => [one.addendum, one]));
  const whole = wholeUpTo(held);
  for (const { number, of, claim, kind, evidence } of held) {
    if (of === null) continue;
    const first = brought.get(of);
    const isOther =
      first === undefined
        ? number <= whole
        : first.number >= number ||
          first.claim !== claim ||
          first.kind !== kind ||
          (evidence !== null && first.evidence !== null && !equalJson(evidence.artifact, first.evidence.artifact));
    if (isOther) findings.fail('bundle_malformed', `Addendum ${number} looks again at evidence that is not the claim’s from before it.`);
  }
}

/**
 * What the service recorded of a claim has to follow from what it recorded of its pieces. Behind an addendum that is missing only that is held
 * against it which no other addendum could have changed: what has failed or been verified.
 */
export function requireFold(held: Held, about: AboutReceipt, receipt: ReceiptPredicate, findings: Findings): void {
  const whole = wholeUpTo(held);
  for (const { number, claim, status, follows } of wrongStatuses(receipt, about.entry, held)) {
    if (number <= whole || follows === 'failed' || follows === 'verified')
      findings.fail(
        'bundle_malformed',
        `Addendum ${number} has the claim ${claim} ${status}; what is signed of its evidence comes to ${follows}.`,
      );
  }
}

/** Up to which number every addendum is here, in its place. */
function wholeUpTo(held: Held): number {
  const gap = held.findIndex(({ number }, i) => number !== i + 1);
  return gap === -1 ? held.length : gap;
}

function missing(from: number, to: number): string {
  return from === to ? `number ${from}` : `numbers ${from} to ${to}`;
}
