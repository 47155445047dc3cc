import Database from 'better-sqlite3';
import supertest, { type Response } from 'supertest';
import { expect } from 'vitest';
import { type Memory, RememberReply } from '../../schemas/memory.ts';
import { Problem } from '../../schemas/problem.ts';
import { describeCode, type ErrorCode } from '../../src/core/errors.ts';
import type { HeadMarks } from '../../src/app/marks.ts';
import { listen, type Listening } from '../../src/http/listen.ts';
import { makeLogger } from '../../src/http/logger.ts';
import { Metrics } from '../../src/http/metrics.ts';
import { buildHttp } from '../../src/http/server.ts';
import { TestOwner } from './owner.ts';
import { World } from './world.ts';

export interface SiteOptions {
  readonly ratePerMinute?: number;
  readonly openVaults?: 'loopback' | 'never';
  /** Where the service is told that it listens; it does at 127.0.0.1. */
  readonly host?: string;
}

/** What a line of the log may hold. */
export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly requestId?: string;
  readonly method?: string;
  readonly route?: string;
  readonly status?: number;
  readonly ms?: number;
  readonly code?: string;
  readonly err?: { readonly at: readonly string[] };
}

/** A refusal that a test owner got over HTTP. */
export class Refused extends Error {
  readonly response: Response;

  constructor(response: Response) {
    super(`${response.status} ${response.text}`);
    this.response = response;
  }
}

/** The HTTP face on a world: real sockets, real SQLite, a clock that tests turn. */
export class Site {
  readonly world: World;
  /** What has been logged, line by line. */
  readonly logged: string[];
  readonly metrics: Metrics;
  readonly #server: Listening;

  private constructor(world: World, logged: string[], metrics: Metrics, server: Listening) {
    this.world = world;
    this.logged = logged;
    this.metrics = metrics;
    this.#server = server;
  }

  static async open(options: SiteOptions = {}): Promise<Site> {
    return Site.#serve(await World.open(), options);
  }

  /** The face of a world once more, after it was stopped or restarted; with `marks`, restarted with those. */
  static async on(world: World, marks?: HeadMarks): Promise<Site> {
    if (marks !== undefined) await world.restart(undefined, marks);
    return Site.#serve(world, {});
  }

  static async #serve(world: World, options: SiteOptions): Promise<Site> {
    const logged: string[] = [];
    const logger = makeLogger('debug', { write: (line: string) => logged.push(line) });
    const metrics = new Metrics(world.services);
    const rule = { ratePerMinute: 1_000_000, openVaults: 'loopback', host: '127.0.0.1', ...options } as const;
    const app = buildHttp(world.services, { ...rule, logger, metrics });
    return new Site(world, logged, metrics, await listen(app, '127.0.0.1', 0));
  }

  get url(): string {
    return this.#server.url;
  }

  get api(): ReturnType<typeof supertest> {
    return supertest(this.#server.url);
  }

  /** A request with a token. */
  as(token: string): ReturnType<typeof supertest.agent> {
    return supertest.agent(this.#server.url).set('authorization', `Bearer ${token}`);
  }

  /** A new vault, made over HTTP, with its owner. */
  owner(): Promise<TestOwner> {
    const door = {
      create: async (request: unknown) => body(await this.api.post('/v1/vaults').send(JSON.stringify(request)).type('json')),
      post: async (vault: string, submission: unknown) =>
        body(await this.api.post(`/v1/vaults/${vault}/events`).type('json').send(JSON.stringify(submission))),
    };
    return new TestOwner(door, this.world.clock).create();
  }

  /** One row, remembered over HTTP. */
  async remember(token: string, text: string, more: object = {}): Promise<Memory> {
    const response = await this.as(token)
      .post('/v1/memories')
      .send({ memories: [{ text, ...more }] });
    const [memory] = RememberReply.parse(response.body).memories;
    if (memory === undefined) throw new Refused(response);
    return memory;
  }

  /** The lines that have been logged since the first `from`. */
  lines(from = 0): LogLine[] {
    return this.logged.slice(from).map((line) => JSON.parse(line) as LogLine);
  }

  /** How many records each table holds, with the vault's head: what a refused request must leave as it was. */
  stored(): Record<string, unknown> {
    const db = new Database(this.world.database, { readonly: true });
    try {
      const counts: Record<string, unknown> = {};
      for (const table of db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").pluck().all()) {
        counts[String(table)] = db
          .prepare(`SELECT count(*) FROM ${String(table)}`)
          .pluck()
          .get();
      }
      counts['heads'] = db.prepare('SELECT hex(vault), head_seq, hex(head_hash) FROM vaults ORDER BY vault').raw().all();
      return counts;
    } finally {
      db.close();
    }
  }

  /** Expects a request to be refused with a code, as a whole problem document, and to have changed nothing. */
  async refuses(code: ErrorCode, send: () => PromiseLike<Response>): Promise<Problem> {
    const before = this.stored();
    const problem = problemIn(await send(), code);
    expectSame(this.stored(), before);
    return problem;
  }

  async close(): Promise<void> {
    await this.#server.close(1000);
    await this.world.close();
  }
}

/** The problem that a response carries, its status, media type and id checked. */
export function problemIn(response: Response, code: ErrorCode): Problem {
  const problem = Problem.parse(JSON.parse(response.text));
  expect({ code: problem.code, detail: problem.detail }).toEqual({ code, detail: problem.detail });
  expect(response.status).toBe(describeCode(code).status);
  expect(response.headers['content-type']).toBe('application/problem+json');
  expect(response.headers['cache-control']).toBe('no-store');
  expect(problem).toMatchObject({
    type: `urn:memsync:problem:${code}`,
    status: response.status,
    requestId: response.headers['x-request-id'],
  });
  return problem;
}

function body(response: Response): never {
  if (response.status !== 201) throw new Refused(response);
  return response.body as never;
}

function expectSame(now: unknown, before: unknown): void {
  expect(now).toEqual(before);
}
