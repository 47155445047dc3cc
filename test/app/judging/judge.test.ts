import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { Judge } from '../../../src/app/judging/judge.ts';
import { JUDGING_BOUNDS, type JudgingBounds } from '../../../src/app/judging/pool.ts';
import { KINDS } from '../../../src/claims/all-kinds.ts';
import type { Judgement } from '../../../src/claims/kind.ts';
import { readClaimTrust } from '../../../src/claims/trust.ts';
import { AT, RECEIPT } from '../../claims/pieces.ts';
import { kind } from './kinds/weather.ts';

const KINDS_HERE = { all: [kind], folder: new URL('./kinds/', import.meta.url) };

let running: Judge | null = null;
afterEach(async () => {
  await running?.stop();
  running = null;
});

/** One that knows the weather alone, and gives up as soon as can be told from a slow machine. */
function start(bounds: Partial<JudgingBounds> = {}, trust: unknown = null): Judge {
  running = new Judge({
    trust: readClaimTrust(trust, [kind]),
    post: null,
    kinds: KINDS_HERE,
    bounds: { ...JUDGING_BOUNDS, deadlineMs: 1500, memory: 64, threads: 1, ...bounds },
  });
  return running;
}

function report(judge: Judge, how?: string, sky = 'blue'): Promise<Judgement> {
  const artifact = { kind: 'report.v1', sky, ...(how === undefined ? {} : { how }) };
  return judge.judge('weather', { artifact, gathered: undefined, receipt: RECEIPT }, AT);
}

const PENDING = { status: 'pending', facts: [] };

describe('judging', () => {
  it('starts no thread before there is something to judge, and ends them all', async () => {
    const judge = start({ threads: 2 });
    expect(judge.threads).toBe(0);
    expect(await report(judge)).toEqual({
      status: 'verified',
      checks: [{ check: 'sky', status: 'verified', detail: 'The sky was blue.' }],
      facts: [{ name: 'sky', value: 'blue' }],
    });
    expect(judge.threads).toBe(1);
    expect((await report(judge, undefined, 'green')).status).toBe('failed');
    expect(judge.threads).toBe(1);
    await Promise.all([report(judge), report(judge), report(judge)]);
    expect(judge.threads).toBe(2);
    await judge.stop();
    await expect(report(judge)).rejects.toThrow(expect.objectContaining({ code: 'shutting_down' }));
  });

  it('goes by the trust, and by what was gathered', async () => {
    const judge = start({}, { version: 1, weather: { skies: ['green'] } });
    expect((await report(judge)).status).toBe('failed');
    const given = { artifact: { kind: 'report.v1', sky: 'green' }, gathered: { from: 'elsewhere' }, receipt: RECEIPT };
    expect(await judge.judge('weather', given, AT)).toMatchObject({ status: 'verified', facts: [{}, { value: '{"from":"elsewhere"}' }] });
  });

  it('knows the claims of this build where no others are given', async () => {
    const judge = new Judge({ trust: readClaimTrust(null), post: null });
    running = judge;
    for (const { text } of KINDS) {
      const one = await judge.judge(text.claim, { artifact: { kind: 'not.known' }, gathered: undefined, receipt: RECEIPT }, AT);
      expect([text.claim, one.status]).toEqual([text.claim, 'asserted']);
    }
  });
});

describe('a verifier that does not come to an end in good order', () => {
  it.each([
    ['hangs', 'hang', /took too long/],
    ['waits for what never comes', 'never', /took too long/],
    ['takes all the memory there is', 'allocate', /too much memory/],
    ['throws on the side', 'crash', /broke down/],
    ['ends the thread', 'exit', /broke down/],
    ['throws', 'throw', /broke down/],
  ])('leaves the evidence pending when it %s, and the next is judged as ever', async (_, how, said) => {
    const judge = start(/too long/.test(said.source) ? {} : { deadlineMs: 20_000 });
    const [one, next] = [await report(judge, how), await report(judge)];
    expect(one).toMatchObject(PENDING);
    expect(one.checks).toEqual([{ check: 'judging', status: 'pending', detail: expect.stringMatching(said) }]);
    expect(next.status).toBe('verified');
  });

  it('is not given the next piece where its thread has ended since', async () => {
    const judge = start({ deadlineMs: 20_000 });
    expect((await report(judge, 'crash later')).status).toBe('verified');
    await expect.poll(() => judge.threads, { timeout: 20_000 }).toBe(0);
    expect((await report(judge)).status).toBe('verified');
  });

  it('does not take those with it that wait in line', async () => {
    const judge = start({ waiting: 8 });
    const all = await Promise.all(['hang', undefined, 'exit', undefined, 'crash', undefined].map((how) => report(judge, how)));
    expect(all.map(({ status }) => status)).toEqual(['pending', 'verified', 'pending', 'verified', 'pending', 'verified']);
    expect(judge.threads).toBe(1);
  });

  it('leaves it pending where the claims cannot be loaded at all', async () => {
    const folder = new URL('./no-such-folder/', import.meta.url);
    const judge = new Judge({ trust: readClaimTrust(null), post: null, kinds: { all: [kind], folder } });
    running = judge;
    expect(await report(judge)).toMatchObject(PENDING);
  });

  it('is ended when the service stops', async () => {
    const judge = start({ deadlineMs: 60_000 });
    const [first, second] = [report(judge, 'hang'), report(judge)].map((one) => one.catch((error: unknown) => error));
    await judge.stop();
    expect(await first).toMatchObject({ code: 'shutting_down' });
    expect(await second).toMatchObject({ code: 'shutting_down' });
  });
});

describe('what waits', () => {
  it('is bounded, and what is too much is refused with a code', async () => {
    const judge = start({ waiting: 2 });
    const all = await Promise.allSettled([report(judge), report(judge), report(judge), report(judge)]);
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected']);
    expect(all[3]).toMatchObject({ reason: { code: 'judging_busy', status: 503 } });
    expect((await report(judge)).status).toBe('verified');
  });

  it('is bounded by how much it is, too; one alone may wait however large it is', async () => {
    const judge = start({ waiting: 100, waitingLength: 10 });
    const all = await Promise.allSettled([report(judge), report(judge), report(judge)]);
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(all[2]).toMatchObject({ reason: { code: 'judging_busy' } });
  });
});

describe('a thread', () => {
  it('hands on what a verifier refuses', async () => {
    const judge = start();
    await expect(report(judge, 'refuse')).rejects.toMatchObject({
      code: 'evidence_misplaced',
      message: 'It is for another day.',
      issues: [{ path: '/day', message: 'no' }],
    });
  });

  it('runs in Node by itself, and keeps no process from ending', async () => {
    const at = (path: string): string => JSON.stringify(new URL(`../../../src/${path}`, import.meta.url).href);
    const script = `
      import { Judge } from ${at('app/judging/judge.ts')};
      import { readClaimTrust } from ${at('claims/trust.ts')};
      const judge = new Judge({ trust: readClaimTrust(null), post: null });
      const { status } = await judge.judge('model', { artifact: { kind: 'not.known' }, gathered: undefined, receipt: {} }, 0);
      console.log(status, judge.threads);`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { timeout: 25_000 });
    expect(stdout).toBe('asserted 1\n');
  });

  it('has nothing of the environment', async () => {
    const judge = start();
    await expect(report(judge, 'look round')).rejects.toThrow(expect.objectContaining({ message: '{} 0' }));
  });
});
