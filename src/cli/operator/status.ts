import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { unstatedKeys } from '../../app/stated-keys.ts';
import { openKeyFolder } from '../../config/key-folder.ts';
import { MemSyncError } from '../../core/errors.ts';
import { lastOf } from '../../log/key-history.ts';
import type { Cli } from '../cli.ts';
import { verb } from '../verb.ts';
import { statementJson, tellStatement } from './told.ts';

export function statusCommand(cli: Cli) {
  return verb('status', 'Show what the root has stated, and whether the keys in MEMSYNC_KEYS are those.', [
    'memsync operator status',
    'memsync operator status --json',
  ]).action((options) => {
    const { keyFolder, logOrigin } = cli.service();
    if (!existsSync(join(keyFolder, 'log.key')))
      throw new MemSyncError('not_found', `There are no keys in ${keyFolder}: see MEMSYNC_KEYS.`);
    const { history, logSigner, receiptSigner } = openKeyFolder(keyFolder, logOrigin, cli.random);
    const unstated = unstatedKeys(history, logSigner, receiptSigner);
    if (unstated.length > 0) cli.exitCode = 1;
    cli.answer(
      options,
      { statements: (history ?? []).map(statementJson), matches: history === null ? null : unstated.length === 0, unstated },
      () => {
        if (history === null) return 'No operator’s root has signed these keys. To begin: memsync operator root';
        const last =
          unstated.length === 0
            ? `The keys in ${keyFolder} are those of statement ${lastOf(history).number}.`
            : `NOT STATED: ${unstated.join(' and ')} in ${keyFolder}. The service will not start. What to do: memsync operator sign`;
        return [...history.map(tellStatement), last].join('\n\n');
      },
    );
  });
}
