import { EvidenceRequest } from '../../../schemas/claims.ts';
import { ReceiptId } from '../../../schemas/primitives.ts';
import { addEvidence } from '../../app/evidence/add.ts';
import { readClaims } from '../../app/evidence/read.ts';
import type { Services } from '../../app/services.ts';
import { admittedToken } from '../admitted.ts';
import { readBody } from '../body.ts';
import { idempotencyKey } from '../idempotency-key.ts';
import { sendPrivate } from '../reply.ts';
import { pathParameter, type Route } from '../route.ts';
import { bearerToken } from '../token.ts';
import { validate } from '../validate.ts';

export function evidenceRoutes(services: Services): Route[] {
  return [
    {
      method: 'post',
      path: '/v1/receipts/:id/evidence',
      handle: async (request, response) => {
        const token = await admittedToken(services, request);
        const id = validate(ReceiptId, pathParameter(request, 'id'), 'id');
        const key = idempotencyKey(request);
        const body = validate(EvidenceRequest, await readBody(request, response), 'body');
        sendPrivate(response, 201, await addEvidence(services, token, id, body, key));
      },
    },
    {
      method: 'get',
      path: '/v1/receipts/:id/claims',
      handle: async (request, response) => {
        const token = bearerToken(request);
        const id = validate(ReceiptId, pathParameter(request, 'id'), 'id');
        sendPrivate(response, 200, await readClaims(services, token, id));
      },
    },
  ];
}
