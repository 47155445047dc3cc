import { type DestinationStream, type LevelWithSilent, type Logger, pino } from 'pino';
import { MemSyncError } from '../core/errors.ts';

export type ServiceLogger = Logger;

/** Nothing of this name is logged on purpose; were it to happen by mistake, the value would not be in the line. */
const SECRET = new Set(['authorization', 'token', 'secret', 'passphrase', 'text', 'query', 'quote', 'body', 'memories', 'context']);

/**
 * The service's log: JSON lines on standard error or wherever told, in blocks and at the latest after a second, or at once. Bodies, queries
 * and tokens are not among what is logged.
 */
export function makeLogger(level: LevelWithSilent, to: 'in blocks' | 'at once' | DestinationStream = 'in blocks'): ServiceLogger {
  const destination = typeof to === 'string' ? standardError(to === 'at once') : to;
  return pino({ level, base: null, formatters: { log: redact }, serializers: { err: describeError } }, destination);
}

/** The fields of a line, secrets left out at any depth. Errors are described apart. */
function redact(fields: Record<string, unknown>): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) shown[name] = SECRET.has(name) ? '[redacted]' : shownValue(value);
  return shown;
}

function shownValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Error) return value;
  return Array.isArray(value) ? value.map(shownValue) : redact({ ...value });
}

function standardError(sync: boolean): DestinationStream {
  return pino.destination(sync ? { fd: 2, sync } : { fd: 2, sync, minLength: 4096, periodicFlush: 1000 });
}

interface DescribedError {
  readonly name: string;
  readonly code?: string;
  readonly message?: string;
  readonly at: readonly string[];
  readonly cause?: DescribedError;
}

/** Where an error came from, and what it says if it is one of ours: the message of any other may quote what it choked on. */
export function describeError(error: unknown): DescribedError {
  if (!(error instanceof Error)) return { name: typeof error, at: [] };
  const at = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const message = error instanceof MemSyncError ? { message: error.message } : {};
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) };
  return { name: error.name, ...code, ...message, at: at.slice(0, 20).map((line) => line.trim()), ...cause };
}
