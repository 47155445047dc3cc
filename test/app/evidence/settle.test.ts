import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runJob } from '../../../jobs/run.ts';
import { settleEvidenceJob } from '../../../jobs/settle-evidence.ts';
import { addEvidence } from '../../../src/app/evidence/add.ts';
import { evidenceHealth } from '../../../src/app/evidence/health.ts';
import { delayAfter, LOOKS } from '../../../src/app/evidence/look-again.ts';
import type { EvidenceNews } from '../../../src/app/evidence/news.ts';
import { readClaims } from '../../../src/app/evidence/read.ts';
import { issueReceipt } from '../../../src/app/issue-receipt.ts';
import { list } from '../../../src/app/list.ts';
import { remember } from '../../../src/app/remember.ts';
import { retrieve } from '../../../src/app/retrieve.ts';
import type { Services } from '../../../src/app/services.ts';
import type { TestOwner } from '../../support/owner.ts';
import { RIPENING } from '../../support/ripening/ripening.ts';
import { DAY, World } from '../../support/world.ts';

const MINUTE = 60_000;

let world: World;
let owner: TestOwner;
let app: string;
let receipt: string;
let told: EvidenceNews[];

beforeEach(async () => {
  world = await World.open();
  world.judging = RIPENING;
  await world.restart();
  owner = await world.owner();
  app = await owner.grant();
  receipt = await answer();
  told = [];
  world.services.evidenceTeller.listen((news) => told.push(news));
});
afterEach(() => world.close());

async function answer(): Promise<string> {
  await remember(world.services, app, { memories: [{ text: 'Allergic to hazelnuts' }] }, null);
  const { id } = await retrieve(world.services, app, { query: 'hazelnuts' });
  const output = { text: 'No nuts [m1].' };
  return (await issueReceipt(world.services, app, { retrievalId: id, model: { label: 'm' }, output }, null)).id;
}

const ripens = (inMinutes: number, more: object = {}) => ({
  kind: 'ripens',
  at: world.clock.now() + inMinutes * MINUTE,
  comes: 'verified',
  ...more,
});
const handIn = (evidence: Record<string, { kind: string }>) => addEvidence(world.services, app, receipt, { evidence }, null);

async function history(claim: string, of = receipt): Promise<string[]> {
  const { claims } = await readClaims(world.services, app, of);
  return claims.find((one) => one.claim === claim)?.history.map(({ reason, status }) => `${reason} ${status}`) ?? [];
}

async function claim(name: string) {
  const { claims } = await readClaims(world.services, app, receipt);
  return claims.find((one) => one.claim === name) ?? expect.fail();
}

const settle = (services: Services = world.services) => runJob(services, settleEvidenceJob, { worker: 'test' });
const due = () => world.services.store.addenda.dueOf(owner.vault, receipt);

/** Moves the clock on to the next look, and takes it. */
async function nextLook(): Promise<void> {
  const [next] = await due();
  if (next !== undefined && next.dueAt > world.clock.now()) world.clock.set(next.dueAt);
  expect(await settle()).toMatchObject({ outcome: 'done' });
}

describe('what is pending', () => {
  it('is looked at after one minute, two, four and so on, and an addendum is written when it has come to something else', async () => {
    await handIn({ settlement: ripens(5) });
    const began = world.clock.now();
    expect(await settle()).toMatchObject({ report: { looked: 0, changed: 0, pending: 1, due: 0 } });
    const looks: number[] = [];
    while ((await due()).length > 0) {
      looks.push(((await due())[0]?.dueAt ?? 0) - began);
      await nextLook();
    }
    expect(looks.map((ms) => ms / MINUTE)).toEqual([1, 3, 7]);
    expect(await history('settlement')).toEqual(['issued absent', 'evidence pending', 'recheck verified']);
    expect(await settle()).toMatchObject({ report: { looked: 0, pending: 0, due: 0 } });
    const { addenda } = await world.services.store.transfer.counts(owner.vault);
    expect(addenda).toBe(2);
    expect((await claim('settlement')).nextLookAt).toBeNull();
  });

  it('fails its claim for good where it comes to fail', async () => {
    await handIn({ settlement: ripens(1, { comes: 'failed' }), payment: ripens(1) });
    await nextLook();
    expect(await history('settlement')).toEqual(['issued absent', 'evidence pending', 'recheck failed']);
    expect(await history('payment')).toEqual(['issued absent', 'evidence pending', 'recheck verified']);
  });

  it('is not looked at before its time, nor where other evidence has come to something', async () => {
    await handIn({ settlement: ripens(0) });
    expect(await due()).toEqual([]);
    await handIn({ settlement: ripens(3) });
    world.clock.advance(MINUTE - 1);
    expect(await settle()).toMatchObject({ report: { looked: 0 } });
    world.clock.advance(1);
    expect(await settle()).toMatchObject({ report: { looked: 1, changed: 0 } });
    expect(await history('settlement')).toEqual(['issued absent', 'evidence verified', 'evidence verified']);
  });

  it('is given up aloud after the last look: its claim is asserted, the log and the metrics are told', async () => {
    const evidence = { settlement: ripens(0, { comes: 'pending' }) };
    await handIn(evidence);
    const began = world.clock.now();
    for (let look = 1; look < LOOKS; look += 1) await nextLook();
    expect(told).toEqual([]);
    expect(await history('settlement')).toEqual(['issued absent', 'evidence pending']);
    await nextLook();
    expect(world.clock.now() - began).toBeGreaterThan(5 * DAY);
    expect(world.clock.now() - began).toBeLessThan(9 * DAY);
    expect(await history('settlement')).toEqual(['issued absent', 'evidence pending', 'given_up asserted']);
    const { checks, history: steps } = await claim('settlement');
    expect(checks.map(({ check, status }) => [check, status])).toEqual([
      ['ripe', 'asserted'],
      ['given_up', 'asserted'],
    ]);
    expect(steps.at(-1)).toMatchObject({ by: 'service', reason: 'given_up', judged: 'asserted' });
    const { addendum } = steps[1] ?? expect.fail();
    expect(told).toEqual([{ kind: 'given_up', vault: owner.vault, receipt, claim: 'settlement', addendum, looks: LOOKS, erased: false }]);
    expect(await due()).toEqual([]);
    expect(await settle()).toMatchObject({ report: { looked: 0, pending: 0 } });
    // New evidence begins anew, and so does the same.
    expect((await handIn(evidence)).added).toMatchObject([{ judged: 'pending', status: 'pending' }]);
    await handIn({ settlement: ripens(0, { note: 'another' }) });
    expect((await claim('settlement')).status).toBe('verified');
  });

  it('is given up aloud at its next look where its artefact has been erased with a row', async () => {
    await handIn({ settlement: ripens(1) });
    const [row] = (await list(world.services, app, {})).memories;
    await owner.post('erased', { scope: 'rows', rows: [row?.id ?? ''] });
    await nextLook();
    expect(await history('settlement')).toEqual(['issued absent', 'evidence pending', 'given_up asserted']);
    expect(told).toMatchObject([{ kind: 'given_up', claim: 'settlement', looks: 0, erased: true }]);
    const steps = (await claim('settlement')).history;
    expect(steps.map(({ evidence }) => evidence?.erased ?? null)).toEqual([null, true, true]);
    expect(await due()).toEqual([]);
  });

  it('waits while nobody has its vault open, however late that is', async () => {
    await handIn({ settlement: ripens(1) });
    await world.restart();
    world.clock.advance(30 * DAY);
    expect(await settle()).toMatchObject({ report: { looked: 0, pending: 1, due: 1 } });
    await list(world.services, app, {});
    expect(await settle()).toMatchObject({ report: { looked: 1, changed: 1, pending: 0 } });
    expect(await history('settlement')).toEqual(['issued absent', 'evidence pending', 'recheck verified']);
  });

  it('that is due and is not pending is due no more', async () => {
    await handIn({ settlement: ripens(0) });
    await world.services.writer.submit({
      prepare: async () => ({ tail: (await world.services.vaults.acquire(owner.vault)).state }),
      build: (_, { draft }) => {
        for (const number of [1, 7]) draft.dues.push({ receipt, number, dueAt: 0, looks: 0 });
      },
    });
    expect(await settle()).toMatchObject({ report: { looked: 0, pending: 0 } });
    expect(await history('settlement')).toEqual(['issued absent', 'evidence verified']);
  });
});

it('waits twice as long from look to look, and never more than a day', () => {
  expect([0, 1, 2, 10, 11, 50].map((looks) => delayAfter(looks) / MINUTE)).toEqual([1, 2, 4, 1024, 1440, 1440]);
});

it('is told to whoever asks how the service is, with what has been due for over a day', async () => {
  expect(await evidenceHealth(world.services)).toEqual({});
  await handIn({ settlement: ripens(1) });
  expect(await evidenceHealth(world.services)).toEqual({ evidence: { pending: 1, due: 0, overdue: 0 } });
  world.clock.advance(MINUTE);
  expect(await evidenceHealth(world.services)).toEqual({ evidence: { pending: 1, due: 1, overdue: 0 } });
  world.clock.advance(DAY);
  expect(await evidenceHealth(world.services)).toEqual({ evidence: { pending: 1, due: 1, overdue: 1 } });
});
