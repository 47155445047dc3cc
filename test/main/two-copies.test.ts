import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { ask, ownerAt } from '../support/http-owner.ts';
import { Ground, type ServiceProcess } from '../support/process.ts';

const NO_JOBS = { MEMSYNC_JOBS: 'off' };

let ground: Ground;
let token: string;
let first: ServiceProcess;
beforeEach(async () => {
  ground = new Ground();
  first = await ground.start(NO_JOBS);
  token = await (await ownerAt(first.url, systemClock)).grant();
  await receipt(first);
});
afterEach(() => ground.close());

const at = (name: string): string => join(ground.folder, name);

async function remember(service: ServiceProcess, text: string) {
  const { status, body } = await ask(`${service.url}/v1/memories`, token, { memories: [{ text }] });
  return { status, code: body['code'] };
}

async function receipt(service: ServiceProcess) {
  const { status: at, body: found } = await ask(`${service.url}/v1/retrievals`, token, { query: 'anything' });
  // What a retrieval showed is written down, too.
  if (at !== 200) return { status: at, code: found['code'] };
  const sent = { retrievalId: found['id'], model: { label: 'm' }, output: { text: 'An answer.' } };
  const { status, body } = await ask(`${service.url}/v1/receipts`, token, sent);
  return { status, code: body['code'] };
}

/** Copies the data as it is on the disk, as somebody does who moves a service. */
async function copied(): Promise<Record<string, string>> {
  await first.stop();
  cpSync(at('data'), at('copy'), { recursive: true });
  first = await ground.start(NO_JOBS);
  return { ...NO_JOBS, MEMSYNC_DATA: at('copy') };
}

/** Forgets which process serves which database, as if they could not see one another: two machines with one key folder. */
function apart(): void {
  rmSync(at('keys/serving'), { recursive: true, force: true });
}

/** Waits until a process has written how far it has come: within a second or so. */
async function marked(before: string): Promise<void> {
  while (marks() === before) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** What the key folder remembers; nothing, for up to a second after the first thing there is to remember. */
const marks = (): string => (existsSync(at('keys/marks.json')) ? readFileSync(at('keys/marks.json'), 'utf8') : '');

describe('two processes on two copies of the data, with the same keys', () => {
  it('do not both start where they can see each other', async () => {
    const copy = await copied();
    await expect(ground.start(copy)).rejects.toThrow(/serves another database with the keys/);
    expect((await remember(first, 'still served')).status).toBe(201);
    await first.stop();
    expect(readdirSync(at('keys/serving'))).toEqual([]);
    // One after the other they may: nothing has parted yet but the row, which the copy lacks.
    const second = await ground.start(copy);
    expect(await remember(second, 'on the copy')).toEqual({ status: 500, code: 'vault_rolled_back' });
    await second.stop();
    expect(second.out + second.err).toContain('older than the key folder remembers');
  });

  it('part at the first thing that one has written: the other writes nothing more, and signs nothing', { timeout: 30_000 }, async () => {
    const copy = await copied();
    apart();
    const second = await ground.start(copy);
    let before = marks();
    expect((await remember(second, 'nothing has happened yet')).status).toBe(201);
    await marked(before);
    // The first finds in the key folder what it does not have itself.
    expect(await remember(first, 'another thing')).toEqual({ status: 500, code: 'data_forked' });
    expect(await receipt(first)).toEqual({ status: 500, code: 'data_forked' });
    before = marks();
    expect((await receipt(second)).status).toBe(201);
    await marked(before);
    expect((await remember(second, 'and it goes on')).status).toBe(201);
    expect((await remember(first, 'nothing ever again')).code).toBe('data_forked');
  });

  it('are told apart by the log alone', { timeout: 30_000 }, async () => {
    const copy = await copied();
    apart();
    const second = await ground.start(copy);
    const before = marks();
    expect((await receipt(first)).status).toBe(201);
    await marked(before);
    expect(await receipt(second)).toEqual({ status: 500, code: 'data_forked' });
    const log = (service: ServiceProcess) => fetch(`${service.url}/log/checkpoint`).then((reply) => reply.text());
    expect((await log(second)).split('\n')[1]).toBe('1');
    expect((await log(first)).split('\n')[1]).toBe('2');
    // Started again, the copy is behind what has been signed.
    await second.stop();
    await first.stop();
    await expect(ground.start(copy)).rejects.toThrow(/memsync restore/);
    await ground.start(NO_JOBS);
  });
});

it('two processes on one database with one key folder are no copies, however they take turns', { timeout: 30_000 }, async () => {
  const second = await ground.start(NO_JOBS);
  for (let i = 0; i < 6; i += 1) {
    const [one, other] = i % 2 === 0 ? [first, second] : [second, first];
    const before = marks();
    const both = await Promise.all([remember(one, `row ${i}`), remember(other, `another ${i}`), receipt(one), receipt(other)]);
    expect(both.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    await marked(before);
  }
  expect((await remember(first, 'and on')).status).toBe(201);
  expect((await receipt(second)).status).toBe(201);
});
