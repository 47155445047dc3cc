import type { Cli } from '../cli.ts';
import { EXIT_CODES } from '../exit-code.ts';
import { wrap } from '../render/table.ts';
import { verb } from '../verb.ts';

const TABLE = EXIT_CODES.map(([code, meaning]) => `  ${code}  ${wrap(meaning, 74).replaceAll('\n', '\n     ')}`).join('\n');

export function exitCodesCommand(cli: Cli) {
  return verb('exit-codes', 'What the exit codes mean.', [])
    .addHelpText('after', `\nExit codes:\n${TABLE}`)
    .action((options) => {
      cli.answer(options, { exitCodes: EXIT_CODES.map(([code, meaning]) => ({ code, meaning })) }, () => `Exit codes:\n${TABLE}`);
    });
}
