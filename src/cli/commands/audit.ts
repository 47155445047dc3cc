import { auditVault } from '../../sdk/audit/audit.ts';
import { type AuditProgress, freshProgress } from '../../sdk/audit/progress.ts';
import { MemSyncClient } from '../../sdk/client.ts';
import { AuditFile } from '../audit/audit-file.ts';
import { clientSource, deviceHeaders, statedKeys } from '../audit/client-source.ts';
import type { Cli } from '../cli.ts';
import { OwnerHome } from '../home.ts';
import { progressNotes } from '../progress.ts';
import { auditText } from '../render/audit.ts';
import { verb } from '../verb.ts';

export function auditCommand(cli: Cli) {
  return verb('audit', 'Verify all of it, trusting nobody: the log, your ledger, every receipt.', [
    'memsync audit',
    'memsync audit --again',
    'memsync audit --json > audit-report.json',
  ])
    .option('--again', 'begin anew, in place of going on where the last audit ended')
    .action(async (options) => {
      const { home: path, url } = cli.client();
      const home = OwnerHome.open(path);
      const state = home.state();
      const file = new AuditFile(path, cli.clock);
      // Without the remembered head: what the service shows is compared here, and what differs is a finding.
      const client = new MemSyncClient({ url, token: home.token() });
      const note = progressNotes(cli.output, cli.clock);
      const from = options.again === true ? freshProgress(state.vault) : file.read(state.vault);
      let latest = (): AuditProgress => from;
      const report = await auditVault({
        source: clientSource(client),
        vault: state.vault,
        remembered: { head: state.head, log: state.log },
        stated: await statedKeys(client, state.log),
        progress: from,
        now: cli.clock.now(),
        headers: () => deviceHeaders(client, home.token(), state),
        note: (part, done, of) => note(`looking at ${PARTS[part]}`, done, of),
        save: (progress) => file.save((latest = progress)),
        done: (progress) => (latest = () => progress),
      }).finally(() => file.write(latest()));
      if (!report.clean) cli.exitCode = 1;
      cli.answer(options, report, () => auditText(cli.output, report));
    });
}

const PARTS = {
  log: 'the log',
  ledger: 'the ledger',
  rows: 'rows that were demoted',
  heads: 'heads in the log',
  receipts: 'receipts',
  evidence: 'receipts with later evidence',
  certificates: 'certificates',
} as const;
