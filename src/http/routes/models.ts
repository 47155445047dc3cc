import { ModelsQuery } from '../../../schemas/claims.ts';
import { readModels } from '../../app/models.ts';
import type { Services } from '../../app/services.ts';
import { sendPrivate } from '../reply.ts';
import type { Route } from '../route.ts';
import { bearerToken } from '../token.ts';
import { validate } from '../validate.ts';

export function modelRoutes(services: Services): Route[] {
  return [
    {
      method: 'get',
      path: '/v1/models',
      takesQuery: true,
      handle: async (request, response) => {
        const token = bearerToken(request);
        sendPrivate(response, 200, await readModels(services, token, validate(ModelsQuery, request.query, 'query')));
      },
    },
  ];
}
