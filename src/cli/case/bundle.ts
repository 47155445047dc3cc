import type { Cli } from '../cli.ts';
import { handOut } from '../hand-out.ts';
import { verb } from '../verb.ts';
import { caseClient } from './client.ts';

export function bundleCommand(cli: Cli) {
  return verb('bundle', 'Get a case’s bundle: what anyone can verify offline of who decided what, on what was shown.', [
    'memsync case bundle cse_… --out case.json',
    'memsync verify case.json --key log-keys.txt --reviewer 4f1c… --receipt receipt.json',
  ])
    .argument('<case>', 'the case')
    .option('--out <file>', 'write it there; without, it is printed')
    .action(async (id, options) => {
      const bundle = await caseClient(cli).caseBundle(id);
      handOut(cli, options, bundle, { id: { case: id }, title: 'The case’s bundle' });
    });
}
