import type { IncomingMessage } from 'node:http';
import { MemSyncError } from '../core/errors.ts';

const BEARER = /^Bearer +([!-~]+) *$/i;

/** The bearer token as it was sent; whether it opens anything is for the use case to say. @throws {MemSyncError} `token_missing` */
export function bearerToken(request: IncomingMessage): string {
  const token = givenToken(request);
  if (token === null) throw new MemSyncError('token_missing', 'This needs a bearer token in the `authorization` header.');
  return token;
}

/** As `bearerToken`, or null where there is none. */
export function givenToken(request: IncomingMessage): string | null {
  return BEARER.exec(request.headers.authorization ?? '')?.[1] ?? null;
}

/** @throws {MemSyncError} `input_invalid` when the URL carries a token: URLs end up in logs and histories, so it counts as leaked. */
export function refuseTokenInUrl(request: IncomingMessage): void {
  if (!/ms[kr](?:_|%5f)/i.test(request.url ?? '')) return;
  throw new MemSyncError('input_invalid', 'A token does not belong in a URL: have this one revoked, and send the next in `authorization`.');
}
