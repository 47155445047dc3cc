import canonicalize from 'canonicalize';
import { equalBytes, fromUtf8, utf8 } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';

/** JSON as RFC 8785 (JCS) writes it, UTF-8. @throws {MemSyncError} `encoding_invalid` on what JSON cannot hold, `text_not_unicode` on lone surrogates. */
export function canonicalJson(value: unknown): Uint8Array {
  let text: string | undefined;
  try {
    text = canonicalize(value);
  } catch (cause) {
    throw new MemSyncError('encoding_invalid', 'The value has no canonical JSON form.', { cause });
  }
  if (text === undefined) throw new MemSyncError('encoding_invalid', 'The value has no canonical JSON form.');
  return utf8(text);
}

/**
 * The value of canonical JSON. What is not byte for byte what RFC 8785 would write (duplicate keys, white space, another spelling of
 * a number, a lone surrogate) is refused, so one value has one encoding. @throws {MemSyncError} `encoding_invalid`
 */
export function parseCanonicalJson(bytes: Uint8Array): unknown {
  let value: unknown;
  try {
    value = JSON.parse(fromUtf8(bytes));
  } catch (cause) {
    throw new MemSyncError('encoding_invalid', 'The bytes are not JSON.', { cause });
  }
  let again: Uint8Array;
  try {
    again = canonicalJson(value);
  } catch (cause) {
    throw new MemSyncError('encoding_invalid', 'The JSON has no canonical form.', { cause });
  }
  if (!equalBytes(again, bytes)) throw new MemSyncError('encoding_invalid', 'The JSON is not in canonical form (RFC 8785).');
  return value;
}
