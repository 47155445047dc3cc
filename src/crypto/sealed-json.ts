import { fromUtf8, utf8 } from '../core/bytes.ts';
import { isMemSyncError } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import type { Redacted } from '../core/redacted.ts';
import { openBytes, sealBytes } from './aead.ts';
import { pad, unpad } from './padding.ts';

/** A value as JSON, padded and sealed; `ad` is bound, not stored. Its spelling is any: nothing but the seal is computed over it. */
export function sealJson(key: Redacted, value: unknown, ad: Uint8Array, random: Random): Uint8Array {
  const clear = utf8(JSON.stringify(value));
  const padded = pad(clear);
  const sealed = sealBytes(key, padded, ad, random);
  clear.fill(0);
  padded.fill(0);
  return sealed;
}

/**
 * The value that `sealJson` sealed, or undefined when key, bytes or associated data are not those of the seal, or when what a key holder
 * sealed is not JSON in its padding.
 */
export function openJson(key: Redacted, sealed: Uint8Array, ad: Uint8Array): unknown {
  const padded = openBytes(key, sealed, ad);
  if (padded === null) return undefined;
  try {
    return JSON.parse(fromUtf8(unpad(padded)));
  } catch (error) {
    if (error instanceof SyntaxError || isMemSyncError(error, 'encoding_invalid')) return undefined;
    throw error;
  } finally {
    padded.fill(0);
  }
}
