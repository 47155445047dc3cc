import { fromHex, hex } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { Redacted } from '../core/redacted.ts';
import { openText, sealText } from './age-text.ts';
import { sha256 } from './sha256.ts';

const ABOUT = '# The key of a MemSync reviewer. Whoever reads on can sign decisions in the reviewer’s name.';

/**
 * A reviewer's signing key (32 bytes, the seed of an Ed25519 key) as an armoured age file under a passphrase; `age -d` opens it to two lines
 * (docs/formats.md, “Reviewer file”). `workFactor` is age's scrypt log₂N (18 takes about a second).
 */
export async function encodeReviewerFile(seed: Redacted, passphrase: Redacted, workFactor?: number): Promise<string> {
  return sealText(`${ABOUT}\nmsreviewer_${hex(seed.reveal())}${checksum(seed)}\n`, passphrase, workFactor);
}

/**
 * The seed in a file that `encodeReviewerFile` wrote.
 * @throws {MemSyncError} `passphrase_wrong` when it does not open; `encoding_invalid` when what is inside is no reviewer's key
 */
export async function openReviewerFile(file: string, passphrase: Redacted): Promise<Redacted> {
  const text = await openText(file, passphrase, 'reviewer’s file');
  const [, digits, check] = /^msreviewer_([0-9a-f]{64})([0-9a-f]{8})$/m.exec(text) ?? [];
  const seed = digits === undefined ? null : new Redacted(fromHex(digits));
  if (seed === null || checksum(seed) !== check)
    throw new MemSyncError('encoding_invalid', 'The file opens, but holds no reviewer’s whole key.');
  return seed;
}

function checksum(seed: Redacted): string {
  return hex(sha256(seed.reveal()).subarray(0, 4));
}
