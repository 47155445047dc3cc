import type { OpenedRow } from '../index.ts';
import { code, element, facts, foreign } from './dom.ts';
import { time } from './words.ts';

/** What a row itself says, where somebody has opened it: its words, and where they come from. */
export function openedRow({ text, header, line }: OpenedRow): HTMLElement {
  const { origin, category, type, subject, attribute, observedAt, validUntil, derivedFrom, supersedes } = header;
  const { stamped } = origin;
  const writer = stamped.channel === 'owner' ? 'by the owner' : `by ${stamped.grantId ?? 'nobody named'}`;
  const pairs: [string, HTMLElement | string][] = [
    ['Kind', `${type}, ${category}`],
    ['Recorded', element('span', {}, time(stamped.recordedAt), `, ${writer}`)],
  ];
  if (subject !== null) pairs.push(['Subject', foreign('span', subject)]);
  if (attribute !== null) pairs.push(['Attribute', foreign('span', attribute)]);
  for (const [name, value] of Object.entries(origin.claimed)) pairs.push([`Claimed ${name}`, foreign('span', String(value))]);
  if (observedAt !== null) pairs.push(['Observed', time(observedAt)]);
  if (validUntil !== null) pairs.push(['Valid until', time(validUntil)]);
  if (derivedFrom.length > 0) pairs.push(['Derived from', ids(derivedFrom)]);
  if (supersedes.length > 0) pairs.push(['Replaces', ids(supersedes)]);
  const quotes = line ? 'They are what its line quotes.' : 'Its line is not shown, or does not quote them.';
  return element(
    'div',
    { class: 'opened' },
    element('h5', {}, 'The row itself, opened'),
    foreign('blockquote', text, { 'aria-label': 'The row’s own words' }),
    element('p', { class: 'hint' }, `These words open the commitment that was signed. ${quotes}`),
    facts(pairs),
  );
}

function ids(all: readonly string[]): HTMLElement {
  return element('span', {}, ...all.flatMap((id) => [code(id), ' ']));
}
