import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { CommanderError } from 'commander';
import { BUILD } from '../config/build.ts';
import { Cli, type CliParts } from './cli.ts';
import { auditCommand } from './commands/audit.ts';
import { backupCommand } from './commands/backup.ts';
import { caseCommand } from './commands/case.ts';
import { claimsCommand } from './commands/claims.ts';
import { collectionCommand } from './commands/collection.ts';
import { confirmCommand } from './commands/confirm.ts';
import { contestCommand } from './commands/contest.ts';
import { correctCommand } from './commands/correct.ts';
import { demoCommand } from './commands/demo.ts';
import { deskCommand } from './commands/desk.ts';
import { diffCommand } from './commands/diff.ts';
import { discloseCommand } from './commands/disclose.ts';
import { dismissCommand } from './commands/dismiss.ts';
import { doctorCommand } from './commands/doctor.ts';
import { dueCommand } from './commands/due.ts';
import { eraseCommand } from './commands/erase.ts';
import { evidenceCommand } from './commands/evidence.ts';
import { exitCodesCommand } from './commands/exit-codes.ts';
import { exportCommand } from './commands/export.ts';
import { grantCommand } from './commands/grant.ts';
import { grantsCommand } from './commands/grants.ts';
import { importCommand } from './commands/import.ts';
import { initCommand } from './commands/init.ts';
import { jobsCommand } from './commands/jobs.ts';
import { listCommand } from './commands/list.ts';
import { modelsCommand } from './commands/models.ts';
import { operatorCommand } from './commands/operator.ts';
import { policyCommand } from './commands/policy.ts';
import { receiptCommand } from './commands/receipt.ts';
import { receiptsCommand } from './commands/receipts.ts';
import { reinstateCommand } from './commands/reinstate.ts';
import { rememberCommand } from './commands/remember.ts';
import { replayCommand } from './commands/replay.ts';
import { restoreCommand } from './commands/restore.ts';
import { retractCommand } from './commands/retract.ts';
import { retrieveCommand } from './commands/retrieve.ts';
import { reviewerCommand } from './commands/reviewer.ts';
import { revokeCommand } from './commands/revoke.ts';
import { rotateCommand } from './commands/rotate.ts';
import { serveCommand } from './commands/serve.ts';
import { showCommand } from './commands/show.ts';
import { supersedeCommand } from './commands/supersede.ts';
import { verifyCommand } from './commands/verify.ts';
import { printFailure } from './failure.ts';
import { bare } from './verb.ts';

const ABOUT = `Memory you own. Receipts anyone can check. Freshness nobody can fake.

To begin: \`memsync serve\` in one terminal, \`memsync init\` in another.
To see what it does: \`memsync demo\`.

You work with your folder (MEMSYNC_HOME, ~/.memsync) and its passphrase (asked
for, or MEMSYNC_PASSPHRASE), apps and reviewers with MEMSYNC_TOKEN. The service
is at MEMSYNC_URL (http://127.0.0.1:8787).`;

/** Runs one command line (without `node` and the script). Resolves with the exit code; prints its own errors and throws none. */
export async function main(argv: readonly string[], parts: Partial<CliParts> = {}): Promise<number> {
  const cli = new Cli(parts);
  const json = argv.includes('--json');
  let help = '';
  const program = buildProgram(cli);
  settle(program, cli, (text) => (help += text));
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return cli.exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    if (error instanceof CommanderError && error.code === 'commander.help' && !json) {
      cli.output.note(help);
      return 2;
    }
    return printFailure(cli.output, error, json);
  }
}

function buildProgram(cli: Cli) {
  return bare('memsync')
    .description(ABOUT)
    .version(BUILD.replace('/', ' '), '--version', 'print the version')
    .helpCommand('help [command]', 'print help for a command')
    .addHelpText('after', '\nExit codes: memsync help exit-codes')
    .addCommand(initCommand(cli).helpGroup('You:'))
    .addCommand(listCommand(cli).helpGroup('You:'))
    .addCommand(showCommand(cli).helpGroup('You:'))
    .addCommand(dueCommand(cli).helpGroup('You:'))
    .addCommand(confirmCommand(cli).helpGroup('You:'))
    .addCommand(correctCommand(cli).helpGroup('You:'))
    .addCommand(retractCommand(cli).helpGroup('You:'))
    .addCommand(reinstateCommand(cli).helpGroup('You:'))
    .addCommand(eraseCommand(cli).helpGroup('You:'))
    .addCommand(supersedeCommand(cli).helpGroup('You:'))
    .addCommand(dismissCommand(cli).helpGroup('You:'))
    .addCommand(grantCommand(cli).helpGroup('You:'))
    .addCommand(grantsCommand(cli).helpGroup('You:'))
    .addCommand(revokeCommand(cli).helpGroup('You:'))
    .addCommand(rotateCommand(cli).helpGroup('You:'))
    .addCommand(collectionCommand(cli).helpGroup('You:'))
    .addCommand(policyCommand(cli).helpGroup('You:'))
    .addCommand(auditCommand(cli).helpGroup('You:'))
    .addCommand(exportCommand(cli).helpGroup('You:'))
    .addCommand(importCommand(cli).helpGroup('You:'))
    .addCommand(rememberCommand(cli).helpGroup('Apps:'))
    .addCommand(retrieveCommand(cli).helpGroup('Apps:'))
    .addCommand(contestCommand(cli).helpGroup('Apps:'))
    .addCommand(receiptCommand(cli).helpGroup('Apps:'))
    .addCommand(evidenceCommand(cli).helpGroup('Apps:'))
    .addCommand(receiptsCommand(cli).helpGroup('Anyone:'))
    .addCommand(claimsCommand(cli).helpGroup('Anyone:'))
    .addCommand(modelsCommand(cli).helpGroup('Anyone:'))
    .addCommand(discloseCommand(cli).helpGroup('Anyone:'))
    .addCommand(replayCommand(cli).helpGroup('Anyone:'))
    .addCommand(diffCommand(cli).helpGroup('Anyone:'))
    .addCommand(verifyCommand(cli).helpGroup('Anyone:'))
    .addCommand(demoCommand(cli, main).helpGroup('Anyone:'))
    .addCommand(caseCommand(cli).helpGroup('Reviewers:'))
    .addCommand(reviewerCommand(cli).helpGroup('Reviewers:'))
    .addCommand(serveCommand(cli).helpGroup('The operator:'))
    .addCommand(jobsCommand(cli).helpGroup('The operator:'))
    .addCommand(backupCommand(cli).helpGroup('The operator:'))
    .addCommand(restoreCommand(cli).helpGroup('The operator:'))
    .addCommand(deskCommand(cli).helpGroup('The operator:'))
    .addCommand(operatorCommand(cli).helpGroup('The operator:'))
    .addCommand(doctorCommand(cli).helpGroup('The operator:'))
    .addCommand(exitCodesCommand(cli), { hidden: true });
}

/** Has every command print through the run's output, and end by throwing. */
function settle(command: CommandUnknownOpts, cli: Cli, onError: (text: string) => void): void {
  command.exitOverride();
  command.configureOutput({
    writeOut: (text) => cli.output.out(text),
    writeErr: onError,
    getOutHelpWidth: () => 80,
    getErrHelpWidth: () => 80,
    outputError: () => undefined,
  });
  for (const child of command.commands) settle(child, cli, onError);
}
