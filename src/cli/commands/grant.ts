import { CAPABILITIES, CATEGORIES, GrantRole, ORIGIN_KINDS, type OriginKind } from '../../../schemas/vocabulary.ts';
import { LIMITS } from '../../../schemas/limits.ts';
import { MemSyncError } from '../../core/errors.ts';
import { formatInstant } from '../../core/instant.ts';
import { FIRST_APP_GRANT } from '../../sdk/grant.ts';
import type { Cli } from '../cli.ts';
import { plain } from '../plain.ts';
import { grantDevice } from './grant-device.ts';
import { openOwner } from '../session.ts';
import { oneOf, several, severalOf, verb, whole } from '../verb.ts';
import { parseWhen, WHEN } from '../when.ts';

const CEILING = `the most that its rows can count as, of: ${ORIGIN_KINDS.join(', ')}. With user_stated it may say that you said so, and such rows last longest`;

export function grantCommand(cli: Cli) {
  const command = verb('grant', 'Give an app a token of its own, signed by you.', [
    'memsync grant --label "Trip planner" --category travel',
    'memsync grant --label "note taker" --can remember --collection work --expires 90d',
    'memsync grant --label "my diary" --ceiling user_stated',
    'memsync grant "my phone" --device --out phone.age',
  ])
    .argument('[label]', 'what you call the app')
    .option('--label <label>', 'the same')
    .option('--device', 'another device of yours, which reads everything and may confirm and retract: writes a file to set it up with')
    .option('--out <file>', 'with --device: where to write the file (default: device.age)')
    .option('--can <capability>', `what it may, of: ${CAPABILITIES.join(', ')} (several: commas)`, severalOf(CAPABILITIES))
    .option('--collection <name>', 'which collections it reaches (default: default)', several)
    .option('--category <category>', 'the only categories that it reaches (default: all)', severalOf(CATEGORIES))
    .option('--ceiling <origin>', CEILING, oneOf(ORIGIN_KINDS), 'app_asserted')
    .option('--role <role>', 'app or reviewer', oneOf(GrantRole.exclude(['device']).options), 'app')
    .option('--work-factor <n>', 'log2 of the passphrase’s scrypt cost', whole(1, 22))
    .option('--expires <when>', `when it runs out: ${WHEN} (default: never)`)
    .action(async (named, { label = named ?? '', ...options }) => {
      if (label.trim() === '' || label.length > LIMITS.labelLength) throw new MemSyncError('usage', 'A label has 1 to 200 characters.');
      if (options.out !== undefined && options.device !== true) throw new MemSyncError('usage', '--out goes with --device.');
      if (options.device === true) return grantDevice(cli, label, options);
      const expiresAt = options.expires === undefined ? null : parseWhen(options.expires, cli.clock.now());
      const owner = await openOwner(cli);
      const capabilities = options.can ?? FIRST_APP_GRANT.capabilities;
      const collections = options.collection ?? ['default'];
      const categories = options.category ?? null;
      const { grant, token } = await owner.grant(
        { label, role: options.role, capabilities, originCeiling: options.ceiling, expiresAt, categories },
        collections,
      );
      owner.wipe();
      const end = expiresAt === null ? null : formatInstant(expiresAt);
      const answer = { grant, label, token, capabilities, collections, originCeiling: options.ceiling, expiresAt: end };
      cli.answer(options, answer, () =>
        [
          `“${plain(label)}” may ${capabilities.join(', ')} in ${collections.join(', ')}${end === null ? '' : `, until ${end}`}.`,
          toldCeiling(options.ceiling),
          `To take it back: memsync revoke ${grant}`,
          '',
          'Its token, shown this once:',
          '',
          `  ${token}`,
        ].join('\n'),
      );
    });
  for (const option of command.options) if (option.long === '--work-factor') option.hideHelp();
  return command;
}

function toldCeiling(ceiling: OriginKind): string {
  if (ceiling === 'user_stated') return 'It may say that you said so: its rows can count as user_stated, which last longest.';
  return `It may not say that you said so: its rows count as ${ceiling} at most (see --ceiling).`;
}
