import { DiffRequest } from '../../../schemas/diff.ts';
import { BundleQuery, DiscloseRequest } from '../../../schemas/disclosure.ts';
import { ReceiptId } from '../../../schemas/primitives.ts';
import { ReceiptRequest, ReceiptsQuery } from '../../../schemas/receipt.ts';
import { ReplayRequest } from '../../../schemas/replay.ts';
import { discloseRows, readBundle } from '../../app/disclose.ts';
import { issueReceipt } from '../../app/issue-receipt.ts';
import { listReceipts } from '../../app/list-receipts.ts';
import { readReceipt } from '../../app/receipts.ts';
import { diffReceipt } from '../../app/replay/diff.ts';
import { replayReceipt } from '../../app/replay/replay.ts';
import type { Services } from '../../app/services.ts';
import { admittedToken } from '../admitted.ts';
import { readBody } from '../body.ts';
import { idempotencyKey } from '../idempotency-key.ts';
import { sendPrivate } from '../reply.ts';
import { pathParameter, type Route } from '../route.ts';
import { bearerToken } from '../token.ts';
import { validate } from '../validate.ts';

const RECEIPTS = '/v1/receipts';
const RECEIPT = '/v1/receipts/:id';

export function receiptRoutes(services: Services): Route[] {
  return [
    {
      method: 'post',
      path: RECEIPTS,
      handle: async (request, response) => {
        const token = await admittedToken(services, request);
        const key = idempotencyKey(request);
        const body = validate(ReceiptRequest, await readBody(request, response), 'body');
        sendPrivate(response, 201, await issueReceipt(services, token, body, key));
      },
    },
    {
      method: 'get',
      path: RECEIPTS,
      takesQuery: true,
      handle: async (request, response) => {
        const token = bearerToken(request);
        sendPrivate(response, 200, await listReceipts(services, token, validate(ReceiptsQuery, request.query, 'query')));
      },
    },
    {
      method: 'get',
      path: RECEIPT,
      handle: async (request, response) => {
        const token = bearerToken(request);
        sendPrivate(response, 200, await readReceipt(services, token, validate(ReceiptId, pathParameter(request, 'id'), 'id')));
      },
    },
    {
      method: 'get',
      path: `${RECEIPT}/bundle`,
      takesQuery: true,
      handle: async (request, response) => {
        const token = bearerToken(request);
        const id = validate(ReceiptId, pathParameter(request, 'id'), 'id');
        const bundle = await readBundle(services, token, id, validate(BundleQuery, request.query, 'query'));
        response.setHeader('content-disposition', `attachment; filename="${id}.json"`);
        sendPrivate(response, 200, bundle);
      },
    },
    {
      method: 'post',
      path: `${RECEIPT}/disclosures`,
      handle: async (request, response) => {
        const token = await admittedToken(services, request);
        const id = validate(ReceiptId, pathParameter(request, 'id'), 'id');
        const body = validate(DiscloseRequest, await readBody(request, response), 'body');
        sendPrivate(response, 200, await discloseRows(services, token, id, body));
      },
    },
    {
      method: 'post',
      path: `${RECEIPT}/replay`,
      handle: async (request, response) => {
        const token = await admittedToken(services, request);
        const id = validate(ReceiptId, pathParameter(request, 'id'), 'id');
        validate(ReplayRequest, await readBody(request, response), 'body');
        sendPrivate(response, 200, await replayReceipt(services, token, id));
      },
    },
    {
      method: 'post',
      path: `${RECEIPT}/diff`,
      handle: async (request, response) => {
        const token = await admittedToken(services, request);
        const id = validate(ReceiptId, pathParameter(request, 'id'), 'id');
        const body = validate(DiffRequest, await readBody(request, response), 'body');
        sendPrivate(response, 200, await diffReceipt(services, token, id, body));
      },
    },
  ];
}
