import type { Metrics } from '../metrics.ts';
import { sendText } from '../reply.ts';
import type { Route } from '../route.ts';

export function metricsRoutes(metrics: Metrics): Route[] {
  return [
    {
      method: 'get',
      path: '/metrics',
      handle: async (_request, response) => {
        const text = await metrics.text();
        response.setHeader('cache-control', 'no-store');
        sendText(response, 200, text, metrics.contentType);
      },
    },
  ];
}
