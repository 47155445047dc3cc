import type { RequestHandler } from 'express';
import type { Random } from '../core/random.ts';
import type { ServiceLogger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import { nameRequest, requestIdOf } from './request-id.ts';
import { templateOf } from './route.ts';
import { SAFE_HEADERS } from './safe-headers.ts';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS']);

/** Begins every request: id and safe headers on the answer, a count, a time and a line in the log when it is over. */
export function observe(random: Random, metrics: Metrics, logger: ServiceLogger): RequestHandler {
  return (request, response, next) => {
    const end = metrics.begin();
    nameRequest(request, response, random);
    for (const [name, value] of SAFE_HEADERS) response.setHeader(name, value);
    response.once('close', () => {
      const method = METHODS.has(request.method) ? request.method : 'other';
      const route = templateOf(response);
      const seconds = end(route, method, response.statusCode);
      const line = { method, route, status: response.statusCode, ms: Math.round(seconds * 1e6) / 1e3, requestId: requestIdOf(response) };
      // A line a request is for whoever asks for it; the metrics count them all.
      if (response.writableFinished) logger.debug(line, 'request');
      else logger.debug({ ...line, aborted: true }, 'request');
    });
    next();
  };
}
