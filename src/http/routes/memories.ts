import { AppConfirmationRequest, ContestRequest, EditMemory, ListQuery, RememberRequest } from '../../../schemas/memory.ts';
import { MemoryId } from '../../../schemas/primitives.ts';
import { appConfirm, contest } from '../../app/contest.ts';
import { edit } from '../../app/edit.ts';
import { history } from '../../app/history.ts';
import { list, show } from '../../app/list.ts';
import { remember } from '../../app/remember.ts';
import type { Services } from '../../app/services.ts';
import { admittedToken } from '../admitted.ts';
import { readBody } from '../body.ts';
import { idempotencyKey } from '../idempotency-key.ts';
import { sendPrivate } from '../reply.ts';
import { pathParameter, type Route } from '../route.ts';
import { bearerToken } from '../token.ts';
import { validate } from '../validate.ts';

const ROWS = '/v1/memories';
const ROW = '/v1/memories/:id';

export function memoryRoutes(services: Services): Route[] {
  return [
    {
      method: 'post',
      path: ROWS,
      handle: async (request, response) => {
        const token = await admittedToken(services, request);
        const key = idempotencyKey(request);
        const body = validate(RememberRequest, await readBody(request, response), 'body');
        sendPrivate(response, 201, await remember(services, token, body, key));
      },
    },
    {
      method: 'get',
      path: ROWS,
      takesQuery: true,
      handle: async (request, response) => {
        const token = bearerToken(request);
        sendPrivate(response, 200, await list(services, token, validate(ListQuery, request.query, 'query')));
      },
    },
    {
      method: 'get',
      path: ROW,
      handle: async (request, response) => {
        const token = bearerToken(request);
        sendPrivate(response, 200, await show(services, token, validate(MemoryId, pathParameter(request, 'id'), 'id')));
      },
    },
    {
      method: 'patch',
      path: ROW,
      handle: async (request, response) => {
        const token = await admittedToken(services, request);
        const key = idempotencyKey(request);
        const id = validate(MemoryId, pathParameter(request, 'id'), 'id');
        const body = validate(EditMemory, await readBody(request, response), 'body');
        sendPrivate(response, 200, await edit(services, token, id, body, key));
      },
    },
    {
      method: 'post',
      path: `${ROW}/contest`,
      handle: async (request, response) => {
        const token = await admittedToken(services, request);
        const key = idempotencyKey(request);
        const id = validate(MemoryId, pathParameter(request, 'id'), 'id');
        const body = validate(ContestRequest, await readBody(request, response), 'body');
        sendPrivate(response, 200, await contest(services, token, id, body, key));
      },
    },
    {
      method: 'post',
      path: `${ROW}/app-confirmation`,
      handle: async (request, response) => {
        const token = await admittedToken(services, request);
        const key = idempotencyKey(request);
        const id = validate(MemoryId, pathParameter(request, 'id'), 'id');
        validate(AppConfirmationRequest, await readBody(request, response), 'body');
        sendPrivate(response, 200, await appConfirm(services, token, id, key));
      },
    },
    {
      method: 'get',
      path: `${ROW}/history`,
      handle: async (request, response) => {
        const token = bearerToken(request);
        sendPrivate(response, 200, await history(services, token, validate(MemoryId, pathParameter(request, 'id'), 'id')));
      },
    },
  ];
}
