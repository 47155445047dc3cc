import type { Check, Claim } from '../../../schemas/receipt.ts';
import { element, foreign, prose } from './dom.ts';
import { statusMark } from './words.ts';

/** The ten claims, each with its own status, what that settles, and what it leaves open. Those that nothing was said for are folded. */
export function claimsSection(claims: readonly Claim[]): HTMLElement {
  return element(
    'section',
    { 'aria-labelledby': 'claims-heading', class: 'claims' },
    element('h3', { id: 'claims-heading' }, 'Claim by claim'),
    element('p', { class: 'hint' }, 'Each rests on its own evidence. None follows from another, and ten of them do not add up to one.'),
    element('ol', {}, ...claims.map(claimItem)),
  );
}

function claimItem(claim: Claim): HTMLElement {
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
  return element('li', attributes, heading, ...texts, element('ul', { class: 'checks', 'aria-label': 'Checks' }, ...checks.map(checkItem)));
}

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
