import { openapiDocument } from '../../../schemas/openapi.ts';
import { sendText } from '../reply.ts';
import type { Route } from '../route.ts';

export function openapiRoutes(): Route[] {
  let text: string | null = null;
  return [
    {
      method: 'get',
      path: '/openapi.json',
      handle: (_request, response) => {
        text ??= JSON.stringify(openapiDocument());
        response.setHeader('cache-control', 'no-cache');
        sendText(response, 200, text, 'application/json');
      },
    },
  ];
}
