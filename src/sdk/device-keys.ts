import type { OwnerEventPayload } from '../../schemas/owner-event.ts';
import { MemSyncError } from '../core/errors.ts';
import type { BoxKey } from '../crypto/box.ts';
import type { SigningKey } from '../crypto/ed25519.ts';
import type { OwnerKeys } from '../crypto/root.ts';
import { mayDelegate } from '../memory/owner-chain.ts';

/** What a device that the owner trusts signs and reads with: less than the owner's own keys. */
export interface DeviceKeys {
  /** The grant that the owner gave to the device, which names `signing`. */
  readonly device: string;
  readonly signing: SigningKey;
  /** Opens the boxes of that grant. */
  readonly box: BoxKey;
}

/** What somebody who acts as the owner holds: the keys of the root, or those of a device. */
export type ActingKeys = OwnerKeys | DeviceKeys;

export function isDevice(keys: ActingKeys): keys is DeviceKeys {
  return 'device' in keys;
}

/** The owner's own keys. @throws {MemSyncError} `root_needed` where there are only a device's */
export function requireRoot(keys: ActingKeys): OwnerKeys {
  if (isDevice(keys)) throw rootNeeded('This');
  return keys;
}

/** @throws {MemSyncError} `root_needed` on what a device may not sign */
export function requireMaySign(keys: ActingKeys, kind: OwnerEventPayload['kind']): void {
  if (isDevice(keys) && !mayDelegate(kind)) throw rootNeeded(`“${kind}”`);
}

function rootNeeded(what: string): MemSyncError {
  return new MemSyncError(
    'root_needed',
    `${what} takes the owner’s root, and this folder holds the key of a device: it may confirm and retract.`,
  );
}
