import type { Clock } from '../../src/core/clock.ts';
import { TestOwner } from './owner.ts';

/** A new vault with its owner, over HTTP at `url`. */
export function ownerAt(url: string, clock: Clock): Promise<TestOwner> {
  const door = {
    create: (request: unknown) => post(`${url}/v1/vaults`, request),
    post: (vault: string, submission: unknown) => post(`${url}/v1/vaults/${vault}/events`, submission),
  };
  return new TestOwner(door, clock).create();
}

async function post(url: string, body: unknown): Promise<never> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as never;
}

/** Asks with a token; the parsed answer with its status. */
export async function ask(url: string, token: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const response = await fetch(url, body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
