import type { Express, Request, RequestHandler, Response } from 'express';
import { MemSyncError } from '../core/errors.ts';
import { refuseTokenInUrl } from './token.ts';
import { validate } from './validate.ts';
import { NoQuery } from '../../schemas/primitives.ts';

export type Method = 'get' | 'post' | 'patch';

/** One method of one path. `path` is Express's template; it is what the log and the metrics call the route. */
export interface Route {
  readonly method: Method;
  readonly path: string;
  /** Whether `handle` reads the query string itself; otherwise there must be none. */
  readonly takesQuery?: boolean;
  /** Whether pages of any origin may read the answers, refusals too: only for what is public and the same for everybody. */
  readonly anyOrigin?: boolean;
  handle(request: Request, response: Response): Promise<void> | void;
}

const templates = new WeakMap<Response, string>();

/** The template of the path that the request matched, or `none`. */
export function templateOf(response: Response): string {
  return templates.get(response) ?? 'none';
}

/** Mounts routes, each path's behind `limit`; what a path does not take is `method_not_allowed`. GETs answer HEAD as well. */
export function mount(app: Express, routes: readonly Route[], limit: RequestHandler): void {
  for (const path of new Set(routes.map((route) => route.path))) {
    const here = app.route(path);
    const methods = routes.filter((route) => route.path === path);
    here.all((_request, response, next) => {
      templates.set(response, path);
      if (methods.some(({ anyOrigin }) => anyOrigin === true)) openToPages(response);
      next();
    });
    here.all(limit);
    for (const route of methods) here[route.method](handlerOf(route));
    here.all((request, response) => {
      response.setHeader(
        'allow',
        methods.flatMap(({ method }) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()])).join(', '),
      );
      throw new MemSyncError('method_not_allowed', `This path does not take ${request.method}.`);
    });
  }
}

/** Requests of other origins' pages carry no token unless they ask first, which nothing here allows. */
function openToPages(response: Response): void {
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('cross-origin-resource-policy', 'cross-origin');
}

/** Refuses paths that do not decode, behind `limit` like any other: Express would take them for a fault of ours, and pass the limit over. */
export function refuseUndecodable(limit: RequestHandler): RequestHandler {
  return (request, response, next) => {
    if (decodes(request.path)) {
      next();
      return undefined;
    }
    const refusal = new MemSyncError('input_invalid', 'The path has a percent sign that does not begin the code of a character.');
    return limit(request, response, (error?: unknown) => next(error ?? refusal));
  };
}

function decodes(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

function handlerOf(route: Route): RequestHandler {
  return (request, response) => {
    refuseTokenInUrl(request);
    if (route.takesQuery !== true && request.url.includes('?')) validate(NoQuery, request.query, 'query');
    return route.handle(request, response);
  };
}

/** A parameter of the path. `here` is the template's name for it. */
export function pathParameter(request: Request, here: string): string {
  const value = request.params[here];
  return typeof value === 'string' ? value : '';
}
