import { readBounded } from '../core/bounded-body.ts';
import { fromUtf8 } from '../core/bytes.ts';
import { parseStrictJson } from '../core/json.ts';
import type { PostJson, Reached } from './face.ts';

/** The longest answer that is read, in bytes. */
const MAX_ANSWER = 4 * 1024 * 1024;

const LOOPBACK = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/**
 * What posts JSON over HTTP, and waits so long for the whole answer, in milliseconds. Only https, or http on this machine: an answer that
 * anybody on the way could have written shows nothing. Follows no redirect.
 */
export function postJsonOverHttp(timeoutMs: number): PostJson {
  return async (url, body, stop): Promise<Reached> => {
    if (!isAllowed(url)) return { failed: 'address' };
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify(body),
        redirect: 'manual',
        signal: AbortSignal.any([stop, timeout]),
      });
      const { status } = response;
      if (status !== 200 || response.body === null) {
        await response.body?.cancel();
        return { failed: status >= 300 && status < 400 ? 'redirected' : 'status' };
      }
      const bytes = await readBounded(response.body, MAX_ANSWER);
      return bytes === null ? { failed: 'too_long' } : jsonOf(bytes);
    } catch {
      // What went wrong may spell out addresses, and what is secret in them: it goes nowhere.
      if (stop.aborted) return { failed: 'stopped' };
      return { failed: timeout.aborted ? 'timeout' : 'unreachable' };
    }
  };
}

function isAllowed(url: string): boolean {
  const parsed = URL.parse(url);
  if (parsed === null || parsed.username !== '' || parsed.password !== '') return false;
  return parsed.protocol === 'https:' || (parsed.protocol === 'http:' && LOOPBACK.test(parsed.hostname));
}

function jsonOf(bytes: Uint8Array): Reached {
  try {
    return { json: parseStrictJson(fromUtf8(bytes)) };
  } catch {
    return { failed: 'not_json' };
  }
}
