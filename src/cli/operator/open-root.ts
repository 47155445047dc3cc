import { utf8 } from '../../core/bytes.ts';
import { Redacted } from '../../core/redacted.ts';
import { signBytes, signingKeyFromSeed } from '../../crypto/ed25519.ts';
import { readOperatorRoot } from '../../crypto/operator-root.ts';
import type { NoteSigner } from '../../log/note.ts';
import { type VerifierKey, verifierKey } from '../../log/verifier-key.ts';
import type { Cli } from '../cli.ts';
import { readInput } from '../input.ts';

/** An operator's root that a passphrase has opened. */
export interface OpenedRoot {
  readonly key: VerifierKey;
  readonly signer: NoteSigner;
  wipe(): void;
}

/** Opens a root file; the passphrase is asked for unless it is set. @throws {MemSyncError} `usage`, `passphrase_wrong`, `encoding_invalid` */
export async function openOperatorRoot(cli: Cli, path: string): Promise<OpenedRoot> {
  const file = readInput(path);
  const { passphrase } = cli.client();
  const secret = new Redacted(utf8(passphrase ?? (await cli.questions.hidden(`Passphrase of ${path}: `))));
  try {
    const { name, seed } = await readOperatorRoot(file, secret);
    const pair = signingKeyFromSeed(seed);
    seed.wipe();
    return {
      key: verifierKey(name, pair.publicKey),
      signer: { name, publicKey: pair.publicKey, sign: (message) => signBytes(pair, message) },
      wipe: () => pair.secretKey.wipe(),
    };
  } finally {
    secret.wipe();
  }
}
