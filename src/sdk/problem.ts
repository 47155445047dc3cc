import { Problem } from '../../schemas/problem.ts';
import { ERROR_CODES, type ErrorCode, type ErrorExtras, MemSyncError } from '../core/errors.ts';

/** The error in an answer that is not a success: problem+json with its own code, anything else as what it looks like. */
export function errorFrom(status: number, body: string): MemSyncError {
  const problem = Problem.safeParse(parseJson(body));
  const code = problem.success ? ERROR_CODES.find((known) => known === problem.data.code) : undefined;
  if (!problem.success || code === undefined)
    return new MemSyncError(codeOf(status), `The service answered ${status} and no problem that is known here.`);
  const { detail, issues, context } = problem.data;
  const extras: ErrorExtras = { ...(issues === undefined ? {} : { issues }), ...(context === undefined ? {} : { context }) };
  return new MemSyncError(code, detail, extras);
}

/** What a bare status comes to: a proxy's 503 is not a lie, and a 404 from another program is not an unknown row. */
function codeOf(status: number): ErrorCode {
  if (status === 404) return 'not_found';
  if (status === 429) return 'rate_limited';
  return status === 502 || status === 503 || status === 504 ? 'service_unreachable' : 'service_lied';
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
