import { LIMITS } from '../../schemas/limits.ts';
import { MemSyncError } from '../core/errors.ts';
import { canonicalJson } from '../crypto/canonical.ts';

/**
 * Sees that a value is JSON that has one spelling and keeps within the bounds of evidence: how deep it nests, how much is in it, how long it is.
 * @throws {MemSyncError} `evidence_malformed`
 */
export function requireBoundedJson(value: unknown): void {
  requireBounded(value);
  requireCanonical(value);
}

/** Looks at every value, one after another: what nests deep is not to be walked into. */
function requireBounded(whole: unknown): void {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value: whole, depth: 0 }];
  let values = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, depth } = next;
    if (typeof value === 'number') requireExact(value);
    if (typeof value !== 'object' || value === null) continue;
    if (depth >= LIMITS.artifactDepth) throw malformed(`The evidence nests deeper than ${LIMITS.artifactDepth}.`);
    if (Object.hasOwn(value, '__proto__')) throw malformed('The evidence has a key `__proto__`, which programs take for something else.');
    const parts: readonly unknown[] = Object.values(value);
    values += parts.length;
    if (values > LIMITS.artifactValues) throw malformed(`The evidence has more than ${LIMITS.artifactValues} values in it.`);
    for (const part of parts) open.push({ value: part, depth: depth + 1 });
  }
}

/** A number that JSON readers may each round in their own way is none that could be held against anything. */
function requireExact(value: number): void {
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
    throw malformed('The evidence has a number past 2^53 − 1, which is not kept exactly: write it as a string.');
}

function requireCanonical(value: unknown): void {
  let bytes: Uint8Array;
  try {
    bytes = canonicalJson(value);
  } catch {
    throw malformed('The evidence is not JSON that has one spelling (RFC 8785); a lone surrogate in it, say.');
  }
  if (bytes.length > LIMITS.artifactBytes) throw malformed(`The evidence is longer than ${LIMITS.artifactBytes} bytes.`);
}

function malformed(detail: string): MemSyncError {
  return new MemSyncError('evidence_malformed', detail);
}
