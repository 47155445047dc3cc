import type { Request } from 'express';
import { CertificateId } from '../../../schemas/certificate.ts';
import { HeadsQuery, LoggedSeq } from '../../../schemas/heads.ts';
import { GrantReadsQuery } from '../../../schemas/keys.ts';
import { CreateVaultRequest, Envelope, EventsQuery, OwnerSubmission } from '../../../schemas/owner-event.ts';
import { SealedRowsQuery } from '../../../schemas/sealed-rows.ts';
import { GrantId, MemoryId, VaultId } from '../../../schemas/primitives.ts';
import { readCertificate, readCertificates } from '../../app/certificates.ts';
import { createVault } from '../../app/create-vault.ts';
import { readGrantReads } from '../../app/grant-reads.ts';
import { appendOwnerEvent } from '../../app/owner-event.ts';
import { readEvents, readGrants, readHead, readOwnerBoxes, readSealedRow, readSealedRows } from '../../app/owner-reads.ts';
import { readLoggedHead, readLoggedHeads } from '../../app/logged-heads.ts';
import { recover } from '../../app/recovery.ts';
import { readRotations } from '../../app/rotations.ts';
import type { Services } from '../../app/services.ts';
import { MemSyncError } from '../../core/errors.ts';
import { readBody } from '../body.ts';
import type { MayOpenVault } from '../loopback.ts';
import { sendPrivate } from '../reply.ts';
import { pathParameter, type Route } from '../route.ts';
import { bearerToken } from '../token.ts';
import { validate } from '../validate.ts';

const VAULT = '/v1/vaults/:vault';

export function vaultRoutes(services: Services, mayOpenVault: MayOpenVault): Route[] {
  return [
    {
      method: 'post',
      path: '/v1/vaults',
      handle: async (request, response) => {
        if (!mayOpenVault(request))
          throw new MemSyncError('invite_required', 'Vaults are created from the service’s own machine alone (see MEMSYNC_OPEN_VAULTS).');
        const body = validate(CreateVaultRequest, await readBody(request, response), 'body');
        sendPrivate(response, 201, await createVault(services, body));
      },
    },
    {
      // The owner's signature is what lets an event in; a token adds nothing to it.
      method: 'post',
      path: `${VAULT}/events`,
      handle: async (request, response) => {
        const vault = vaultOf(request);
        const body = validate(OwnerSubmission, await readBody(request, response), 'body');
        sendPrivate(response, 201, await appendOwnerEvent(services, vault, body));
      },
    },
    {
      method: 'get',
      path: `${VAULT}/events`,
      takesQuery: true,
      handle: async (request, response) => {
        const token = bearerToken(request);
        const query = validate(EventsQuery, request.query, 'query');
        sendPrivate(response, 200, await readEvents(services, token, vaultOf(request), query));
      },
    },
    {
      method: 'get',
      path: `${VAULT}/head`,
      handle: async (request, response) => sendPrivate(response, 200, await readHead(services, bearerToken(request), vaultOf(request))),
    },
    {
      method: 'get',
      path: `${VAULT}/heads`,
      takesQuery: true,
      handle: async (request, response) => {
        const token = bearerToken(request);
        const query = validate(HeadsQuery, request.query, 'query');
        sendPrivate(response, 200, await readLoggedHeads(services, token, vaultOf(request), query));
      },
    },
    {
      method: 'get',
      path: `${VAULT}/heads/:seq`,
      handle: async (request, response) => {
        const token = bearerToken(request);
        const seq = validate(LoggedSeq, pathParameter(request, 'seq'), 'seq');
        sendPrivate(response, 200, await readLoggedHead(services, token, vaultOf(request), seq));
      },
    },
    {
      method: 'get',
      path: `${VAULT}/rows`,
      takesQuery: true,
      handle: async (request, response) => {
        const token = bearerToken(request);
        const { ids } = validate(SealedRowsQuery, request.query, 'query');
        sendPrivate(response, 200, await readSealedRows(services, token, vaultOf(request), ids));
      },
    },
    {
      method: 'get',
      path: `${VAULT}/rows/:id`,
      handle: async (request, response) => {
        const token = bearerToken(request);
        const id = validate(MemoryId, pathParameter(request, 'id'), 'id');
        sendPrivate(response, 200, await readSealedRow(services, token, vaultOf(request), id));
      },
    },
    {
      method: 'get',
      path: `${VAULT}/boxes`,
      handle: async (request, response) =>
        sendPrivate(response, 200, await readOwnerBoxes(services, bearerToken(request), vaultOf(request))),
    },
    {
      method: 'get',
      path: `${VAULT}/grants`,
      handle: async (request, response) => sendPrivate(response, 200, await readGrants(services, bearerToken(request), vaultOf(request))),
    },
    {
      method: 'get',
      path: `${VAULT}/grants/:id/reads`,
      takesQuery: true,
      handle: async (request, response) => {
        const token = bearerToken(request);
        const grant = validate(GrantId, pathParameter(request, 'id'), 'id');
        const query = validate(GrantReadsQuery, request.query, 'query');
        sendPrivate(response, 200, await readGrantReads(services, token, vaultOf(request), grant, query));
      },
    },
    {
      // Signed by the owner, and therefore from anywhere.
      method: 'post',
      path: `${VAULT}/recovery`,
      handle: async (request, response) => {
        const vault = vaultOf(request);
        const body = validate(Envelope, await readBody(request, response), 'body');
        sendPrivate(response, 200, await recover(services, vault, body));
      },
    },
    {
      method: 'get',
      path: `${VAULT}/certificates`,
      handle: async (request, response) =>
        sendPrivate(response, 200, await readCertificates(services, bearerToken(request), vaultOf(request))),
    },
    {
      method: 'get',
      path: `${VAULT}/certificates/:id`,
      handle: async (request, response) => {
        const token = bearerToken(request);
        const id = validate(CertificateId, pathParameter(request, 'id'), 'id');
        sendPrivate(response, 200, await readCertificate(services, token, vaultOf(request), id));
      },
    },
    {
      method: 'get',
      path: `${VAULT}/rotations`,
      handle: async (request, response) =>
        sendPrivate(response, 200, await readRotations(services, bearerToken(request), vaultOf(request))),
    },
  ];
}

function vaultOf(request: Request): string {
  return validate(VaultId, pathParameter(request, 'vault'), 'vault id');
}
