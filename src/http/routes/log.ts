import { readCheckpoint, readKeyStatements, readLogKeys, readTile } from '../../app/log-reads.ts';
import type { Services } from '../../app/services.ts';
import { sendBytes, sendText } from '../reply.ts';
import type { Route } from '../route.ts';

/** What a path names never changes once it is there. */
const FOR_EVER = 'public, max-age=31536000, immutable';

/** The log as C2SP tlog-tiles has it, and the keys to check it with. Public, for verifiers in anybody’s pages as well: it holds digests alone. */
export function logRoutes(services: Services): Route[] {
  const routes: Route[] = [
    {
      method: 'get',
      path: '/log/checkpoint',
      handle: async (_request, response) => {
        const checkpoint = await readCheckpoint(services);
        response.setHeader('cache-control', 'no-cache');
        sendText(response, 200, checkpoint);
      },
    },
    {
      method: 'get',
      path: '/log/key',
      handle: (_request, response) => {
        response.setHeader('cache-control', 'no-cache');
        sendText(response, 200, readLogKeys(services));
      },
    },
    {
      method: 'get',
      path: '/log/keys',
      handle: (_request, response) => {
        response.setHeader('cache-control', 'no-cache');
        sendText(response, 200, readKeyStatements(services));
      },
    },
    {
      method: 'get',
      path: '/log/tile/*path',
      handle: async (request, response) => {
        // As it was sent, not decoded: a tile has one spelling.
        const bytes = await readTile(services, request.path.slice('/log/'.length));
        response.setHeader('cache-control', FOR_EVER);
        sendBytes(response, 200, bytes);
      },
    },
  ];
  return routes.map((route) => ({ ...route, anyOrigin: true }));
}
