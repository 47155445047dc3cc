import { readBounded } from '../core/bounded-body.ts';
import { fromUtf8 } from '../core/bytes.ts';
import type { Posted, PostToWitness } from './face.ts';

/** The longest answer that is read, in bytes: sixteen signature lines, some of them for keys of types that are large. */
const MAX_ANSWER = 131_072;

/** Statuses whose bodies say something (C2SP tlog-witness). */
const WITH_BODY = new Set([200, 409]);

/** What posts to witnesses over HTTP, and waits so long for the whole answer, in milliseconds. Follows no redirect: who is asked is who was named. */
export function postOverHttp(timeoutMs: number): PostToWitness {
  return async (url, body, stop): Promise<Posted> => {
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'text/plain; charset=utf-8', accept: 'text/plain, text/x.tlog.size' },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([stop, timeout]),
      });
      const { status } = response;
      const contentType = response.headers.get('content-type') ?? '';
      if (status >= 300 && status < 400) return await drop(response, { failed: 'redirected' });
      if (!WITH_BODY.has(status) || response.body === null) return await drop(response, { status, contentType, body: '' });
      const bytes = await readBounded(response.body, MAX_ANSWER);
      return bytes === null ? { failed: 'too_long' } : { status, contentType, body: textOf(bytes) };
    } catch {
      // What went wrong may spell out addresses: it goes nowhere.
      if (stop.aborted) return { failed: 'stopped' };
      return { failed: timeout.aborted ? 'timeout' : 'unreachable' };
    }
  };
}

async function drop(response: Response, posted: Posted): Promise<Posted> {
  await response.body?.cancel();
  return posted;
}

/** Empty where it is not UTF-8: no answer is. */
function textOf(bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes);
  } catch {
    return '';
  }
}
