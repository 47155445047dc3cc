import type { RequestHandler, Response } from 'express';
import { ipKeyGenerator, type Options, rateLimit } from 'express-rate-limit';
import { MemSyncError } from '../core/errors.ts';
import { grantPart } from './token.ts';

const WINDOW_MS = 60_000;

/**
 * Two budgets of so many requests a minute: a grant's, which only requests that its token was good for use up, so that nobody without it can
 * empty it; and an address's, for requests without a token and with one that opened nothing. Beyond either: `rate_limited`.
 */
export function rateLimits(perMinute: number): RequestHandler[] {
  const common: Partial<Options> = {
    windowMs: WINDOW_MS,
    limit: perMinute,
    standardHeaders: false,
    legacyHeaders: false,
    validate: false,
    handler: (_request, response, next) => {
      response.setHeader('retry-after', String(WINDOW_MS / 1000));
      next(new MemSyncError('rate_limited', `More than ${perMinute} requests came within a minute.`));
    },
  };
  const byGrant = rateLimit({
    ...common,
    keyGenerator: (request) => grantPart(request) ?? '',
    skip: (request) => grantPart(request) === null,
    skipFailedRequests: true,
    requestWasSuccessful: (_request, response) => wasLetIn(response),
  });
  const byAddress = rateLimit({
    ...common,
    keyGenerator: (request) => ipKeyGenerator(request.socket.remoteAddress ?? ''),
    skipSuccessfulRequests: true,
    requestWasSuccessful: (request, response) => grantPart(request) !== null && wasLetIn(response),
  });
  return [byAddress, byGrant];
}

function wasLetIn(response: Response): boolean {
  return response.statusCode !== 401;
}
