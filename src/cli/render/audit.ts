import type { AuditReport } from '../../sdk/audit/audit.ts';
import type { DescribedFinding } from '../../sdk/audit/finding.ts';
import type { Output } from '../output.ts';
import { plain } from '../plain.ts';
import { count } from '../words.ts';
import { WIDTH, wrap } from './table.ts';

/** What an audit came to, for people. */
export function auditText(output: Output, report: AuditReport): string {
  const { findings, unknown } = report;
  const blocks = [whatWasLookedAt(report).join('\n')];
  for (const finding of findings) blocks.push(told(output, finding));
  const more = Object.values(report.counts).reduce((sum, one) => sum + one, 0) - findings.length;
  if (more > 0) blocks.push(`And ${more} more of these kinds.`);
  blocks.push(['Not known:', ...unknown.map((one) => indented(`- ${one}`))].join('\n'));
  blocks.push(
    report.clean
      ? output.style('green', 'Nothing was found that does not hold.')
      : output.style('red', `${count(findings.length + more, 'thing')} found.`),
  );
  return blocks.join('\n\n');
}

function whatWasLookedAt(report: AuditReport): string[] {
  const { log, ledger, heads, receipts, evidence, cases, certificates, demotions, vaults } = report;
  const restored = ledger.restored.length === 0 ? '' : ` It was restored from a backup at event ${ledger.restored.join(', ')}.`;
  const others =
    log.others === 0
      ? ''
      : ` ${log.others} are not yours to open${vaults === null || vaults < 2 ? '' : ': other vaults’, as far as can be told'}.`;
  return [
    `Vault ${report.vault}`,
    indented(`log: ${log.origin}, ${log.size} ${log.size === 1 ? 'entry' : 'entries'} in the signed tree.${others}`),
    indented(
      `ledger: ${count(ledger.events, 'event')}${ledger.whole ? ', every link, signature and time' : ', as far as it verifies'}.${restored}`,
    ),
    indented(`demotions: ${demotions.explained} explained, ${demotions.unknown} not known.`),
    indented(`heads in the log: ${heads.count}${heads.last === null ? '' : `, the last of event ${heads.last}`}.`),
    indented(`receipts: ${receipts.count}${receipts.elsewhere === 0 ? '' : `, ${receipts.elsewhere} of them issued elsewhere`}.`),
    indented(
      `evidence: ${evidence.count}${evidence.elsewhere === 0 ? '' : `, ${evidence.elsewhere} of it added elsewhere`}; cases: ${count(cases, 'happening')}.`,
    ),
    indented(`certificates: ${certificates}.`),
  ];
}

function told(output: Output, { code, severity, where, detail, means, remedy }: DescribedFinding): string {
  const places = [
    where.receipt,
    where.certificate,
    where.seq === undefined ? undefined : `event ${where.seq}`,
    where.index === undefined ? undefined : `entry ${where.index}`,
  ].filter((one) => one !== undefined);
  const head = `${severity === 'error' ? 'FOUND' : 'warning'} ${code}${places.length === 0 ? '' : ` (${places.join(', ')})`}`;
  return [
    output.style(severity === 'error' ? 'red' : 'yellow', head),
    indented(plain(detail)),
    indented(`What it means: ${means}`),
    indented(`What to do: ${remedy}`),
  ].join('\n');
}

function indented(text: string): string {
  return `  ${wrap(text, WIDTH - 2).replaceAll('\n', '\n  ')}`;
}
