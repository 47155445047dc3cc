import type { ErrorRequestHandler } from 'express';
import type { ServerResponse } from 'node:http';
import type { Problem } from '../../schemas/problem.ts';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import type { ServiceLogger } from './logger.ts';
import { sendJson } from './reply.ts';
import { requestIdOf } from './request-id.ts';

const CONTENT_TYPE = 'application/problem+json';

/** A refusal as RFC 9457 has it. */
function problemOf(error: MemSyncError, requestId: string): Problem {
  return {
    type: `urn:memsync:problem:${error.code}`,
    title: error.title,
    status: error.status,
    code: error.code,
    detail: error.message,
    remedy: error.remedy,
    requestId,
    ...(error.issues === undefined ? {} : { issues: error.issues.map(({ path, message }) => ({ path, message })) }),
    ...(error.context === undefined ? {} : { context: { ...error.context } }),
  };
}

/**
 * The one place where errors become answers. A coded one says what it says; of any other nothing goes out but `internal` and the request
 * id, under which the log has the rest.
 */
export function problemMapper(logger: ServiceLogger): ErrorRequestHandler {
  return (thrown: unknown, _request, response, next) => {
    const requestId = requestIdOf(response);
    const error = isMemSyncError(thrown) ? thrown : new MemSyncError('internal', 'The request could not be finished.');
    if (error.status >= 500 && error.code !== 'shutting_down') logger.error({ requestId, code: error.code, err: thrown }, 'request failed');
    if (response.headersSent) {
      // What has gone out cannot be taken back: Express closes the connection.
      next(thrown);
      return;
    }
    addHeaders(response, error);
    sendJson(response, error.status, problemOf(error, requestId), CONTENT_TYPE);
  };
}

function addHeaders(response: ServerResponse, error: MemSyncError): void {
  response.setHeader('cache-control', 'no-store');
  if (error.status === 401) response.setHeader('www-authenticate', 'Bearer realm="memsync"');
  if (error.status === 503) response.setHeader('retry-after', '1');
}
