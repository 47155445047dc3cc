import { MemSyncError } from '../core/errors.ts';
import { Redacted } from '../core/redacted.ts';

const SALT_BYTES = 32;

/** The bytes of a salt. @throws {MemSyncError} `input_invalid` unless there are 32: a short one could be guessed. */
export function saltBytes(salt: Redacted | Uint8Array): Uint8Array {
  const bytes = salt instanceof Redacted ? salt.reveal() : salt;
  if (bytes.length !== SALT_BYTES) throw new MemSyncError('input_invalid', 'A salt has 32 bytes.');
  return bytes;
}
