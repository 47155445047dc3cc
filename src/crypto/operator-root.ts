import { fromHex, hex } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { Redacted } from '../core/redacted.ts';
import { openText, sealText } from './age-text.ts';
import { sha256 } from './sha256.ts';

/** The root of a service's operator: the seed of an Ed25519 key, and the name that verifiers know it by. */
export interface OperatorRoot {
  readonly name: string;
  readonly seed: Redacted;
}

/**
 * The operator's root as an armoured age file under a passphrase; `age -d` opens it to a line of comment, one with the name, and one with the seed.
 * `workFactor` is age's scrypt log₂N (18 takes about a second).
 */
export async function encodeOperatorRoot({ name, seed }: OperatorRoot, passphrase: Redacted, workFactor = 18): Promise<string> {
  const about = '# The root of a MemSync operator. Whoever reads on can replace the service’s keys.\n';
  return sealText(`${about}# name ${name}\nmsoperator_${hex(seed.reveal())}${checksum(seed)}\n`, passphrase, workFactor);
}

/**
 * The root in an age file that `encodeOperatorRoot` wrote.
 * @throws {MemSyncError} `passphrase_wrong` when it does not open; `encoding_invalid` when what is inside is no operator's root
 */
export async function readOperatorRoot(file: string, passphrase: Redacted): Promise<OperatorRoot> {
  const plain = await openText(file, passphrase, 'root file');
  const match = /^msoperator_([0-9a-f]{64})([0-9a-f]{8})$/m.exec(plain);
  const name = /^# name (\S+)$/m.exec(plain)?.[1];
  const seed = match?.[1] === undefined ? null : new Redacted(fromHex(match[1]));
  if (seed === null || name === undefined || checksum(seed) !== match?.[2])
    throw new MemSyncError('encoding_invalid', 'The file opens, but holds no whole root of an operator.');
  return { name, seed };
}

function checksum(seed: Redacted): string {
  return hex(sha256(seed.reveal()).subarray(0, 4));
}
