import { bundleCommand } from '../case/bundle.ts';
import { decideCommand } from '../case/decide.ts';
import { gateCommand } from '../case/gate.ts';
import { handoverCommand } from '../case/handover.ts';
import { listCommand } from '../case/list.ts';
import { openCommand } from '../case/open.ts';
import { showCommand } from '../case/show.ts';
import type { Cli } from '../cli.ts';
import { bare } from '../verb.ts';

export function caseCommand(cli: Cli) {
  return bare('case')
    .description('Answers that wait before a gate: what is known of them, and who let them through.')
    .addCommand(listCommand(cli), { isDefault: true })
    .addCommand(openCommand(cli))
    .addCommand(showCommand(cli))
    .addCommand(gateCommand(cli))
    .addCommand(decideCommand(cli))
    .addCommand(handoverCommand(cli))
    .addCommand(bundleCommand(cli));
}
