import { fromHex, hex } from '../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import { Redacted } from '../core/redacted.ts';
import { openText, sealText } from './age-text.ts';
import { encodeToken, parseToken, type Token } from './token.ts';
import { sha256 } from './sha256.ts';

/** What the owner hands to a device: a grant's token, and the seed of the key that it may validate and retract with. */
export interface DeviceSecrets {
  readonly vault: string;
  readonly token: Token;
  /** 32 bytes, of an Ed25519 key. */
  readonly seed: Redacted;
}

const ABOUT = '# A device of a MemSync vault. Whoever reads on may read all of it, confirm and retract, until its owner revokes the grant.';

/** A device's secrets as an armoured age file under a passphrase; `age -d` opens it to four lines (docs/formats.md, “Device file”). */
export function encodeDeviceFile({ vault, token, seed }: DeviceSecrets, passphrase: Redacted, workFactor?: number): Promise<string> {
  const lines = [ABOUT, `# vault ${vault}`, encodeToken(token), `msdevice_${hex(seed.reveal())}${checksum(seed)}`];
  return sealText(`${lines.join('\n')}\n`, passphrase, workFactor);
}

/** @throws {MemSyncError} `passphrase_wrong` when it does not open; `encoding_invalid` when what is inside is no device's */
export async function openDeviceFile(file: string, passphrase: Redacted): Promise<DeviceSecrets> {
  const text = await openText(file, passphrase, 'device file');
  const vault = /^# vault ([0-9a-f]{64})$/m.exec(text)?.[1];
  const token = /^(msk_\S+)$/m.exec(text)?.[1];
  const [, digits, check] = /^msdevice_([0-9a-f]{64})([0-9a-f]{8})$/m.exec(text) ?? [];
  const seed = digits === undefined ? null : new Redacted(fromHex(digits));
  if (vault === undefined || token === undefined || seed === null || checksum(seed) !== check) throw notWhole();
  try {
    return { vault, token: parseToken(token), seed };
  } catch (cause) {
    if (!isMemSyncError(cause, 'token_invalid')) throw cause;
    throw notWhole();
  }
}

function checksum(seed: Redacted): string {
  return hex(sha256(seed.reveal()).subarray(0, 4));
}

function notWhole(): MemSyncError {
  return new MemSyncError('encoding_invalid', 'The file opens, but holds no device’s whole key.');
}
