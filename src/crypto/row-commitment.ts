import { lengthPrefixed, utf8 } from '../core/bytes.ts';
import { Redacted } from '../core/redacted.ts';
import { sha256Parts } from './sha256.ts';

const COMMIT_TAG = utf8('memsync/row-commitment/v1\0');

/** SHA-256(tag ‖ salt ‖ LP(header) ‖ LP(text)) (FORMATS, "Commitment"). `header` is the header's canonical JSON. */
export function rowCommitment(salt: Redacted | Uint8Array, header: Uint8Array, text: string): Uint8Array {
  return commitmentOfBytes(salt, header, utf8(text));
}

/** As `rowCommitment`, of the text's UTF-8. What was put together for hashing is zeroed. */
export function commitmentOfBytes(salt: Redacted | Uint8Array, header: Uint8Array, text: Uint8Array): Uint8Array {
  const content = lengthPrefixed(header, text);
  const digest = sha256Parts(COMMIT_TAG, salt instanceof Redacted ? salt.reveal() : salt, content);
  content.fill(0);
  return digest;
}
