import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { z } from 'zod';
import type { CaseSummary } from '../../../schemas/case.ts';
import type { GateCondition, GatePolicy } from '../../../schemas/gate.ts';
import type { Memory } from '../../../schemas/memory.ts';
import { makeDesk } from '../../../src/app/desks/make.ts';
import { MemSyncClient } from '../../../src/sdk/client.ts';
import { answer, GATE, GOOD, TestReviewer } from '../../support/desks.ts';
import type { TestOwner } from '../../support/owner.ts';
import { Site } from '../../support/site.ts';
import { DAY } from '../../support/world.ts';

let site: Site;
let owner: TestOwner;
let token: string;
let app: MemSyncClient;
let ana: TestReviewer;
let row: Memory;
let receipt: string;

beforeAll(async () => {
  site = await Site.open();
  await makeDesk(site.world.services, 'front');
  ana = await TestReviewer.at(site.url, site.world.services, 'front', 'ana');
});
afterAll(() => site.close());
beforeEach(async () => {
  owner = await site.owner();
  token = await owner.grant();
  app = new MemSyncClient({ url: site.url, token });
  receipt = await answer(app, 'Keeps bees');
  const [found] = (await app.list()).memories;
  if (found === undefined) throw new Error('no row');
  row = found;
});

type Condition = z.input<typeof GateCondition>;
const policy = (...require: Condition[]): z.input<typeof GatePolicy> => ({ ...GATE, require });
const opened = (...require: Condition[]): Promise<CaseSummary> => app.openCase({ receipt, gate: policy(...require) });
/** Asked by the reviewer, whose token opens no vault. */
const isOpen = async ({ id }: CaseSummary): Promise<boolean> => (await ana.client.askGate(id)).open;
/** Nobody has the vault's keys in memory any more. */
const lock = (): void => site.world.services.vaults.clear();

it('answers 204 with the state of the case, or 423 with what is missing, and takes nothing else', async () => {
  const one = await opened({ claim: 'model', status: 'verified' });
  const ask = () => site.as(ana.token).get(`/v1/cases/${one.id}/gate`);
  const shut = await ask();
  expect([shut.status, shut.body.code, shut.body.issues.length, shut.body.context]).toEqual([
    423,
    'gate_shut',
    1,
    { state: 'hold', overridden: false, rejected: false },
  ]);
  await app.addEvidence(receipt, { evidence: GOOD });
  const answered = await ask();
  expect([answered.status, answered.text, answered.headers['memsync-case-state'], answered.headers['cache-control']]).toEqual([
    204,
    '',
    'hold',
    'no-store',
  ]);
  await ana.decide(one.id, { decision: 'clear' });
  expect((await ask()).headers['memsync-case-state']).toBe('clear');
  expect((await site.as(ana.token).get(`/v1/cases/${one.id}/gate?x=1`)).status).toBe(400);
  expect((await site.as(ana.token).head(`/v1/cases/${one.id}`)).status).toBe(405);
});

it('a review that a policy calls for is left out of account when a reviewer gives it', async () => {
  const one = await opened({ review: 'cleared' });
  expect(await isOpen(one)).toBe(false);
  await ana.decide(one.id, { decision: 'clear' });
  expect(await isOpen(one)).toBe(true);
  await ana.decide(one.id, { decision: 'hold' });
  expect(await isOpen(one)).toBe(false);
});

it('asks the ledger how rows stand now, with the vault locked', async () => {
  const one = await opened({ memory: 'no_contested_cited' });
  const two = await opened({ memory: 'active_validated', withinDays: 30 });
  const three = await opened({ memory: 'all_standing' });
  lock();
  expect([await isOpen(one), await isOpen(two), await isOpen(three)]).toEqual([true, false, true]);
  expect(site.world.services.vaults.open.get(owner.vault)?.grants.size).toBe(0);

  await owner.confirm(row);
  lock();
  expect(await isOpen(two)).toBe(true);
  const [shown] = (await ana.client.showCase(two.id)).rows;
  expect(shown).toMatchObject({ lastValidatedAt: null, now: { standing: 'live', version: 1 } });
  expect(shown?.now.lastValidatedAt).not.toBeNull();
  site.world.clock.advance(31 * DAY);
  expect(await isOpen(two)).toBe(false);

  const doubter = new MemSyncClient({ url: site.url, token: await owner.grant({ capabilities: ['contest', 'list'] }) });
  await doubter.contest(row.id);
  lock();
  expect([await isOpen(one), await isOpen(three)]).toEqual([false, false]);
});

it('tells how far a row may steer now as the ledger has it, whether its vault is open or not', async () => {
  const one = await opened({ memory: 'all_standing' });
  const tier = async (): Promise<string | undefined> => (await ana.client.showCase(one.id)).rows[0]?.now.tier;
  const seen: (string | undefined)[][] = [];
  for (const days of [0, 400, 4000]) {
    site.world.clock.advance(days * DAY);
    const open = (await app.show(row.id)).tier;
    const told = await tier();
    lock();
    seen.push([open, told, await tier()]);
  }
  for (const [open, told, locked] of seen) expect([told, locked]).toEqual([open, open]);
  expect(new Set(seen.map(([open]) => open)).size).toBeGreaterThan(1);
});

it('counts a row that is erased, and does not name it any more', async () => {
  const one = await opened({ memory: 'all_standing' });
  await ana.client.showCase(one.id);
  await owner.post('erased', { scope: 'rows', rows: [row.id] });
  expect(await isOpen(one)).toBe(false);
  const shown = await ana.client.showCase(one.id);
  expect([shown.rowsGone, shown.rows, shown.seen.gateOpen]).toEqual([1, [], false]);
  expect(JSON.stringify(shown)).not.toContain(row.id);
  // One that is opened afterwards is told of what is left alone.
  const late = await opened({ memory: 'all_standing' });
  expect((await ana.client.showCase(late.id)).rowsGone).toBe(1);
  await ana.decide(one.id, { decision: 'hold' });
});

it('is shut once the vault is erased, and the desk has nothing left', async () => {
  const one = await opened({ claim: 'model', status: 'asserted' });
  expect(await isOpen(one)).toBe(true);
  const device = new MemSyncClient({ url: site.url, token: await owner.device() });
  await ana.decide(one.id, { decision: 'hold', reason: 'a reason of one’s own' });
  await owner.post('erased', { scope: 'vault' });
  await expect
    .poll(() =>
      ana.client.showCase(one.id).then(
        () => 'shown',
        (error: { code: string }) => error.code,
      ),
    )
    .toBe('vault_erased');
  expect(await isOpen(one)).toBe(false);
  expect((await ana.client.cases({ receipt })).cases).toMatchObject([{ id: one.id, state: 'hold' }]);
  const { entries } = await device.caseEntries(owner.vault);
  expect(entries.map(({ happened, entry }) => [happened, entry])).toEqual([
    [null, null],
    [null, null],
    [null, null],
  ]);
});
