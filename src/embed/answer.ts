import { z } from 'zod';

/** A component takes so many bytes at most, as services write them. */
const NUMBER_BYTES = 32;
const MOST_DIMENSIONS = 4096;
const BESIDE_BYTES = 65_536;

const Answer = z.object({
  data: z.array(z.object({ index: z.int().min(0), embedding: z.array(z.number()).min(1).max(MOST_DIMENSIONS) })),
});

/** The most bytes that an answer about so many texts may have. */
export function longestAnswer(texts: number): number {
  return texts * MOST_DIMENSIONS * NUMBER_BYTES + BESIDE_BYTES;
}

/** The vectors in an answer, in the order of the texts; null where it is not a whole answer about so many, or a vector has another length. */
export function readAnswer(body: string, texts: number, dimensions: number | null): readonly (readonly number[])[] | null {
  const parsed = Answer.safeParse(parseJson(body));
  if (!parsed.success || parsed.data.data.length !== texts) return null;
  const vectors = new Map(parsed.data.data.map(({ index, embedding }) => [index, embedding]));
  const length = dimensions ?? parsed.data.data[0]?.embedding.length;
  const ordered: (readonly number[])[] = [];
  for (let i = 0; i < texts; i++) {
    const vector = vectors.get(i);
    if (vector === undefined || vector.length !== length || vector.every((value) => value === 0)) return null;
    ordered.push(vector);
  }
  return ordered;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
