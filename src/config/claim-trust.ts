import { readFileSync } from 'node:fs';
import { fromUtf8 } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { parseStrictJson } from '../core/json.ts';

/**
 * The JSON in the file of the operator's trust, in which no key stands twice. What it says is read where the claims are known.
 * @throws {MemSyncError} `config_invalid`
 */
export function readTrustFile(path: string): unknown {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new MemSyncError('config_invalid', `MEMSYNC_CLAIM_TRUST: ${path} cannot be read`, { cause });
  }
  try {
    return parseStrictJson(fromUtf8(bytes));
  } catch (cause) {
    const why = cause instanceof MemSyncError ? cause.message : 'it is not JSON';
    throw new MemSyncError('config_invalid', `MEMSYNC_CLAIM_TRUST: ${path}: ${why}`, { cause });
  }
}
