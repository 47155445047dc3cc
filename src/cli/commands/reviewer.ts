import { hex } from '../../core/bytes.ts';
import type { Cli } from '../cli.ts';
import { makeReviewerKey, openReviewerKey, requireNoReviewer, reviewerPath } from '../reviewer/key.ts';
import { bare, verb, whole } from '../verb.ts';
import { newPassphrase } from './init.ts';

export function reviewerCommand(cli: Cli) {
  return bare('reviewer')
    .description('Your own key as a reviewer: what you sign decisions with.')
    .addCommand(initCommand(cli))
    .addCommand(showCommand(cli));
}

function initCommand(cli: Cli) {
  const command = verb('init', 'Make your key, in MEMSYNC_HOME under a passphrase, and print its public half.', [
    'memsync reviewer init',
    'MEMSYNC_PASSPHRASE=… memsync reviewer init --yes --key-only',
  ])
    .option('--yes', 'ask nothing; the passphrase is taken from MEMSYNC_PASSPHRASE')
    .option('--key-only', 'print the public key and nothing else, for a script')
    .option('--work-factor <n>', 'log2 of the passphrase’s scrypt cost', whole(1, 22))
    .action(async (options) => {
      requireNoReviewer(cli);
      const passphrase = await newPassphrase(cli, options.yes === true, 'your key');
      const key = hex(await makeReviewerKey(cli, passphrase, options.workFactor));
      const file = reviewerPath(cli);
      cli.answer(options, { key, file }, () =>
        options.keyOnly === true
          ? key
          : [
              `key  ${key}`,
              '',
              'Give that line to the operator, on a way of your own: your decisions are checked',
              `against it. The key itself is in ${file}; nobody else has it,`,
              'the service least of all. Keep a copy of the file, and its passphrase in your head.',
              '',
              'The operator: memsync desk add DESK --reviewer NAME --key KEY',
              'and then you, with the token that this prints: export MEMSYNC_TOKEN=msr_…',
            ].join('\n'),
      );
    });
  for (const option of command.options) if (option.long === '--work-factor') option.hideHelp();
  return command;
}

function showCommand(cli: Cli) {
  return verb('show', 'Open your key with its passphrase, and print its public half.', ['memsync reviewer show']).action(
    async (options) => {
      const pair = await openReviewerKey(cli);
      pair.secretKey.wipe();
      const answer = { key: hex(pair.publicKey), file: reviewerPath(cli) };
      cli.answer(options, answer, () => `key   ${answer.key}\nfile  ${answer.file}`);
    },
  );
}
