import { RetrievalRequest } from '../../../schemas/retrieval.ts';
import { retrieve } from '../../app/retrieve.ts';
import type { Services } from '../../app/services.ts';
import { admittedToken } from '../admitted.ts';
import { readBody } from '../body.ts';
import { idempotencyKey } from '../idempotency-key.ts';
import { sendPrivate } from '../reply.ts';
import type { Route } from '../route.ts';
import { validate } from '../validate.ts';

export function retrievalRoutes(services: Services): Route[] {
  return [
    {
      method: 'post',
      path: '/v1/retrievals',
      handle: async (request, response) => {
        const token = await admittedToken(services, request);
        const key = idempotencyKey(request);
        const body = validate(RetrievalRequest, await readBody(request, response), 'body');
        sendPrivate(response, 200, await retrieve(services, token, body, key));
      },
    },
  ];
}
