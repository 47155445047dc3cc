import { hex, utf8 } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import { Redacted } from '../core/redacted.ts';
import { encodeDeviceFile, openDeviceFile } from '../crypto/device-file.ts';
import { signingKeyFromSeed } from '../crypto/ed25519.ts';
import { encodeToken, grantBoxKey, parseToken } from '../crypto/token.ts';
import type { DeviceKeys } from './device-keys.ts';
import { DEVICE_GRANT } from './grant.ts';
import type { Owner } from './owner.ts';
import type { OwnerState } from './owner-state.ts';

/** What a device is set up with, out of its file. */
export interface DeviceKit {
  readonly vault: string;
  readonly token: string;
  readonly keys: DeviceKeys;
}

/**
 * Gives another device of the owner's a grant on everything, and a key of its own to validate and retract with. Returns the grant's id and the
 * device's file: an age file under `passphrase`, to be carried there.
 */
export async function giveDevice(
  owner: Owner,
  label: string,
  passphrase: string,
  random: Random,
  workFactor?: number,
): Promise<{ grant: string; file: string }> {
  const seed = new Redacted(random.bytes(32));
  const secret = new Redacted(utf8(passphrase));
  try {
    const signingKey = signingKeyFromSeed(seed);
    signingKey.secretKey.wipe();
    const names = [...(await owner.keyring()).names.values()];
    const { grant, token } = await owner.grant({ ...DEVICE_GRANT, label, signingKey: signingKey.publicKey }, names);
    const secrets = { vault: owner.state.vault, token: parseToken(token), seed };
    return { grant, file: await encodeDeviceFile(secrets, secret, workFactor) };
  } finally {
    seed.wipe();
    secret.wipe();
  }
}

/** @throws {MemSyncError} `passphrase_wrong`; `encoding_invalid` when the file holds no device's key */
export async function openDevice(file: string, passphrase: string): Promise<DeviceKit> {
  const secret = new Redacted(utf8(passphrase));
  try {
    const { vault, token, seed } = await openDeviceFile(file, secret);
    const kit = {
      vault,
      token: encodeToken(token),
      keys: { device: token.grantId, signing: signingKeyFromSeed(seed), box: grantBoxKey(token) },
    };
    seed.wipe();
    token.secret.wipe();
    return kit;
  } finally {
    secret.wipe();
  }
}

/** @throws {MemSyncError} `event_signature_invalid` unless the owner has given these keys to a device, and not taken them back */
export function requireGiven(state: OwnerState, { device, signing }: DeviceKeys): void {
  const grant = state.grants.find(({ id }) => id === device);
  if (grant?.signingKey !== hex(signing.publicKey) || grant.revoked)
    throw new MemSyncError('event_signature_invalid', 'The owner of the vault has not given this key to a device, or has taken it back.');
}
