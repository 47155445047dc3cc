import { ModelsQuery, ModelsReply } from './claims.ts';
import { type Operation, TOKEN } from './operation.ts';

/** What a model’s label has stood for. */
export const MODEL_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/v1/models',
    id: 'readModels',
    tag: 'receipts',
    summary:
      'Which artefacts a model’s label has stood for over time, newest first: by an app’s own receipts, or for a device all of the vault’s.',
    token: true,
    query: ModelsQuery,
    status: 200,
    reply: ModelsReply,
    codes: [...TOKEN, 'row_unopenable'],
  },
];
