import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import express from 'express';
import { startService } from '../src/main.ts';

/** What is measured over HTTP runs in a process of its own: `serve.ts service <folder>`, `serve.ts express <folder>`. It prints its address. */

const [, , what, folder = ''] = process.argv;

/** The whole service over what lies in the folder. */
async function serveWhole(): Promise<string> {
  const { url } = await startService(
    {
      host: '127.0.0.1',
      port: 0,
      dataFolder: folder,
      keyFolder: join(folder, 'keys'),
      logOrigin: null,
      logMirror: null,
      idleMs: 900_000,
      memoryBudget: 2 ** 34,
      ratePerMinute: 100_000_000,
      openVaults: 'loopback',
      logLevel: 'silent',
      jobs: false,
      embeddings: null,
      witnesses: null,
      claimTrust: null,
    },
    { quiet: true },
  );
  return url;
}

/** A bare Express route that parses a JSON body and answers with the JSON in `reply.json`. */
function serveBare(): Promise<string> {
  const reply: unknown = JSON.parse(readFileSync(join(folder, 'reply.json'), 'utf8'));
  const app = express();
  app.post('/v1/retrievals', express.json(), (_request, response) => {
    response.json(reply);
  });
  return new Promise((resolve) => {
    const server = app.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(`http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : ''}`);
    });
  });
}

console.log(await (what === 'service' ? serveWhole() : serveBare()));
