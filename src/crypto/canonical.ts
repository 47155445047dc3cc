import canonicalize from 'canonicalize';
import { fromUtf8, utf8 } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';

/** JSON as RFC 8785 (JCS) writes it, UTF-8. @throws {MemSyncError} `encoding_invalid` on what JSON cannot hold, `text_not_unicode` on lone surrogates. */
export function canonicalJson(value: unknown): Uint8Array {
  return utf8(canonicalText(value));
}

function canonicalText(value: unknown): string {
  let text: string | undefined;
  try {
    const ordered = isInOrder(value) ? value : inOrder(value);
    text = ordered === ODD ? canonicalize(value) : JSON.stringify(ordered);
  } catch (cause) {
    throw new MemSyncError('encoding_invalid', 'The value has no canonical JSON form.', { cause });
  }
  if (text === undefined) throw new MemSyncError('encoding_invalid', 'The value has no canonical JSON form.');
  return text;
}

/**
 * Whether JavaScript writes the value as RFC 8785 does, which it mostly has from there: RFC 8785 took over how JavaScript writes numbers and
 * strings, and adds the order of keys.
 */
function isInOrder(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object') return typeof value === 'boolean';
  if (value === null) return true;
  if ('toJSON' in value) return false;
  if (Array.isArray(value)) return value.every(isInOrder);
  return fieldsAreInOrder(value as Readonly<Record<string, unknown>>);
}

function fieldsAreInOrder(fields: Readonly<Record<string, unknown>>): boolean {
  let before: string | null = null;
  for (const key of Object.keys(fields)) {
    if ((before !== null && before > key) || !key.isWellFormed() || !isInOrder(fields[key])) return false;
    before = key;
  }
  return true;
}

/** What is left to the reference implementation. */
const ODD = Symbol('odd');

/** Keys that an object does not keep in the order in which it was given them, or not as its own. */
const WILFUL = /^(?:\d|__proto__$)/;

/** A copy of the value with the keys of its objects in order, or `ODD` where that does not do. */
function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return isInOrder(value) ? value : ODD;
  if ('toJSON' in value) return ODD;
  if (Array.isArray(value)) {
    const list = value.map(inOrder);
    return list.includes(ODD) ? ODD : list;
  }
  const fields = value as Readonly<Record<string, unknown>>;
  const ordered: Record<string, unknown> = {};
  for (const key of Object.keys(fields).toSorted()) {
    const part = WILFUL.test(key) || !key.isWellFormed() ? ODD : inOrder(fields[key]);
    if (part === ODD) return ODD;
    ordered[key] = part;
  }
  return ordered;
}

/**
 * The value of canonical JSON. What is not byte for byte what RFC 8785 would write (duplicate keys, white space, another spelling of
 * a number, a lone surrogate) is refused, so one value has one encoding. @throws {MemSyncError} `encoding_invalid`
 */
export function parseCanonicalJson(bytes: Uint8Array): unknown {
  let text: string;
  let value: unknown;
  try {
    text = fromUtf8(bytes);
    value = JSON.parse(text);
  } catch (cause) {
    throw new MemSyncError('encoding_invalid', 'The bytes are not JSON.', { cause });
  }
  let again: string;
  try {
    again = canonicalText(value);
  } catch (cause) {
    throw new MemSyncError('encoding_invalid', 'The JSON has no canonical form.', { cause });
  }
  // Strict UTF-8 has one spelling for each text, so texts that are the same are the same bytes.
  if (again !== text) throw new MemSyncError('encoding_invalid', 'The JSON is not in canonical form (RFC 8785).');
  return value;
}
