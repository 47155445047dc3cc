import type { Cli } from '../cli.ts';
import { named } from '../render/case/sheet.ts';
import { verb } from '../verb.ts';
import { caseClient } from './client.ts';

export function handoverCommand(cli: Cli) {
  return verb('handover', 'Hand a case over to another reviewer of the desk.', [
    'memsync case handover cse_… --to ben --note "You know the payee."',
  ])
    .argument('<case>', 'the case')
    .requiredOption('--to <reviewer>', 'their name at the desk, or their id')
    .option('--note <text>', 'what they should know')
    .action(async (id, { to, note, ...options }) => {
      const now = await caseClient(cli).handOver(id, { to, ...(note === undefined ? {} : { note }) });
      cli.answer(options, now, () => `${named(now.assigned?.name ?? to)} has the case now.`);
    });
}
