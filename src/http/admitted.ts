import type { IncomingMessage } from 'node:http';
import { enter } from '../app/access.ts';
import { enterDesk, heldReviewer, isReviewerToken } from '../app/desks/enter.ts';
import { heldGrant } from '../app/held-token.ts';
import type { Services } from '../app/services.ts';
import { bearerToken } from './token.ts';

/**
 * The bearer token, once it has let somebody in: for requests whose body is to be read, so that strangers do not have theirs read and parsed.
 * What the token may do is for the use case to say.
 * @throws {MemSyncError} `token_missing`, and what `enter` throws
 */
export async function admittedToken(services: Services, request: IncomingMessage): Promise<string> {
  const token = bearerToken(request);
  if ((await heldGrant(services, token)) === null) await enter(services, token, null);
  return token;
}

/** As `admittedToken`, also for a desk reviewer's. @throws {MemSyncError} `token_missing`, and what `enter` and `enterDesk` throw */
export async function admittedAtDesk(services: Services, request: IncomingMessage): Promise<string> {
  const token = bearerToken(request);
  if (!isReviewerToken(token)) return admittedToken(services, request);
  if (heldReviewer(services, token) === null) await enterDesk(services, token);
  return token;
}
