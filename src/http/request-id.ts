import type { IncomingMessage, ServerResponse } from 'node:http';
import { hex } from '../core/bytes.ts';
import type { Random } from '../core/random.ts';

const HEADER = 'x-request-id';
const GIVEN = /^[A-Za-z0-9._-]{1,64}$/;

/** Gives the answer the request's id: the caller's `x-request-id` where it is a plain one, a fresh one otherwise. */
export function nameRequest(request: IncomingMessage, response: ServerResponse, random: Random): void {
  const given = request.headers[HEADER];
  response.setHeader(HEADER, typeof given === 'string' && GIVEN.test(given) ? given : hex(random.bytes(8)));
}

/** The id that `nameRequest` gave. */
export function requestIdOf(response: ServerResponse): string {
  return String(response.getHeader(HEADER));
}
