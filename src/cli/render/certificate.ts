import { ERASURE_PREDICATE_TYPE } from '../../../schemas/certificate.ts';
import { formatInstant } from '../../core/instant.ts';
import type { KeyTrust } from '../../receipts/key-trust.ts';
import { type PolicyAt, verifyCertificate, type VerifiedCertificate } from '../../sdk/verify.ts';
import type { Cli } from '../cli.ts';
import { plain } from '../plain.ts';
import { count } from '../words.ts';
import { facts } from './table.ts';
import { section, witnessesJson } from './verdict.ts';

/** Verifies a certificate and tells what it says. @throws {MemSyncError} as `verifyCertificate` */
export function tellCertificate(
  cli: Cli,
  options: { readonly json?: true | undefined },
  text: string,
  trust: KeyTrust & { readonly vault?: string | undefined },
  policy: PolicyAt | null = null,
): void {
  const verified = verifyCertificate(text, trust, policy);
  const { statement, log, stated, unknown } = verified;
  const keys = stated === null ? null : { log: stated.log, receipts: stated.receipts };
  const witnesses = witnessesJson(verified.witnesses);
  const { predicateType, predicate } = statement;
  cli.answer(options, { ok: true, log, keys, witnesses, unknown, predicateType, predicate }, () => said(verified));
}

function said({ statement, log, stated, witnesses, unknown }: VerifiedCertificate): string {
  const { predicate } = statement;
  const pairs: [string, string][] = [['vault', predicate.vault]];
  if (statement.predicateType === ERASURE_PREDICATE_TYPE) {
    const { scope, counts, orderedAt, goneAt, event } = statement.predicate;
    pairs.push(
      ['erased', `${scope}: ${count(counts.rows, 'row')}, ${count(counts.versions, 'version')}`],
      ['by event', event],
      ['ordered', formatInstant(orderedAt)],
      ['gone', formatInstant(goneAt)],
    );
  } else {
    const { sha256, rows, head, finishedAt } = statement.predicate;
    pairs.push(
      ['exported', `${count(rows, 'row')}, up to event ${head.seq}`],
      ['file', `SHA-256 ${sha256}`],
      ['finished', formatInstant(finishedAt)],
    );
  }
  pairs.push(['in the log', `entry ${log.index} of ${log.size}`]);
  for (const { name, at } of witnesses?.cosigned ?? []) pairs.push(['cosigned', `${plain(name)}, at ${formatInstant(at)} by its clock`]);
  if (stated !== null)
    pairs.push(['keys', `stated by ${stated.root.name}: the log’s in statement ${stated.log}, the signer’s in ${stated.receipts}`]);
  return [
    'The certificate verifies: it is signed by a key that you trust, and it is in the log.',
    facts(pairs),
    'It is the service’s word, signed: that it did so cannot be seen from outside.',
    ...section('Not known', unknown),
  ].join('\n');
}
