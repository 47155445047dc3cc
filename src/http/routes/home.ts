import type { Services } from '../../app/services.ts';
import { sendText } from '../reply.ts';
import type { Route } from '../route.ts';

export function homeRoutes(services: Services): Route[] {
  return [
    {
      method: 'get',
      path: '/',
      handle: async (_request, response) => {
        const vaults = await services.store.vaultCount();
        response.setHeader('cache-control', 'no-store');
        sendText(response, 200, homePage(services.build, vaults));
      },
    },
  ];
}

function homePage(build: string, vaults: number): string {
  const lines = [
    build,
    'Memory you own. Receipts anyone can check. Freshness nobody can fake.',
    '',
    vaults === 0
      ? 'There is no vault here yet. In another terminal: npx memsync init'
      : 'The API is at /v1, and /openapi.json describes it.',
  ];
  return `${lines.join('\n')}\n`;
}
