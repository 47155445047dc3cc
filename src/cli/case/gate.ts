import type { Cli } from '../cli.ts';
import { sheetFor, told } from '../render/case/sheet.ts';
import { told as theirs } from '../render/standing/facts.ts';
import { verb } from '../verb.ts';
import { caseClient } from './client.ts';

/** What the exit code says of a gate that is shut. */
const SHUT = 8;

export function gateCommand(cli: Cli) {
  return verb('gate', 'Ask whether a case’s gate is open now: it ends with 0 where it is, and with 8 where it is shut.', [
    'memsync case gate cse_…',
    'memsync case gate cse_… && publish answer.txt',
  ])
    .argument('<case>', 'the case')
    .action(async (id, options) => {
      const { open, issues, state, overridden } = await caseClient(cli).askGate(id);
      if (!open) cli.exitCode = SHUT;
      cli.answer(options, { case: id, open, missing: issues, ...(open ? {} : { state, overridden }) }, () => {
        if (open) return 'Open: all that the gate calls for is there now.';
        const sheet = sheetFor(cli.output, cli.clock.now(), true);
        const cleared = overridden ? 'Two reviewers have cleared the case all the same; a gate opens on evidence alone.' : null;
        return [
          cli.output.style('red', 'Shut.'),
          ...issues.flatMap(({ path, message }) => told(sheet, `${theirs(path)}: ${theirs(message)}`, 2)),
          ...(cleared === null ? [] : [cleared]),
        ].join('\n');
      });
    });
}
