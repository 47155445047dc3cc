import type { Check, Claim } from '../../../schemas/receipt.ts';
import type { Verdict } from '../index.ts';
import { element, foreign, prose } from './dom.ts';
import { statusMark, time } from './words.ts';

type Addendum = Verdict['addenda'][number];

/** The claims, each with its own status, what that settles, and what it leaves open. Those that nothing was said for are folded. */
export function claimsSection({ claims, addenda }: Pick<Verdict, 'claims' | 'addenda'>): HTMLElement {
  return element(
    'section',
    { 'aria-labelledby': 'claims-heading', class: 'claims' },
    element('h3', { id: 'claims-heading' }, 'Claim by claim'),
    element(
      'p',
      { class: 'hint' },
      'Each rests on its own evidence. None follows from another, and all of them together do not add up to one.',
    ),
    element(
      'ol',
      {},
      ...claims.map((claim) =>
        claimItem(
          claim,
          addenda.filter((one) => one.claim === claim.claim),
        ),
      ),
    ),
  );
}

function claimItem(claim: Claim, later: readonly Addendum[]): HTMLElement {
  const { claim: name, status, checks } = claim;
  const heading = element('h4', {}, element('span', { class: 'name' }, plainName(name)), ' ', statusMark(status));
  const texts = [
    element('p', {}, element('b', {}, status === 'verified' ? 'Proves: ' : 'Verified, it would prove: '), prose(lowered(claim.proves))),
    element('p', {}, element('b', {}, 'Does not prove: '), prose(lowered(claim.doesNotProve))),
  ];
  const attributes = { class: `claim ${status}`, 'data-claim': name };
  if (status === 'absent') {
    const note = element('p', {}, 'Nothing was handed in for it, and nothing is settled.');
    return element('li', attributes, element('details', {}, element('summary', {}, heading), note, ...texts));
  }
  const looked = element('ul', { class: 'checks', 'aria-label': 'Checks' }, ...checks.map(checkItem));
  return element('li', attributes, heading, ...texts, looked, ...history(later));
}

/** What came after the receipt, in the log’s order: what the service recorded, whatever clocks say. */
function history(later: readonly Addendum[]): HTMLElement[] {
  if (later.length === 0) return [];
  const steps = later.map(({ number, reason, kind, status, at, log }) =>
    element(
      'li',
      {},
      // Not the mark of a status that was found here.
      element('b', {}, status),
      ` at entry ${log.index}, `,
      time(at),
      `: ${WHY[reason]} `,
      foreign('code', kind),
      ` (addendum ${number})`,
    ),
  );
  return [
    element('p', {}, element('b', {}, 'Since, in the log’s order, as the service recorded it, and nothing here has judged again:')),
    element('ol', { class: 'history' }, ...steps),
  ];
}

const WHY = { evidence: 'evidence', recheck: 'a second look at', given_up: 'nobody looks any more at' } as const;

function checkItem({ check, status, detail }: Check): HTMLElement {
  return element('li', {}, element('p', {}, foreign('b', plainName(check)), ' ', statusMark(status)), foreign('p', detail));
}

function plainName(name: string): string {
  return name.replaceAll('_', ' ');
}

/** The text as the rest of a sentence. */
function lowered(text: string): string {
  return text.replace(/^That /, 'that ');
}
