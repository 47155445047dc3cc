import { nextStatement, requireRootInForce, withStatement } from '../../app/operator/next-statement.ts';
import { requireStatedKeys } from '../../app/stated-keys.ts';
import { changeKeys } from '../../config/key-change.ts';
import { hex } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import type { Random } from '../../core/random.ts';
import { Redacted } from '../../core/redacted.ts';
import { signingKeyFromSeed } from '../../crypto/ed25519.ts';
import { signKeyStatement } from '../../log/key-history.ts';
import type { KeyStatement } from '../../log/key-statement.ts';
import type { VerifierKey } from '../../log/verifier-key.ts';
import type { AtRest } from '../../upkeep.ts';
import type { Cli } from '../cli.ts';
import { verb } from '../verb.ts';
import { openOperatorRoot, type OpenedRoot } from './open-root.ts';
import { statementJson, tellStatement } from './told.ts';

/** Which keys are to be replaced; both where neither is named. */
interface WhichKeys {
  readonly log?: true | undefined;
  readonly receipts?: true | undefined;
}

export function rotateKeysCommand(cli: Cli) {
  return verb('rotate', 'Replace the log’s key and the receipt signer’s, stated by the root, with the service stopped.', [
    'memsync operator rotate --root operator.age',
    'memsync operator rotate --root operator.age --receipts',
  ])
    .requiredOption('--root <file>', 'the root’s file')
    .option('--log', 'only the log’s key')
    .option('--receipts', 'only the receipt signer’s key')
    .action(async (options) => {
      const root = await openOperatorRoot(cli, options.root);
      const settings = cli.service();
      const { atRest } = await import('../../upkeep.ts');
      try {
        await atRest(settings, cli.random, (rest) => rotate(cli, { ...options, folder: settings.keyFolder }, rest, root));
      } finally {
        root.wipe();
      }
    });
}

function rotate(
  cli: Cli,
  options: WhichKeys & { readonly json?: true | undefined; readonly folder: string },
  rest: AtRest,
  root: OpenedRoot,
): void {
  const { history } = rest.keys;
  requireRootInForce(history, root.key);
  const { seeds, statement } = withNewKeys(cli, rest, root.key, options);
  changeKeys(options.folder, { ...seeds, statements: withStatement(history, signKeyStatement(statement, root.signer)) });
  cli.answer(options, { stated: statementJson(statement), replaced: replaced(seeds) }, () =>
    [
      tellStatement(statement),
      `Replaced: ${replaced(seeds).join(' and ')}. The old secret keys are overwritten and gone; copies elsewhere are yours to destroy.`,
      'Start the service again. Who has pinned the root needs nothing but /log/keys.',
    ].join('\n'),
  );
}

/** New seeds, in hexadecimal, and the statement about the keys that come of them. @throws {MemSyncError} `usage` without a first statement; `keys_unstated` */
export function withNewKeys(
  cli: Cli,
  { keys, log }: AtRest,
  root: VerifierKey,
  which: WhichKeys,
): { seeds: { log: string | null; receipts: string | null }; statement: KeyStatement } {
  const { history, logSigner, receiptSigner } = keys;
  if (history === null) throw new MemSyncError('usage', 'The root has stated no keys yet: first, memsync operator sign.');
  requireStatedKeys(history, logSigner, receiptSigner);
  const both = which.log === which.receipts;
  const fresh = {
    log: both || which.log === true ? newKey(cli.random) : null,
    receipts: both || which.receipts === true ? newKey(cli.random) : null,
  };
  const stated = {
    log: fresh.log?.publicKey ?? logSigner.publicKey,
    receipts: fresh.receipts?.publicKey ?? receiptSigner.key.publicKey,
    receiptsName: receiptSigner.name,
    root,
  };
  const statement = nextStatement(history, log, stated, cli.clock.now());
  return { seeds: { log: fresh.log?.seed ?? null, receipts: fresh.receipts?.seed ?? null }, statement };
}

/** The names of the keys that there are new seeds for. */
export function replaced(seeds: { readonly log: string | null; readonly receipts: string | null }): string[] {
  return [...(seeds.log === null ? [] : ['log.key']), ...(seeds.receipts === null ? [] : ['receipts.key'])];
}

function newKey(random: Random): { seed: string; publicKey: Uint8Array } {
  const seed = new Redacted(random.bytes(32));
  const pair = signingKeyFromSeed(seed);
  pair.secretKey.wipe();
  const encoded = hex(seed.reveal());
  seed.wipe();
  return { seed: encoded, publicKey: pair.publicKey };
}
