import type { IncomingMessage } from 'node:http';
import { MemSyncError } from '../core/errors.ts';

/** The `idempotency-key` header, or null where there is none. @throws {MemSyncError} `input_invalid` unless it is 1 to 200 visible ASCII characters. */
export function idempotencyKey(request: IncomingMessage): string | null {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key === 'string' && /^[!-~]{1,200}$/.test(key)) return key;
  throw new MemSyncError('input_invalid', 'An idempotency key has 1 to 200 visible ASCII characters.');
}
