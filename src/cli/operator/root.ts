import { existsSync } from 'node:fs';
import { writePrivateFile } from '../../config/private-file.ts';
import { utf8 } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import { Redacted } from '../../core/redacted.ts';
import { signingKeyFromSeed } from '../../crypto/ed25519.ts';
import { encodeOperatorRoot } from '../../crypto/operator-root.ts';
import { encodeVerifierKey, isKeyName, verifierKey } from '../../log/verifier-key.ts';
import type { Cli } from '../cli.ts';
import { newPassphrase } from '../commands/init.ts';
import { verb, whole } from '../verb.ts';

/** On the disk, whole, when this returns. @throws {MemSyncError} `usage` when it cannot be written */
function writeRoot(path: string, file: string): void {
  try {
    writePrivateFile(path, file);
  } catch (cause) {
    throw new MemSyncError('usage', `${path} cannot be written.`, { cause });
  }
}

export function rootCommand(cli: Cli) {
  const command = verb('root', 'Make an operator’s root, in a file under a passphrase.', [
    'memsync operator root --out operator.age --name memory.example/operator',
    'MEMSYNC_PASSPHRASE=… memsync operator root --out operator.age --yes --json',
  ])
    .requiredOption('--out <file>', 'where to write it; best on another machine than the service’s')
    .option('--name <name>', 'what verifiers know it by, without spaces or plus signs', 'memsync-operator')
    .option('--yes', 'ask nothing; the passphrase is taken from MEMSYNC_PASSPHRASE')
    .option('--work-factor <n>', 'log2 of the passphrase’s scrypt cost', whole(1, 22))
    .action(async (options) => {
      if (!isKeyName(options.name)) throw new MemSyncError('usage', 'A root’s name has no white space and no plus sign, and is not empty.');
      if (existsSync(options.out)) throw new MemSyncError('usage', `${options.out} is there already; a root is never written over.`);
      const passphrase = new Redacted(utf8(await newPassphrase(cli, options.yes === true)));
      const seed = new Redacted(cli.random.bytes(32));
      const pair = signingKeyFromSeed(seed);
      pair.secretKey.wipe();
      const file = await encodeOperatorRoot({ name: options.name, seed }, passphrase, options.workFactor);
      passphrase.wipe();
      seed.wipe();
      writeRoot(options.out, file);
      const root = encodeVerifierKey(verifierKey(options.name, pair.publicKey));
      cli.answer(options, { root, file: options.out }, () =>
        [
          root,
          '',
          'That line is what verifiers pin: give it out on ways of its own, not through the',
          `service. The root itself is in ${options.out}: keep copies of it away from the`,
          'service, and its passphrase in your head. Nothing else can replace it.',
          '',
          'Next, with the service stopped: memsync operator sign --root FILE',
        ].join('\n'),
      );
    });
  for (const option of command.options) if (option.long === '--work-factor') option.hideHelp();
  return command;
}
