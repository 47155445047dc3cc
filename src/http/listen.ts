import { createServer, type RequestListener, type Server } from 'node:http';
import { MemSyncError } from '../core/errors.ts';

/** A server that has its port. */
export interface Listening {
  /** `http://127.0.0.1:8787`, without a slash at its end. */
  readonly url: string;
  /** Takes no more connections, lets requests in flight finish within `deadlineMs`, then cuts off what is left. Resolves when all are gone. */
  close(deadlineMs: number): Promise<void>;
}

/** How often connections that have gone idle since are looked for while closing. */
const IDLE_CHECK_MS = 20;

/** Binds and listens. @throws {MemSyncError} `config_invalid` when the address is taken or not ours */
export async function listen(app: RequestListener, host: string, port: number): Promise<Listening> {
  let closing = false;
  const server = createServer((request, response) => {
    if (closing) response.setHeader('connection', 'close');
    app(request, response);
  });
  await bind(server, host, port);
  return {
    url: urlOf(server),
    close: async (deadlineMs) => {
      closing = true;
      await closeServer(server, deadlineMs);
    },
  };
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new MemSyncError('config_invalid', `${host}:${port} cannot be listened on (${codeOf(cause)}).`, { cause })),
    );
    server.listen(port, host, () => resolve());
  });
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new MemSyncError('config_invalid', 'The server has no port.');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}

function closeServer(server: Server, deadlineMs: number): Promise<void> {
  return new Promise((resolve) => {
    const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
    const deadline = setTimeout(() => server.closeAllConnections(), deadlineMs);
    server.close(() => {
      clearInterval(idle);
      clearTimeout(deadline);
      resolve();
    });
  });
}
