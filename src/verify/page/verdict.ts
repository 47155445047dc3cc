import type { Verdict } from '../index.ts';
import { claimsSection } from './claims.ts';
import { code, element, facts, foreign } from './dom.ts';
import { findingLists, kindsOf, tally } from './lists.ts';
import { rowsSection } from './rows.ts';
import { time } from './words.ts';

/** A page's worth of result, and the one sentence that is read out when it appears. */
export interface Shown {
  readonly content: HTMLElement;
  readonly said: string;
}

/** A receipt's verdict, from what failed down to the claims. */
export function showVerdict(verdict: Verdict): Shown {
  const failed = verdict.failures.map(({ code: name, detail }) => `${detail} (${name})`);
  const kinds = kindsOf({ failed, verified: verdict.verified, asserted: verdict.asserted, unknown: verdict.unknown });
  const said = verdict.ok
    ? 'Nothing that was checked has failed. What that is worth stands below, line by line.'
    : 'This does not hold. Do not rely on the document.';
  const content = element(
    'article',
    { class: 'verdict', 'aria-labelledby': 'verdict-heading' },
    element('h2', { id: 'verdict-heading', tabindex: '-1' }, 'The verdict'),
    element('p', { class: verdict.ok ? 'said' : 'said bad' }, said),
    tally(kinds),
    aboutReceipt(verdict),
    ...findingLists(kinds),
    ...rowsSection(verdict),
    claimsSection(verdict),
  );
  return { content, said: `${said} ${kinds.map(({ title, lines }) => `${lines.length} ${title.toLowerCase()}`).join(', ')}.` };
}

function aboutReceipt(verdict: Verdict): HTMLElement {
  const { receipt, vault, issuedAt, evaluatedAt, outputSha256, log, witnesses, at } = verdict;
  const pairs: [string, HTMLElement | string][] = [['Judged as of', time(at)]];
  if (receipt !== null) pairs.push(['Receipt', code(receipt)]);
  if (vault !== null) pairs.push(['Vault', code(vault)]);
  if (evaluatedAt !== null) pairs.push(['Rows served', time(evaluatedAt)]);
  if (issuedAt !== null) pairs.push(['Issued', time(issuedAt)]);
  if (outputSha256 !== null) pairs.push(['Answer’s SHA-256', code(outputSha256)]);
  if (log !== null) pairs.push(['Log', element('span', {}, foreign('span', log.origin), `, entry ${log.index} of ${log.size}`)]);
  if (witnesses !== null)
    pairs.push(['Witnesses', `${witnesses.cosigned.length} cosigned; your policy is ${witnesses.met ? 'met' : 'not met'}`]);
  return facts(pairs);
}
