import type { IncomingMessage } from 'node:http';
import { MemSyncError } from '../core/errors.ts';

const BEARER = /^Bearer +([!-~]+) *$/i;
/** How a token begins: its prefix, then the 16 bytes of its grant's id. */
const GRANT_PART = /^msk_([0-9a-f]{32})/;

/** The bearer token as it was sent; whether it opens anything is for the use case to say. @throws {MemSyncError} `token_missing` */
export function bearerToken(request: IncomingMessage): string {
  const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined) throw new MemSyncError('token_missing', 'This needs a bearer token in the `authorization` header.');
  return token;
}

/** The part of the token that names its grant, as far as anybody can tell without checking it, or null. */
export function grantPart(request: IncomingMessage): string | null {
  const token = BEARER.exec(request.headers.authorization ?? '')?.[1] ?? '';
  return GRANT_PART.exec(token)?.[1] ?? null;
}

/** @throws {MemSyncError} `input_invalid` when the URL carries a token: URLs end up in logs and histories, so it counts as leaked. */
export function refuseTokenInUrl(request: IncomingMessage): void {
  if (!/msk_|msk%5f/i.test(request.url ?? '')) return;
  throw new MemSyncError(
    'input_invalid',
    'A token does not belong in a URL: have the owner revoke this one, and send the next in `authorization`.',
  );
}
