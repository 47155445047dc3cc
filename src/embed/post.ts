import { fromUtf8 } from '../core/bytes.ts';
import type { Redacted } from '../core/redacted.ts';
import { longestAnswer, readAnswer } from './answer.ts';
import type { Embedded, EmbeddingFailure } from './face.ts';

/** Where texts are posted to. */
export interface Endpoint {
  readonly url: string;
  readonly model: string;
  readonly key: Redacted | null;
  readonly dimensions: number | null;
}

/** What a service answers with that does not take these texts, where it would take others. */
const OF_TEXTS = new Set([400, 413, 422]);

/** Asks for the vectors of some texts, once. Follows no redirect: texts go to nobody but who was named. */
export async function post(endpoint: Endpoint, texts: readonly string[], stop: AbortSignal, timeoutMs: number): Promise<Embedded> {
  const { url, model, key, dimensions } = endpoint;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(key === null ? {} : { authorization: `Bearer ${fromUtf8(key.reveal())}` }),
      },
      body: JSON.stringify({ model, input: texts, ...(dimensions === null ? {} : { dimensions }) }),
      redirect: 'manual',
      signal: AbortSignal.any([stop, timeout]),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      return { failed: OF_TEXTS.has(response.status) ? 'texts' : 'status' };
    }
    const body = response.body === null ? null : await readBody(response.body, longestAnswer(texts.length));
    const vectors = body === null ? null : readAnswer(body, texts.length, dimensions);
    return vectors === null ? { failed: 'answer' } : { vectors };
  } catch {
    // What went wrong may spell out addresses and headers: it goes nowhere.
    return { failed: reasonOf(stop, timeout) };
  }
}

function reasonOf(stop: AbortSignal, timeout: AbortSignal): EmbeddingFailure {
  if (stop.aborted) return 'stopped';
  return timeout.aborted ? 'timeout' : 'unreachable';
}

/** The body as text; null where it is longer than that. */
async function readBody(body: AsyncIterable<Uint8Array>, most: number): Promise<string | null> {
  const decoder = new TextDecoder();
  let text = '';
  let length = 0;
  // Leaving the loop gives the rest up.
  for await (const chunk of body) {
    length += chunk.length;
    if (length > most) return null;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
