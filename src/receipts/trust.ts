import { MemSyncError } from '../core/errors.ts';
import { payloadVerifies, type SignedPayload } from '../crypto/dsse.ts';
import { parseVerifierKey, type VerifierKey } from '../log/verifier-key.ts';
import { STATEMENT_PAYLOAD_TYPE } from '../../schemas/receipt.ts';
import { keyidOf } from './statement.ts';

/** What the verifier goes by, and had from somebody other than the bundle. */
export interface Trust {
  /**
   * Lines of `/log/key`, in its order: the log's verifier key, then the receipt signer's (or signers', after a change of keys). May be left out
   * where there is a root.
   */
  readonly verifierKeys?: readonly string[] | undefined;
  /** The verifier key of the operator's root, with `keyHistory`, the text of `/log/keys`: the keys are then those that it has signed. */
  readonly root?: string | undefined;
  readonly keyHistory?: string | undefined;
  /** The text of a C2SP tlog-policy: which witnesses have to have cosigned the checkpoint. */
  readonly witnesses?: string | undefined;
  /** The vault id that the receipt is to be of. Without one, the verdict says that it was not pinned. */
  readonly vault?: string | undefined;
}

export interface TrustedKeys {
  readonly log: VerifierKey;
  readonly receipt: readonly VerifierKey[];
}

/** The keys in the lines, blank ones left out. @throws {MemSyncError} `key_untrusted` unless there is one for the log and one for receipts. */
export function parseTrustedKeys(lines: readonly string[]): TrustedKeys {
  let keys: VerifierKey[];
  try {
    keys = lines
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .map(parseVerifierKey);
  } catch (cause) {
    throw new MemSyncError('key_untrusted', 'A line of the trusted keys is not a verifier key.', { cause });
  }
  const [log, ...receipt] = keys;
  if (log === undefined || receipt.length === 0) {
    throw new MemSyncError('key_untrusted', 'Expected two trusted keys or more: the log’s, then the receipt signer’s.');
  }
  return { log, receipt };
}

/**
 * The trusted key that signed the receipt.
 * @throws {MemSyncError} `key_untrusted` when the `keyid` is of none, `signature_invalid` when the signature is not by the one that it names.
 */
export function verifyReceiptSignature(keys: TrustedKeys, keyid: string, signed: SignedPayload): VerifierKey {
  const named = keys.receipt.filter((key) => keyidOf(key) === keyid);
  if (named.length === 0) throw new MemSyncError('key_untrusted', 'The receipt names a signing key that you do not trust.');
  const signer = named.find((key) => payloadVerifies(key.publicKey, STATEMENT_PAYLOAD_TYPE, signed));
  if (signer === undefined) throw new MemSyncError('signature_invalid', 'The receipt’s signature does not hold.');
  return signer;
}
