import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An HTTP service on this machine that answers as each test wants it. */
export interface JsonService {
  /** Without a slash at the end. */
  readonly url: string;
  /** What it was asked, in order: the path and the body. */
  readonly asked: readonly { readonly path: string; readonly body: string }[];
  close(): Promise<void>;
}

/** Starts one. `answer` may answer late, badly or not at all. */
export async function serveJson(answer: (path: string, response: ServerResponse, body: string) => void): Promise<JsonService> {
  const asked: { path: string; body: string }[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      asked.push({ path: request.url ?? '', body });
      answer(request.url ?? '', response, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}`, asked, close };
}
