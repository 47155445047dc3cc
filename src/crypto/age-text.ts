import { armor, Decrypter, Encrypter } from 'age-encryption';
import { MemSyncError } from '../core/errors.ts';
import type { Redacted } from '../core/redacted.ts';

/** Text as an armoured age file under a passphrase. `workFactor` is age's scrypt log₂N (18 takes about a second). */
export async function sealText(text: string, passphrase: Redacted, workFactor = 18): Promise<string> {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(new TextDecoder().decode(passphrase.reveal()));
  encrypter.setScryptWorkFactor(workFactor);
  return armor.encode(await encrypter.encrypt(text));
}

/** What `sealText` sealed. @throws {MemSyncError} `passphrase_wrong` when it does not open */
export async function openText(file: string, passphrase: Redacted, what: string): Promise<string> {
  const decrypter = new Decrypter();
  decrypter.addPassphrase(new TextDecoder().decode(passphrase.reveal()));
  try {
    return await decrypter.decrypt(armor.decode(file), 'text');
  } catch (cause) {
    throw new MemSyncError('passphrase_wrong', `The ${what} does not open with this passphrase.`, { cause });
  }
}
