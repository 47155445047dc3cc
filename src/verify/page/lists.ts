import { element, foreign } from './dom.ts';

/** One kind of finding. */
interface Kind {
  readonly id: 'failed' | 'verified' | 'asserted' | 'unknown';
  readonly title: string;
  readonly about: string;
  readonly lines: readonly string[];
}

/** How many findings of each kind there are; no sum, and no mark for all of them. */
export function tally(kinds: readonly Kind[]): HTMLElement {
  return element(
    'ul',
    { class: 'tally', 'aria-label': 'How many' },
    ...kinds.map(({ id, title, lines }) =>
      element('li', { class: lines.length === 0 ? 'none' : id }, element('b', {}, String(lines.length)), ` ${title.toLowerCase()}`),
    ),
  );
}

/** The findings, kind by kind; a kind without any is left out. */
export function findingLists(kinds: readonly Kind[]): HTMLElement[] {
  return kinds.filter(({ lines }) => lines.length > 0).map(findingList);
}

function findingList({ id, title, about, lines }: Kind): HTMLElement {
  return element(
    'section',
    { class: `findings ${id}`, 'aria-labelledby': `${id}-heading` },
    element('h3', { id: `${id}-heading` }, title),
    element('p', { class: 'hint' }, about),
    element('ul', {}, ...lines.map((line) => foreign('li', line))),
  );
}

/** The four kinds, in the order in which they are read: what failed comes first. */
export function kindsOf(found: {
  readonly failed: readonly string[];
  readonly verified: readonly string[];
  readonly asserted: readonly string[];
  readonly unknown: readonly string[];
}): Kind[] {
  return [
    { id: 'failed', title: 'Failed', about: 'Checked, and it does not hold.', lines: found.failed },
    { id: 'verified', title: 'Verified', about: 'Checked here, by what you trust, and it holds.', lines: found.verified },
    { id: 'asserted', title: 'Asserted', about: 'Somebody’s word, and no more.', lines: found.asserted },
    { id: 'unknown', title: 'Not known', about: 'What nothing here could settle.', lines: found.unknown },
  ];
}
