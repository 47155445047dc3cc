import type { Request } from 'express';
import { VaultId } from '../../../schemas/primitives.ts';
import {
  ExportCertificateRequest,
  ExportQuery,
  ImportBegin,
  ImportEndRequest,
  ImportPieceRequest,
  ImportRowsRequest,
} from '../../../schemas/transfer.ts';
import type { Services } from '../../app/services.ts';
import { beginImport } from '../../app/transfer/begin-import.ts';
import { endImport, readImports } from '../../app/transfer/end-import.ts';
import { certifyExport, readExport } from '../../app/transfer/export.ts';
import { importRows } from '../../app/transfer/import-rows.ts';
import { takePiece } from '../../app/transfer/pieces.ts';
import { MemSyncError } from '../../core/errors.ts';
import { admittedToken } from '../admitted.ts';
import { readBody } from '../body.ts';
import { idempotencyKey } from '../idempotency-key.ts';
import type { MayOpenVault } from '../loopback.ts';
import { sendPrivate } from '../reply.ts';
import { pathParameter, type Route } from '../route.ts';
import { bearerToken } from '../token.ts';
import { validate } from '../validate.ts';

const VAULT = '/v1/vaults/:vault';

export function transferRoutes(services: Services, mayOpenVault: MayOpenVault): Route[] {
  return [
    {
      method: 'get',
      path: `${VAULT}/export`,
      takesQuery: true,
      handle: async (request, response) => {
        const token = bearerToken(request);
        const query = validate(ExportQuery, request.query, 'query');
        sendPrivate(response, 200, await readExport(services, token, vaultOf(request), query));
      },
    },
    {
      method: 'post',
      path: `${VAULT}/exports`,
      handle: async (request, response) => {
        const token = await admittedToken(services, request);
        const body = validate(ExportCertificateRequest, await readBody(request, response), 'body');
        sendPrivate(response, 201, await certifyExport(services, token, vaultOf(request), body));
      },
    },
    {
      method: 'get',
      path: `${VAULT}/imports`,
      handle: async (request, response) => sendPrivate(response, 200, await readImports(services, bearerToken(request), vaultOf(request))),
    },
    {
      // The owner's signature is what lets an import in; a vault that is not here yet is taken up by the rule by which one is created.
      method: 'post',
      path: `${VAULT}/import`,
      handle: async (request, response) => {
        const vault = vaultOf(request);
        if (!mayOpenVault(request) && (await services.store.head(vault)) === null)
          throw new MemSyncError(
            'invite_required',
            'Vaults are brought here from the service’s own machine alone (see MEMSYNC_OPEN_VAULTS).',
          );
        const body = validate(ImportBegin, await readBody(request, response), 'body');
        sendPrivate(response, 201, await beginImport(services, vault, body));
      },
    },
    {
      method: 'post',
      path: `${VAULT}/import/lines`,
      handle: async (request, response) => {
        const body = validate(ImportPieceRequest, await readBody(request, response), 'body');
        sendPrivate(response, 201, await takePiece(services, vaultOf(request), body));
      },
    },
    {
      method: 'post',
      path: `${VAULT}/import/end`,
      handle: async (request, response) => {
        const body = validate(ImportEndRequest, await readBody(request, response), 'body');
        sendPrivate(response, 201, await endImport(services, vaultOf(request), body));
      },
    },
    {
      method: 'post',
      path: '/v1/imports',
      handle: async (request, response) => {
        const token = await admittedToken(services, request);
        const key = idempotencyKey(request);
        const body = validate(ImportRowsRequest, await readBody(request, response), 'body');
        sendPrivate(response, 201, await importRows(services, token, body, key));
      },
    },
  ];
}

function vaultOf(request: Request): string {
  return validate(VaultId, pathParameter(request, 'vault'), 'vault');
}
