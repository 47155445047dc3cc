import type { Health } from '../../../schemas/health.ts';
import type { Services } from '../../app/services.ts';
import { evidenceHealth } from '../../app/evidence/health.ts';
import { witnessHealth } from '../../app/witnesses/health.ts';
import { sendPrivate } from '../reply.ts';
import type { Route } from '../route.ts';

export function healthRoutes(services: Services): Route[] {
  return [
    {
      method: 'get',
      path: '/healthz',
      handle: async (_request, response) => {
        const health: Health = {
          status: 'ok',
          vaults: await services.store.vaultCount(),
          openVaults: services.vaults.open.size,
          log: { origin: services.log.origin, size: services.log.size },
          build: services.build,
          ...(await evidenceHealth(services)),
          ...(services.embeddings === null ? {} : { embeddings: services.embeddings.status }),
          ...(services.witnesses === null ? {} : { witnesses: await witnessHealth(services.witnesses) }),
        };
        sendPrivate(response, 200, health);
      },
    },
  ];
}
