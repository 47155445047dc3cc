import type { Cli } from '../cli.ts';
import { type Finding, finding, ok } from '../doctor/finding.ts';
import { ownerChecks } from '../doctor/owner-checks.ts';
import { plain } from '../plain.ts';
import { WIDTH, wrap } from '../render/table.ts';
import { verb } from '../verb.ts';

const MARK = { ok: 'ok      ', warning: 'warning ', failed: 'FAILED  ', skipped: 'skipped ' } as const;
const COLOUR = { ok: 'green', warning: 'yellow', failed: 'red', skipped: 'gray' } as const;

export function doctorCommand(cli: Cli) {
  return verb('doctor', 'Look everything over: folders, clocks, ledgers, log, remembered heads.', [
    'memsync doctor',
    'memsync doctor --json',
    'memsync doctor --accept-restore',
    'memsync doctor --operator-root root.txt',
  ])
    .option('--accept-restore', 'after a restore: see what the service has lost, and go on')
    .option('--yes', 'with --accept-restore: do not ask')
    .option('--operator-root <file-or-text>', 'the root of the service’s operator, to be remembered; “none” to forget it')
    .action(async (options) => {
      if (options.acceptRestore === true) {
        const { acceptRestore } = await import('../doctor/accept-restore.ts');
        await acceptRestore(cli, options);
        return;
      }
      const { serviceChecks } = await import('../doctor/service-checks.ts');
      const node = await finding('node', () => ok(`Node ${process.versions.node}.`));
      const checks = [node, ...(await ownerChecks(cli, options.operatorRoot)), ...(await serviceChecks(cli))];
      const failed = checks.filter(({ status }) => status === 'failed').length;
      if (failed > 0) cli.exitCode = 1;
      cli.answer(options, { ok: failed === 0, checks }, () => {
        const end = failed === 0 ? 'Nothing has failed.' : `${failed} of ${checks.length} failed.`;
        return [...checks.map((check) => told(cli, check)), '', end].join('\n');
      });
    });
}

function told(cli: Cli, { check, status, detail, remedy }: Finding): string {
  const said = `${check}: ${plain(detail)}${remedy === undefined ? '' : ` What to do: ${remedy}`}`;
  return `${cli.output.style(COLOUR[status], MARK[status])}${wrap(said, WIDTH - 8).replaceAll('\n', '\n        ')}`;
}
