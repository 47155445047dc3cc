import { existsSync } from 'node:fs';
import { requireSame, withStatement } from '../../app/operator/next-statement.ts';
import { changeKeys, dropRequest, keepRequest, readRequest } from '../../config/key-change.ts';
import { MemSyncError } from '../../core/errors.ts';
import { encodeKeyStatement, parseKeyStatement } from '../../log/key-statement.ts';
import { lastOf } from '../../log/key-history.ts';
import { parseNote } from '../../log/note.ts';
import type { Cli } from '../cli.ts';
import { readInput, writeOutput } from '../input.ts';
import { verb } from '../verb.ts';
import { replaced, withNewKeys } from './rotate.ts';
import { statementJson, tellStatement } from './told.ts';

const ABOUT = `
For a root that never comes near the service. Stop the service and ask. Carry
the request to the root: memsync operator sign REQUEST --root FILE --out SIGNED.
Carry back what it signed, and apply it; the new keys wait in MEMSYNC_KEYS
meanwhile. The service stays stopped that long: a statement is about the log as
it is.`;

export function requestCommand(cli: Cli) {
  return verb('request', 'Make new keys, and a request for a root that is elsewhere to sign.', [
    'memsync operator request --out request.txt',
    'memsync operator request --out request.txt --receipts',
  ])
    .requiredOption('--out <file>', 'where to write the request')
    .option('--log', 'only the log’s key')
    .option('--receipts', 'only the receipt signer’s key')
    .addHelpText('after', ABOUT)
    .action(async (options) => {
      if (existsSync(options.out)) throw new MemSyncError('usage', `${options.out} is there already.`);
      const settings = cli.service();
      const { atRest } = await import('../../upkeep.ts');
      await atRest(settings, cli.random, (rest) => {
        const { history } = rest.keys;
        if (history === null) throw new MemSyncError('usage', 'The root has stated no keys yet: first, memsync operator sign.');
        const { seeds, statement } = withNewKeys(cli, rest, lastOf(history).root, options);
        const text = encodeKeyStatement(statement);
        keepRequest(settings.keyFolder, { ...seeds, statements: text });
        writeOutput(options.out, text);
        cli.answer(options, { asked: statementJson(statement), file: options.out }, () =>
          [
            tellStatement(statement),
            `Asked, in ${options.out}. Where the root is: memsync operator sign ${options.out} --root FILE --out SIGNED`,
          ].join('\n'),
        );
      });
    });
}

export function applyCommand(cli: Cli) {
  return verb('apply', 'Put the keys of a request in place, once the root has signed it.', ['memsync operator apply signed.txt'])
    .argument('<signed>', 'what memsync operator sign wrote')
    .action(async (path, options) => {
      const note = readInput(path);
      const statement = parseKeyStatement(parseNote(note).text);
      const settings = cli.service();
      const { atRest } = await import('../../upkeep.ts');
      await atRest(settings, cli.random, ({ keys, log }) => {
        const asked = readRequest(settings.keyFolder);
        if (asked === null) throw new MemSyncError('usage', 'Nothing was asked for: see memsync operator request.');
        requireSame(statement, { ...parseKeyStatement(asked.statements), origin: log.origin, size: log.size, logRoot: log.root });
        changeKeys(settings.keyFolder, { log: asked.log, receipts: asked.receipts, statements: withStatement(keys.history, note) });
        dropRequest(settings.keyFolder);
        cli.answer(options, { stated: statementJson(statement), replaced: replaced(asked) }, () =>
          [tellStatement(statement), `Replaced: ${replaced(asked).join(' and ')}. Start the service again.`].join('\n'),
        );
      });
    });
}
