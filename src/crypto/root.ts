import { fromHex, hex } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { Redacted } from '../core/redacted.ts';
import { openText, sealText } from './age-text.ts';
import { type BoxKey, boxKeyFromSeed } from './box.ts';
import { deriveKey } from './derive.ts';
import { type SigningKey, signingKeyFromSeed } from './ed25519.ts';
import { ownerKeyHash } from './owner-key-hash.ts';
import { sha256 } from './sha256.ts';

/** The owner's keys, all derived from the root. `nextKeyHash` commits to the signing key of the next generation. */
export interface OwnerKeys {
  readonly signing: SigningKey;
  readonly box: BoxKey;
  readonly nextKeyHash: Uint8Array;
}

/** The owner's keys of a generation (0 at genesis; each `owner_rotated` moves to the next). */
export function deriveOwnerKeys(root: Redacted, generation = 0): OwnerKeys {
  const signing = signingKeyOf(root, generation);
  const next = signingKeyOf(root, generation + 1);
  const boxSeed = deriveKey(root, 'memsync/owner-box/v1');
  const keys: OwnerKeys = { signing, box: boxKeyFromSeed(boxSeed), nextKeyHash: ownerKeyHash(next.publicKey) };
  next.secretKey.wipe();
  boxSeed.wipe();
  return keys;
}

/** What a root file holds. `vault` is the vault that it was made for; null in files that do not say. */
export interface RootFile {
  readonly root: Redacted;
  readonly vault: string | null;
}

/**
 * The root as an armoured age file under a passphrase; `age -d` opens it to a line of comment, one with the vault's id, and one with the root.
 * `workFactor` is age's scrypt log₂N (18 takes about a second).
 */
export async function encodeRootFile(root: Redacted, passphrase: Redacted, workFactor = 18, vault: string | null = null): Promise<string> {
  const about = '# The root of a MemSync vault. Whoever reads on owns the vault.\n';
  const named = vault === null ? '' : `# vault ${vault}\n`;
  return sealText(`${about}${named}msroot_${hex(root.reveal())}${checksum(root)}\n`, passphrase, workFactor);
}

/**
 * The root in an age file.
 * @throws {MemSyncError} `passphrase_wrong` when it does not open; `encoding_invalid` when what is inside is not a root.
 */
export async function openRootFile(file: string, passphrase: Redacted): Promise<Redacted> {
  return (await readRootFile(file, passphrase)).root;
}

/** As `openRootFile`, with the vault that the file names. */
export async function readRootFile(file: string, passphrase: Redacted): Promise<RootFile> {
  const plain = await openText(file, passphrase, 'root file');
  const match = /^msroot_([0-9a-f]{64})([0-9a-f]{8})$/m.exec(plain);
  const root = match?.[1] === undefined ? null : new Redacted(fromHex(match[1]));
  if (root === null || checksum(root) !== match?.[2])
    throw new MemSyncError('encoding_invalid', 'The file opens, but holds no whole root.');
  return { root, vault: /^# vault ([0-9a-f]{64})$/m.exec(plain)?.[1] ?? null };
}

function signingKeyOf(root: Redacted, generation: number): SigningKey {
  const seed = deriveKey(root, `memsync/owner-signing/v1/${generation}`);
  const key = signingKeyFromSeed(seed);
  seed.wipe();
  return key;
}

function checksum(root: Redacted): string {
  return hex(sha256(root.reveal()).subarray(0, 4));
}
