import canonicalize from 'canonicalize';
import { equalBytes, fromUtf8, utf8 } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';

/** JSON as RFC 8785 (JCS) writes it, UTF-8. @throws {MemSyncError} `encoding_invalid` on what JSON cannot hold, `text_not_unicode` on lone surrogates. */
export function canonicalJson(value: unknown): Uint8Array {
  let text: string | undefined;
  try {
    text = isCanonical(value) ? JSON.stringify(value) : canonicalize(value);
  } catch (cause) {
    throw new MemSyncError('encoding_invalid', 'The value has no canonical JSON form.', { cause });
  }
  if (text === undefined) throw new MemSyncError('encoding_invalid', 'The value has no canonical JSON form.');
  return utf8(text);
}

/**
 * Whether JavaScript writes the value as RFC 8785 does, which it mostly has from there: RFC 8785 took over how JavaScript writes numbers and
 * strings, and adds the order of keys.
 */
function isCanonical(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object') return typeof value === 'boolean';
  if (value === null) return true;
  if ('toJSON' in value) return false;
  if (Array.isArray(value)) return value.every(isCanonical);
  let before: string | null = null;
  for (const [key, part] of Object.entries(value)) {
    if ((before !== null && before > key) || !key.isWellFormed() || !isCanonical(part)) return false;
    before = key;
  }
  return true;
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
