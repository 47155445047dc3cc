import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Pace, type Span, takeTurns } from './pace.ts';
import { posts, served } from './served.ts';

/** What came of so many connections: the service's stretches, and those of a bare Express route, taken in turn with them. */
export interface Beside {
  readonly connections: number;
  readonly ours: readonly Pace[];
  readonly bare: readonly Pace[];
}

export const CONNECTIONS = [10, 100];

/**
 * Retrieves over HTTP from the service in a process of its own, over what lies in the folder, and from an Express route in another that parses the same
 * body and answers with `reply`, a JSON.
 */
export async function retrieveBesideBare(
  folder: string,
  { token, reply, queries }: { readonly token: string; readonly reply: string; readonly queries: readonly string[] },
  span: Span,
): Promise<Beside[]> {
  writeFileSync(join(folder, 'reply.json'), reply);
  const service = await served('service', folder);
  const express = await served('express', folder);
  const bodies = queries.map((query) => JSON.stringify({ query }));
  const results: Beside[] = [];
  try {
    for (const connections of CONNECTIONS) {
      const subjects = [service, express].map(({ url }) => posts(url, '/v1/retrievals', token, connections, bodies));
      const [ours = [], bare = []] = await takeTurns(span, ...subjects);
      results.push({ connections, ours, bare });
    }
  } finally {
    await service.stop();
    await express.stop();
  }
  return results;
}
