import { type CertificateStatement, ERASURE_PREDICATE_TYPE } from '../../../schemas/certificate.ts';
import { isWitnessed } from '../../receipts/witness-check.ts';
import { isMemSyncError, type VerifiedCertificate, verifyCertificate } from '../index.ts';
import { code, element, facts, foreign } from './dom.ts';
import type { Asked } from './form.ts';
import { findingLists, kindsOf, tally } from './lists.ts';
import type { Shown } from './verdict.ts';
import { count, time } from './words.ts';

/** What a certificate comes to. It has no claims and no rows: it says one thing, and the signature and the log stand behind that. */
export function showCertificate({ text, trust, at }: Asked): Shown {
  const failed: string[] = [];
  const verified = attempt(
    () => verifyCertificate(text, trust, trust.witnesses === undefined ? null : { policy: trust.witnesses, at }),
    failed,
  );
  const kinds = kindsOf({
    failed,
    verified: verified === null ? [] : provedOf(verified),
    asserted:
      verified === null ? [] : ['That it happened, and when: the service’s word, signed. What it did inside cannot be seen from outside.'],
    unknown: verified === null ? ['Everything: this is not a certificate that holds by the keys that you trust.'] : verified.unknown,
  });
  const said = failed.length === 0 ? 'Nothing that was checked has failed.' : 'This does not hold. Do not rely on the document.';
  const content = element(
    'article',
    { class: 'verdict', 'aria-labelledby': 'verdict-heading' },
    element('h2', { id: 'verdict-heading', tabindex: '-1' }, 'The certificate'),
    element('p', { class: failed.length === 0 ? 'said' : 'said bad' }, said),
    tally(kinds),
    ...(verified === null ? [] : [saysWhat(verified.statement)]),
    ...findingLists(kinds),
  );
  return { content, said };
}

function attempt<T>(check: () => T, failed: string[]): T | null {
  try {
    return check();
  } catch (error) {
    failed.push(isMemSyncError(error) ? `${error.message} (${error.code})` : 'A check could not be carried out. (internal)');
    return null;
  }
}

function provedOf({ log, stated, witnesses }: VerifiedCertificate): string[] {
  return [
    'The certificate is signed by a key that you trust.',
    `It is entry ${log.index} of the log, in a signed checkpoint of ${log.size} entries.`,
    ...(stated === null
      ? []
      : [`The keys are stated by the root ${stated.root.name}, in its statements ${stated.log} and ${stated.receipts}.`]),
    ...(!isWitnessed(witnesses)
      ? []
      : [`The checkpoint is cosigned by ${count(witnesses.cosigned.length, 'witness', 'witnesses')} of your policy, which is met.`]),
  ];
}

function saysWhat(statement: CertificateStatement): HTMLElement {
  const { certificate, vault } = statement.predicate;
  const about: [string, HTMLElement | string][] = [
    ['Certificate', code(certificate)],
    ['Vault', code(vault)],
  ];
  if (statement.predicateType === ERASURE_PREDICATE_TYPE) {
    const { scope, counts, orderedAt, goneAt, event, rows } = statement.predicate;
    about.push(
      ['Erased', `${scope}: ${count(counts.rows, 'row')}, ${count(counts.versions, 'version')}`],
      ['Ordered', time(orderedAt)],
      ['Gone', time(goneAt)],
      ['By event', code(event)],
    );
    if (rows.length > 0) about.push(['Rows', element('span', {}, ...rows.flatMap((row) => [code(row), ' ']))]);
  } else {
    const { sha256, rows, head, finishedAt, bytes } = statement.predicate;
    about.push(
      ['Exported', foreign('span', `${count(rows, 'row')}, up to event ${head.seq}`)],
      ['File', element('span', {}, code(sha256), `, ${count(bytes, 'byte')}`)],
      ['Finished', time(finishedAt)],
    );
  }
  return facts(about);
}
