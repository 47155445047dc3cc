import { nextStatement, requireRootInForce, saysNothingNew, withStatement } from '../../app/operator/next-statement.ts';
import { changeKeys } from '../../config/key-change.ts';
import { MemSyncError } from '../../core/errors.ts';
import { sameKey, signKeyStatement } from '../../log/key-history.ts';
import { parseKeyStatement } from '../../log/key-statement.ts';
import type { AtRest } from '../../upkeep.ts';
import type { Cli } from '../cli.ts';
import { readInput, writeOutput } from '../input.ts';
import { verb } from '../verb.ts';
import { openOperatorRoot, type OpenedRoot } from './open-root.ts';
import { statementJson, tellStatement } from './told.ts';

const ABOUT = `
Without a request this is done where the service's folders are, with the service
stopped: it states the keys that are in MEMSYNC_KEYS now, from the log's present
size on. With one it is done wherever the root is, and touches no folder.`;

export function signCommand(cli: Cli) {
  return verb('sign', 'Have the root sign the keys in use, or a request that was made elsewhere.', [
    'memsync operator sign --root operator.age',
    'memsync operator sign --root operator.age --new-root next.age',
    'memsync operator sign request.txt --root operator.age --out signed.txt',
  ])
    .argument('[request]', 'what memsync operator request wrote')
    .requiredOption('--root <file>', 'the root’s file')
    .option('--new-root <file>', 'hand over to this root: it signs from here on')
    .option('--from-start', 'in a first statement: no other keys have ever signed for this log')
    .option('--out <file>', 'with a request: where to write it, signed')
    .addHelpText('after', ABOUT)
    .action(async (request, options) => {
      if ((request === undefined) !== (options.out === undefined)) throw new MemSyncError('usage', 'A request and --out go together.');
      const root = await openOperatorRoot(cli, options.root);
      const next = options.newRoot === undefined ? null : await openOperatorRoot(cli, options.newRoot);
      try {
        if (request !== undefined && options.out !== undefined) {
          if (next !== null || options.fromStart === true) throw new MemSyncError('usage', 'A request says all of that itself.');
          signRequest(cli, options, root, request, options.out);
          return;
        }
        const { atRest } = await import('../../upkeep.ts');
        const settings = cli.service();
        await atRest(settings, cli.random, (rest) => signPresent(cli, { ...options, folder: settings.keyFolder }, rest, root, next));
      } finally {
        root.wipe();
        next?.wipe();
      }
    });
}

interface Options {
  readonly json?: true | undefined;
  readonly fromStart?: true | undefined;
  readonly folder: string;
}

function signPresent(cli: Cli, options: Options, { keys, log }: AtRest, root: OpenedRoot, next: OpenedRoot | null): void {
  const { history, logSigner, receiptSigner } = keys;
  requireRootInForce(history, root.key);
  const stated = {
    log: logSigner.publicKey,
    receipts: receiptSigner.key.publicKey,
    receiptsName: receiptSigner.name,
    root: next?.key ?? root.key,
  };
  const statement = nextStatement(history, log, stated, cli.clock.now(), options.fromStart);
  if (saysNothingNew(history, statement)) {
    cli.answer(options, { stated: null }, () => 'The root has signed these keys already: there is nothing to state.');
    return;
  }
  const signers = next === null || sameKey(next.key, root.key) ? [root.signer] : [root.signer, next.signer];
  changeKeys(options.folder, { log: null, receipts: null, statements: withStatement(history, signKeyStatement(statement, ...signers)) });
  cli.answer(
    options,
    { stated: statementJson(statement) },
    () => `${tellStatement(statement)}\nSigned. Start the service again; it serves this at /log/keys.`,
  );
}

function signRequest(cli: Cli, options: { readonly json?: true | undefined }, root: OpenedRoot, request: string, out: string): void {
  const statement = parseKeyStatement(readInput(request));
  if (!sameKey(statement.root, root.key)) throw new MemSyncError('key_untrusted', 'The request is for another root than this one.');
  writeOutput(out, signKeyStatement(statement, root.signer));
  cli.answer(options, { signed: statementJson(statement), file: out }, () =>
    [tellStatement(statement), `Signed, into ${out}. Where the service is: memsync operator apply`].join('\n'),
  );
}
