import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import type { Subject } from './pace.ts';

/** A server in a process of its own. */
export interface Served {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts `serve.ts`, and gives its address once it answers. */
export async function served(what: 'service' | 'express', folder: string): Promise<Served> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('serve.ts', import.meta.url)), what, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([once(lines, 'line'), closed.then(() => null)]);
  if (first === null) throw new Error(`${what} did not start`);
  return {
    url: String(first[0]),
    stop: async () => {
      child.kill('SIGKILL');
      await closed;
    },
  };
}

/** So many connections, each sending the bodies one after another as fast as they are answered. */
export function posts(url: string, path: string, token: string, connections: number, bodies: readonly string[]): Subject {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const requests = bodies.map((body) => ({ method: 'POST' as const, path, headers, body }));
  return async (ms) => {
    const { latency, requests: sent, duration, errors, non2xx } = await autocannon({ url, connections, duration: ms / 1000, requests });
    if (errors > 0 || non2xx > 0) throw new Error(`${errors} requests failed, ${non2xx} were refused`);
    return { perSecond: sent.total / duration, p50: latency.p50, p99: latency.p99 };
  };
}
