import { concat } from './bytes.ts';

/** All of a body, chunk by chunk; null where it is longer than `most` bytes: then the rest is given up. */
export async function readBounded(body: AsyncIterable<Uint8Array>, most: number): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > most) return null;
    chunks.push(chunk);
  }
  return concat(...chunks);
}
