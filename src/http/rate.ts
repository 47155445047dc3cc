import type { RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { heldReviewer } from '../app/desks/enter.ts';
import { heldGrant } from '../app/held-token.ts';
import type { Services } from '../app/services.ts';
import { MemSyncError } from '../core/errors.ts';
import { givenToken } from './token.ts';

const WINDOW_MS = 60_000;

/**
 * Budgets of so many requests a minute, asked before anything is read or looked up: a grant's, or a reviewer's, for requests whose token has let
 * them in already, so that nobody without the token can use it up; and an address's, for all others, the ones that open a grant among them.
 * Beyond either: `rate_limited`.
 */
export function rateLimits(services: Services, perMinute: number): RequestHandler {
  return rateLimit({
    windowMs: WINDOW_MS,
    limit: perMinute,
    standardHeaders: false,
    legacyHeaders: false,
    validate: false,
    keyGenerator: async (request) => {
      const token = givenToken(request);
      const holder = token === null ? null : (heldReviewer(services, token) ?? (await heldGrant(services, token)));
      return holder ?? `from ${ipKeyGenerator(request.socket.remoteAddress ?? '')}`;
    },
    handler: (_request, response, next) => {
      response.setHeader('retry-after', String(WINDOW_MS / 1000));
      next(new MemSyncError('rate_limited', `More than ${perMinute} requests came within a minute.`));
    },
  });
}
