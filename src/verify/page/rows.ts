import type { Instant } from '../../core/instant.ts';
import type { DisclosedRow, Verdict, VerdictRow } from '../index.ts';
import { code, element, facts, foreign } from './dom.ts';
import { openedRow } from './opened.ts';
import { ages, count, statusMark, time } from './words.ts';

/** The rows as they were served, with their ages then and by the instant asked about. Nothing where no row was. */
export function rowsSection({ rows, evaluatedAt, at }: Verdict): HTMLElement[] {
  if (rows.length === 0) return [];
  const withheld = rows.filter(({ disclosed }) => !disclosed).length;
  const told = withheld === 0 ? '' : ` ${count(withheld, 'row')} of ${rows.length} withheld.`;
  return [
    element(
      'section',
      { 'aria-labelledby': 'rows-heading', class: 'rows' },
      element('h3', { id: 'rows-heading' }, 'Rows, as they were served'),
      element('p', { class: 'hint' }, `Each with its age then. What has become of it since cannot be seen from here.${told}`),
      element('ol', {}, ...rows.map((row) => rowItem(row, evaluatedAt, at))),
    ),
  ];
}

function rowItem(row: VerdictRow, evaluatedAt: Instant | null, at: Instant): HTMLElement {
  if (row.disclosed) return disclosedItem(row, evaluatedAt, at);
  return element('li', { class: 'row withheld' }, element('h4', {}, 'Withheld'), facts([['Signed digest', code(row.digest)]]));
}

function disclosedItem(row: DisclosedRow, evaluatedAt: Instant | null, at: Instant): HTMLElement {
  const cited = row.cited === null ? 'not looked for' : row.cited ? 'yes, which says nothing of influence' : 'no';
  return element(
    'li',
    { class: 'row', 'data-tag': row.tag },
    element('h4', {}, row.tag, ' ', element('span', { class: `tier ${row.placement}` }, row.placement)),
    ...(row.line === null ? [] : [foreign('blockquote', row.line, { 'aria-label': 'Its line of the context block' })]),
    facts([
      ['Age', ages(row.ageSecondsThen, evaluatedAt, at)],
      ['Owner’s word', ownersWord(row, evaluatedAt, at)],
      ['Origin', row.origin.replaceAll('_', ' ')],
      ['Tier, standing', `${row.tier}, ${row.standing}`],
      ['Cited', cited],
      ['Row', element('span', {}, code(row.row), `, version ${row.version}`)],
    ]),
    ...(row.opened === null ? [] : [openedRow(row.opened)]),
  );
}

function ownersWord(row: DisclosedRow, evaluatedAt: Instant | null, at: Instant): HTMLElement {
  if (row.lastValidatedAt === null) {
    const never = `never; unconfirmed for ${ages(row.unvalidatedForSeconds, evaluatedAt, at)}`;
    return row.validation === 'failed' ? element('span', {}, statusMark('failed'), ` ${never}`) : element('span', {}, never);
  }
  const whose = {
    verified: 'signed, and the signature was checked here',
    asserted: 'says the service; the signed statement is not here',
    failed: 'what is shown for it does not hold',
    none: '',
  }[row.validation];
  return element('span', {}, statusMark(row.validation), ' ', time(row.lastValidatedAt), `; ${whose}`);
}
