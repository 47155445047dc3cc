import { checkDecisions, requireAsShown } from '../../sdk/decision.ts';
import type { Cli } from '../cli.ts';
import { casePage } from '../render/case/page.ts';
import { sheetFor } from '../render/case/sheet.ts';
import { verb } from '../verb.ts';
import { caseClient } from './client.ts';

/** What the exit code says where something that is shown does not verify. */
const DOES_NOT_VERIFY = 7;

export function showCommand(cli: Cli) {
  return verb('show', 'Show a case: who let it through, on what proof, and which memory leaned on it.', [
    'memsync case show cse_…',
    'memsync case show cse_… --all',
  ])
    .argument('<case>', 'the case')
    .option('--all', 'all of it, on as many lines as it takes; without, what goes on one screen')
    .action(async (id, options) => {
      const client = caseClient(cli);
      const shown = await client.showCase(id);
      requireAsShown(shown);
      const signatures = checkDecisions(shown, await client.desk());
      if (signatures.some(({ holds }) => !holds)) cli.exitCode = DOES_NOT_VERIFY;
      const sheet = sheetFor(cli.output, cli.clock.now(), options.all === true);
      cli.answer(options, { ...shown, signatures }, () => casePage(sheet, shown, signatures));
    });
}
