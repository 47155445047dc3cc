import { join } from 'node:path';
import { nextStatement, withStatement } from '../../src/app/operator/next-statement.ts';
import type { Services } from '../../src/app/services.ts';
import { changeKeys } from '../../src/config/key-change.ts';
import { openKeyFolder } from '../../src/config/key-folder.ts';
import { hex, utf8 } from '../../src/core/bytes.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { systemRandom } from '../../src/core/random.ts';
import { signingKeyFromSeed } from '../../src/crypto/ed25519.ts';
import { signKeyStatement } from '../../src/log/key-history.ts';
import type { KeyStatement } from '../../src/log/key-statement.ts';
import { EMPTY_ROOT } from '../../src/log/merkle.ts';
import { encodeVerifierKey } from '../../src/log/verifier-key.ts';
import { makeSigner } from '../log/signer.ts';
import type { World } from './world.ts';

/** The root of the operator of every world. */
export const OPERATOR = makeSigner('memsync.test/operator', 77);
export const ROOT_LINE = encodeVerifierKey(OPERATOR.key);

/** Which keys are to be replaced; `change` alters what is stated. */
export interface Stating {
  readonly log?: true;
  readonly receipts?: true;
  readonly change?: Partial<KeyStatement>;
}

/** Stops a world, has its operator state its keys, replaced first where that is asked for, and starts it again. */
export async function stateKeys(world: World, stating: Stating = {}): Promise<void> {
  const stored = await world.services.store.log();
  const origin = world.services.log.origin;
  await world.restart(() => {
    const folder = join(world.folder, 'keys');
    const { history, logSigner, receiptSigner } = world.keys;
    const seeds = { log: stating.log === true ? seed() : null, receipts: stating.receipts === true ? seed() : null };
    const keys = {
      log: seeds.log === null ? logSigner.publicKey : publicOf(seeds.log),
      receipts: seeds.receipts === null ? receiptSigner.key.publicKey : publicOf(seeds.receipts),
      receiptsName: receiptSigner.name,
      root: OPERATOR.key,
    };
    const log = { origin, size: stored?.size ?? 0, root: stored?.root ?? EMPTY_ROOT };
    const statement = { ...nextStatement(history, log, keys, world.clock.now()), ...stating.change };
    changeKeys(folder, { ...seeds, statements: withStatement(history, signKeyStatement(statement, OPERATOR.signer)) });
    Object.assign(world.keys, openKeyFolder(folder, null, systemRandom));
  });
}

/** Adds entries to a log, as a commit does. */
export async function addEntries({ log, store, clock }: Services, ...names: readonly string[]): Promise<void> {
  const { change, adopt } = log.stage(names.map(utf8), clock.now());
  await store.commit({ vaults: [], log: change });
  adopt();
}

function seed(): string {
  return hex(systemRandom.bytes(32));
}

function publicOf(encoded: string): Uint8Array {
  return signingKeyFromSeed(new Redacted(Uint8Array.from(Buffer.from(encoded, 'hex')))).publicKey;
}
