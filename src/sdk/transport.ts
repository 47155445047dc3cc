import type { z } from 'zod';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import { errorFrom } from './problem.ts';

/** Where the service is, and how it is reached. */
export interface TransportOptions {
  /** `http://127.0.0.1:8787`; a path before `/v1` is kept. */
  readonly url: string;
  /** A bearer token, `msk_…`; null for what needs none. */
  readonly token?: string | null;
  readonly fetch?: typeof fetch;
  /** How long an answer may take, in milliseconds; 60,000 unless told otherwise. */
  readonly timeoutMs?: number;
}

/** One request. `body` is sent as JSON. */
export interface Call {
  readonly method?: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  readonly idempotencyKey?: string | undefined;
  /** How long this answer may take, in milliseconds, where that is longer than usual. */
  readonly timeoutMs?: number;
}

/** Requests to one service. Every failure is a `MemSyncError`: the service's own code, or `service_unreachable`, or `service_lied`. */
export class Transport {
  readonly #url: string;
  readonly #token: string | null;
  readonly #fetch: typeof fetch;
  readonly #timeoutMs: number;

  constructor(options: TransportOptions) {
    this.#url = options.url.replace(/\/+$/, '');
    this.#token = options.token ?? null;
    this.#fetch = options.fetch ?? fetch;
    this.#timeoutMs = options.timeoutMs ?? 60_000;
  }

  /** The answer to a call, checked against the contract. @throws {MemSyncError} `service_lied` when it does not fit */
  async json<T>(call: Call, reply: z.ZodType<T>): Promise<T> {
    return (await this.dated(call, reply)).value;
  }

  /** As `json`, with when the service's clock says that the answer was sent (milliseconds; null without a date). */
  async dated<T>(call: Call, reply: z.ZodType<T>): Promise<{ value: T; date: number | null }> {
    const { body, date } = await this.#answer(call);
    let value: unknown;
    try {
      value = JSON.parse(new TextDecoder().decode(body));
    } catch (cause) {
      throw new MemSyncError('service_lied', `The answer to ${nameOf(call)} is not JSON.`, { cause });
    }
    const parsed = reply.safeParse(value);
    if (parsed.success) return { value: parsed.data, date };
    const at = parsed.error.issues[0]?.path.join('/') ?? '';
    throw new MemSyncError('service_lied', `The answer to ${nameOf(call)} does not fit the contract at “/${at}”.`, { cause: parsed.error });
  }

  async text(call: Call): Promise<string> {
    return new TextDecoder().decode(await this.bytes(call));
  }

  async bytes(call: Call): Promise<Uint8Array> {
    return (await this.#answer(call)).body;
  }

  async #answer(call: Call): Promise<{ body: Uint8Array; date: number | null }> {
    try {
      const response = await this.#fetch(this.#address(call), {
        method: call.method ?? 'GET',
        headers: this.#headers(call),
        body: call.body === undefined ? null : JSON.stringify(call.body),
        // A token must not follow a redirect to somewhere else.
        redirect: 'error',
        signal: AbortSignal.timeout(Math.max(this.#timeoutMs, call.timeoutMs ?? 0)),
      });
      const body = new Uint8Array(await response.arrayBuffer());
      if (!response.ok) throw errorFrom(response.status, new TextDecoder().decode(body));
      const date = Date.parse(response.headers.get('date') ?? '');
      return { body, date: Number.isNaN(date) ? null : date };
    } catch (cause) {
      if (isMemSyncError(cause)) throw cause;
      throw new MemSyncError('service_unreachable', `${this.#url} does not answer${reasonOf(cause)}.`, { cause });
    }
  }

  #address({ path, query = {} }: Call): string {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
    return `${this.#url}${path}${search.size === 0 ? '' : `?${search.toString()}`}`;
  }

  #headers({ body, idempotencyKey }: Call): Record<string, string> {
    const headers: Record<string, string> = { accept: 'application/json, application/problem+json, text/plain' };
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (this.#token !== null) headers['authorization'] = `Bearer ${this.#token}`;
    if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey;
    return headers;
  }
}

function nameOf(call: Call): string {
  return `${call.method ?? 'GET'} ${call.path}`;
}

/** ` (ECONNREFUSED)`, where the machine says why. */
function reasonOf(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string') return ` (${cause.code})`;
    if (cause.name === 'TimeoutError') return ' in time';
  }
  return '';
}
