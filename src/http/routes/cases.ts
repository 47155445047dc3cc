import type { Request } from 'express';
import { CaseEntriesQuery, CasesQuery, DecideRequest, HandOverRequest, OpenCaseBody } from '../../../schemas/case.ts';
import { CaseId, VaultId } from '../../../schemas/primitives.ts';
import { readCaseBundle } from '../../app/cases/bundle.ts';
import { decideCase } from '../../app/cases/decide.ts';
import { readCaseEntries } from '../../app/cases/entries.ts';
import { askGate } from '../../app/cases/gate.ts';
import { handOver } from '../../app/cases/hand-over.ts';
import { listCases } from '../../app/cases/list.ts';
import { openCase } from '../../app/cases/open.ts';
import { readCase } from '../../app/cases/read.ts';
import { readDesk } from '../../app/desks/read.ts';
import { MemSyncError } from '../../core/errors.ts';
import type { Services } from '../../app/services.ts';
import { admittedAtDesk } from '../admitted.ts';
import { readBody } from '../body.ts';
import { idempotencyKey } from '../idempotency-key.ts';
import { sendPrivate } from '../reply.ts';
import { pathParameter, type Route } from '../route.ts';
import { bearerToken } from '../token.ts';
import { validate } from '../validate.ts';

const CASES = '/v1/cases';
const CASE = '/v1/cases/:id';

/** The review queue: for grants of a vault, and for reviewers of a desk. */
export function caseRoutes(services: Services): Route[] {
  return [
    {
      method: 'post',
      path: CASES,
      handle: async (request, response) => {
        const token = await admittedAtDesk(services, request);
        const key = idempotencyKey(request);
        const body = validate(OpenCaseBody, await readBody(request, response), 'body');
        sendPrivate(response, 201, await openCase(services, token, body, key));
      },
    },
    {
      method: 'get',
      path: CASES,
      takesQuery: true,
      handle: async (request, response) => {
        const token = bearerToken(request);
        sendPrivate(response, 200, await listCases(services, token, validate(CasesQuery, request.query, 'query')));
      },
    },
    {
      method: 'get',
      path: CASE,
      handle: async (request, response) => {
        // Looking goes into the log; nothing is shown to HEAD.
        if (request.method === 'HEAD') throw new MemSyncError('method_not_allowed', 'A case is looked at with GET.');
        sendPrivate(response, 200, await readCase(services, bearerToken(request), caseOf(request)));
      },
    },
    {
      method: 'get',
      path: `${CASE}/bundle`,
      handle: async (request, response) => {
        const id = caseOf(request);
        const bundle = await readCaseBundle(services, bearerToken(request), id);
        response.setHeader('content-disposition', `attachment; filename="${id}.json"`);
        sendPrivate(response, 200, bundle);
      },
    },
    {
      method: 'get',
      path: `${CASE}/gate`,
      handle: async (request, response) => {
        const { state } = await askGate(services, bearerToken(request), caseOf(request));
        response.setHeader('cache-control', 'no-store');
        response.setHeader('memsync-case-state', state);
        response.statusCode = 204;
        response.end();
      },
    },
    {
      method: 'post',
      path: `${CASE}/decision`,
      handle: async (request, response) => {
        const token = await admittedAtDesk(services, request);
        const key = idempotencyKey(request);
        const id = caseOf(request);
        const body = validate(DecideRequest, await readBody(request, response), 'body');
        sendPrivate(response, 201, await decideCase(services, token, id, body, key));
      },
    },
    {
      method: 'post',
      path: `${CASE}/handover`,
      handle: async (request, response) => {
        const token = await admittedAtDesk(services, request);
        const key = idempotencyKey(request);
        const id = caseOf(request);
        const body = validate(HandOverRequest, await readBody(request, response), 'body');
        sendPrivate(response, 201, await handOver(services, token, id, body, key));
      },
    },
    {
      method: 'get',
      path: '/v1/desk',
      handle: async (request, response) => sendPrivate(response, 200, await readDesk(services, bearerToken(request))),
    },
    {
      method: 'get',
      path: '/v1/vaults/:vault/case-entries',
      takesQuery: true,
      handle: async (request, response) => {
        const token = bearerToken(request);
        const vault = validate(VaultId, pathParameter(request, 'vault'), 'vault id');
        sendPrivate(response, 200, await readCaseEntries(services, token, vault, validate(CaseEntriesQuery, request.query, 'query')));
      },
    },
  ];
}

function caseOf(request: Request): string {
  return validate(CaseId, pathParameter(request, 'id'), 'id');
}
