import express, { type Express } from 'express';
import type { Services } from '../app/services.ts';
import { MemSyncError } from '../core/errors.ts';
import type { ServiceLogger } from './logger.ts';
import { mayOpenVault, type VaultRule } from './loopback.ts';
import type { Metrics } from './metrics.ts';
import { observe } from './observe.ts';
import { problemMapper } from './problem.ts';
import { rateLimits } from './rate.ts';
import { mount, refuseUndecodable, type Route } from './route.ts';
import { caseRoutes } from './routes/cases.ts';
import { healthRoutes } from './routes/health.ts';
import { homeRoutes } from './routes/home.ts';
import { logRoutes } from './routes/log.ts';
import { memoryRoutes } from './routes/memories.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { modelRoutes } from './routes/models.ts';
import { openapiRoutes } from './routes/openapi.ts';
import { evidenceRoutes } from './routes/evidence.ts';
import { receiptRoutes } from './routes/receipts.ts';
import { retrievalRoutes } from './routes/retrievals.ts';
import { transferRoutes } from './routes/transfer.ts';
import { vaultRoutes } from './routes/vaults.ts';

export interface HttpOptions extends VaultRule {
  /** Requests that one grant, or one address without a grant, may make in a minute. */
  readonly ratePerMinute: number;
  readonly logger: ServiceLogger;
  readonly metrics: Metrics;
}

/** Every route, the busy ones first: Express looks through them in order. */
export function routesOf(services: Services, metrics: Metrics, rule: VaultRule): Route[] {
  const mayOpen = mayOpenVault(rule);
  return [
    ...retrievalRoutes(services),
    ...memoryRoutes(services),
    ...receiptRoutes(services),
    ...evidenceRoutes(services),
    ...modelRoutes(services),
    ...vaultRoutes(services, mayOpen),
    ...transferRoutes(services, mayOpen),
    ...caseRoutes(services),
    ...logRoutes(services),
    ...healthRoutes(services),
    ...metricsRoutes(metrics),
    ...openapiRoutes(),
    ...homeRoutes(services),
  ];
}

/** The HTTP face: every route of API.md over the use cases, and nothing that decides. */
export function buildHttp(services: Services, options: HttpOptions): Express {
  const app = express();
  app.set('case sensitive routing', true);
  app.set('strict routing', true);
  app.set('query parser', 'simple');
  app.set('etag', false);
  app.disable('x-powered-by');
  const limit = rateLimits(services, options.ratePerMinute);
  app.use(observe(services.random, options.metrics, options.logger));
  app.use(refuseUndecodable(limit));
  mount(app, routesOf(services, options.metrics, options), limit);
  app.use(limit, (request) => {
    throw new MemSyncError('not_found', `There is nothing at this path for ${request.method}.`);
  });
  app.use(problemMapper(options.logger));
  return app;
}
