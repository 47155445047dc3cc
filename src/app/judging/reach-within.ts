import type { Reach } from '../../claims/kind.ts';
import type { PostJson } from '../../reach/face.ts';

/** How many times one look may ask. */
const MOST_CALLS = 16;

/** What a verifier reaches the world by: only addresses that stand in its claim's part of the trust, to the letter, and so many times. */
export function reachWithin(trust: unknown, post: PostJson | null, stop: AbortSignal): Reach {
  const named = new Set(stringsIn(trust));
  let calls = 0;
  return {
    async postJson(url, body) {
      if (!named.has(url)) throw new Error('the operator’s trust does not name the address');
      if (post === null) throw new Error('nothing is reached from here');
      calls += 1;
      if (calls > MOST_CALLS) throw new Error('one look asks no more than that');
      const reached = await post(url, body, stop);
      if ('failed' in reached) throw new Error(`no answer: ${reached.failed}`);
      return reached.json;
    },
  };
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(stringsIn);
}
