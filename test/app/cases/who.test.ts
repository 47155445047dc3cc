import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDesk } from '../../../src/app/desks/make.ts';
import { removeReviewer } from '../../../src/app/desks/reviewers.ts';
import { MemSyncClient } from '../../../src/sdk/client.ts';
import type { CaseSummary } from '../../../schemas/case.ts';
import { answer, answerWithCase, GATE, TestReviewer } from '../../support/desks.ts';
import type { TestOwner } from '../../support/owner.ts';
import { problemIn, Site } from '../../support/site.ts';

let site: Site;
let owners: TestOwner[];
/** An app of each vault. */
let apps: MemSyncClient[];
let ana: TestReviewer;
let bea: TestReviewer;
let cai: TestReviewer;
/** At the front desk, one of each vault; at the back desk, one of the first. */
let front: CaseSummary[];
let back: CaseSummary;

const coded = (code: string): unknown => expect.objectContaining({ code });
const clientOf = (token: string): MemSyncClient => new MemSyncClient({ url: site.url, token });
const ids = async (client: MemSyncClient, query = {}): Promise<string[]> =>
  (await client.cases(query)).cases.map(({ id }) => id).toSorted();
const sorted = (...cases: CaseSummary[]): string[] => cases.map(({ id }) => id).toSorted();

beforeAll(async () => {
  site = await Site.open();
  const { services } = site.world;
  await makeDesk(services, 'front');
  await makeDesk(services, 'back');
  ana = await TestReviewer.at(site.url, services, 'front', 'ana');
  bea = await TestReviewer.at(site.url, services, 'front', 'bea');
  cai = await TestReviewer.at(site.url, services, 'back', 'cai');
  owners = [await site.owner(), await site.owner()];
  apps = await Promise.all(owners.map(async (owner) => clientOf(await owner.grant())));
  front = [];
  for (const app of apps) front.push(await answerWithCase(app, 'front'));
  const [app] = apps;
  back = await answerWithCase(app as MemSyncClient, 'back');
});
afterAll(() => site.close());

describe('a desk', () => {
  it('sees its cases across vaults, and no other desk’s', async () => {
    expect(await ids(ana.client)).toEqual(sorted(...front));
    expect(await ids(cai.client)).toEqual(sorted(back));
    for (const one of front) expect((await bea.client.showCase(one.id)).id).toBe(one.id);
    for (const call of ['showCase', 'askGate'] as const)
      await expect(cai.client[call](front[0]?.id ?? '')).rejects.toThrow(coded('case_unknown'));
    await expect(cai.client.handOver(front[0]?.id ?? '', { to: 'cai' })).rejects.toThrow(coded('case_unknown'));
    await expect(cai.client.cases({ desk: 'front' })).rejects.toThrow(coded('desk_unknown'));
    expect(await ids(cai.client, { desk: 'back', receipt: back.receipt, state: 'hold' })).toEqual(sorted(back));
    expect(await ids(cai.client, { receipt: front[0]?.receipt })).toEqual([]);
  });

  it('is told to its reviewers, with the hash of each one’s key', async () => {
    const desk = await bea.client.desk();
    expect(desk).toMatchObject({ name: 'front', me: bea.id });
    expect(desk.reviewers.map(({ name, removedAt }) => [name, removedAt])).toEqual([
      ['ana', null],
      ['bea', null],
    ]);
    await expect(apps[0]?.desk()).rejects.toThrow(coded('capability_missing'));
  });

  it('hands a case to one of its own; whoever it is with finds it', async () => {
    const [one] = front;
    const id = one?.id ?? '';
    expect((await ana.client.handOver(id, { to: 'bea', note: 'yours' })).assigned).toEqual({ id: bea.id, name: 'bea' });
    expect([await ids(bea.client, { assigned: 'me' }), await ids(ana.client, { assigned: 'me' })]).toEqual([[id], []]);
    expect((await bea.client.showCase(id)).timeline.at(-2)).toMatchObject({ what: 'handed_over', by: { name: 'ana' } });
    for (const to of ['cai', cai.id, 'nobody']) await expect(ana.client.handOver(id, { to })).rejects.toThrow(coded('reviewer_unknown'));
  });

  it('opens another case over a receipt that it has one of, and over no other', async () => {
    const [one] = front;
    const again = await ana.client.openCase({ receipt: one?.receipt ?? '', gate: { ...GATE, version: 2 }, note: 'once more' });
    expect(again).toMatchObject({ receipt: one?.receipt, vault: one?.vault, desk: { name: 'front' }, revision: 1 });
    const shown = await bea.client.showCase(again.id);
    expect([shown.openedBy, shown.gate.policy.version, shown.rows.length]).toEqual([ana.id, 2, 1]);
    await expect(cai.client.openCase({ receipt: one?.receipt ?? '', gate: GATE })).rejects.toThrow(coded('receipt_unknown'));
    await expect(ana.client.openCase({ receipt: one?.receipt ?? '', gate: GATE, desk: 'back' })).rejects.toThrow(coded('desk_unknown'));
    front.push(again);
  });
});

describe('a vault', () => {
  it('has its cases found by its devices and reviewing grants, an app’s over its own receipts', async () => {
    const [owner] = owners;
    const [app, stranger] = apps;
    const mine = sorted(...front.filter(({ vault }) => vault === owner?.vault), back);
    const device = clientOf((await owner?.device()) ?? '');
    const review = clientOf((await owner?.grant({ capabilities: ['review'], role: 'reviewer' })) ?? '');
    const other = clientOf((await owner?.grant()) ?? '');
    const silent = clientOf((await owner?.grant({ capabilities: ['remember'] })) ?? '');
    expect([await ids(device), await ids(review), await ids(app as MemSyncClient), await ids(other)]).toEqual([mine, mine, mine, []]);
    expect(await ids(device, { desk: 'back' })).toEqual(sorted(back));
    expect((await ids(stranger as MemSyncClient)).some((id) => mine.includes(id))).toBe(false);
    await expect(ids(silent)).rejects.toThrow(coded('capability_missing'));

    for (const one of [device, review, app]) expect((await one?.askGate(back.id))?.open).toBe(false);
    for (const one of [other, stranger]) await expect(one?.askGate(back.id)).rejects.toThrow(coded('case_unknown'));
    // Who looks is known: so only reviewers do.
    for (const one of [device, review, app]) await expect(one?.showCase(back.id)).rejects.toThrow(coded('capability_missing'));
    for (const one of [device, review])
      expect((await one.openCase({ receipt: back.receipt, gate: GATE, desk: 'back' })).state).toBe('hold');
    await expect(other.openCase({ receipt: back.receipt, gate: GATE, desk: 'back' })).rejects.toThrow(coded('receipt_unknown'));
    await expect(silent.openCase({ receipt: back.receipt, gate: GATE, desk: 'back' })).rejects.toThrow(coded('capability_missing'));
  });

  it('has the entries of its cases explained, without a word of the desk’s', async () => {
    const [owner] = owners;
    const device = clientOf((await owner?.device()) ?? '');
    const { entries, cursor } = await device.caseEntries(owner?.vault ?? '');
    expect([cursor, new Set(entries.map(({ happened }) => happened))]).toEqual([null, new Set(['opened', 'viewed', 'handed_over'])]);
    expect(JSON.stringify(entries)).not.toMatch(/yours|look at this|once more/);
    for (const { logIndex, entry } of entries) {
      const bundle = await site.world.services.store.tile(-1, Math.floor(logIndex / 256));
      expect(Buffer.from(bundle ?? []).toString('hex')).toContain(entry ?? 'nothing');
    }
    await expect(apps[0]?.caseEntries(owner?.vault ?? '')).rejects.toThrow(coded('capability_missing'));
    await expect(ana.client.caseEntries(owner?.vault ?? '')).rejects.toThrow(coded('capability_missing'));
    await expect(device.caseEntries(owners[1]?.vault ?? '')).rejects.toThrow(coded('vault_unknown'));
  });

  it('is open to none of a desk’s tokens, and a desk to none of its', async () => {
    const routes = [
      '/v1/memories',
      '/v1/receipts',
      `/v1/receipts/${back.receipt}`,
      `/v1/receipts/${back.receipt}/bundle`,
      `/v1/vaults/${back.vault}/head`,
    ];
    for (const path of routes) problemIn(await site.as(cai.token).get(path), 'token_invalid');
    problemIn(await site.as(cai.token).post('/v1/retrievals').send({ query: 'bees' }), 'token_invalid');
    problemIn(await site.api.get('/v1/cases'), 'token_missing');
    problemIn(await site.as(`${cai.token.slice(0, -1)}x`).get('/v1/cases'), 'token_invalid');
  });
});

describe('a receipt', () => {
  it('has a case opened once by the same key, and by another request under it none', async () => {
    const [app] = apps;
    const receipt = await answer(app as MemSyncClient);
    const request = { receipt, gate: GATE, desk: 'front' };
    const one = await app?.openCase(request, { idempotencyKey: 'k1' });
    expect(await app?.openCase(request, { idempotencyKey: 'k1' })).toEqual(one);
    await expect(app?.openCase({ ...request, note: 'other' }, { idempotencyKey: 'k1' })).rejects.toThrow(coded('idempotency_conflict'));
    expect((await app?.cases({ receipt }))?.cases).toEqual([one]);
    const again = { receipt, gate: GATE };
    const two = await ana.client.openCase(again, { idempotencyKey: 'k1' });
    expect(await ana.client.openCase(again, { idempotencyKey: 'k1' })).toEqual(two);
    expect(two.id).not.toBe(one?.id);
  });

  it('has no case opened by what does not read, at a desk that there is not, or one too many', async () => {
    const [app] = apps;
    const receipt = await answer(app as MemSyncClient);
    const body = (more: object) =>
      site
        .as(ana.token)
        .post('/v1/cases')
        .send({ receipt, gate: GATE, desk: 'front', ...more });
    const problem = problemIn(await body({ gate: { ...GATE, require: [{ claim: 'nonsense' }] } }), 'gate_malformed');
    expect(problem.issues).toMatchObject([{ path: '/require/0/claim' }]);
    problemIn(await body({ gate: { ...GATE, require: [] } }), 'gate_malformed');
    problemIn(await body({ note: '' }), 'input_invalid');
    await expect(app?.openCase({ receipt, gate: GATE, desk: 'side' })).rejects.toThrow(coded('desk_unknown'));
    await expect(app?.openCase({ receipt, gate: GATE })).rejects.toThrow(coded('desk_unknown'));
    const opening = (): Promise<CaseSummary> => (app as MemSyncClient).openCase({ receipt, gate: GATE, desk: 'front' });
    const made = await Promise.allSettled(Array.from({ length: 40 }, opening));
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(32);
    expect(made.find((one) => one.status === 'rejected')).toMatchObject({ reason: { code: 'case_full' } });
  });

  it('that leans on rows out of a grant’s reach is shown to no desk by that grant', async () => {
    const [owner] = owners;
    await owner?.addCollection('apart');
    const wide = clientOf((await owner?.grant({ collections: ['default', 'apart'] })) ?? '');
    await wide.remember({ memories: [{ text: 'Sails on Sundays', collection: 'apart' }] });
    const receipt = await answer(wide, 'Sails on Sundays');
    const narrow = clientOf((await owner?.grant({ capabilities: ['review'], collections: ['default'] })) ?? '');
    await expect(narrow.openCase({ receipt, gate: GATE, desk: 'front' })).rejects.toThrow(coded('scope_exceeded'));
    expect((await wide.openCase({ receipt, gate: GATE, desk: 'front' })).state).toBe('hold');
  });
});

it('a reviewer who is removed is out at once, and what they did stays', async () => {
  const [one] = front;
  const id = one?.id ?? '';
  await bea.decide(id, { decision: 'hold', reason: 'not yet' });
  await removeReviewer(site.world.services, 'front', 'bea');
  await expect(bea.client.cases()).rejects.toThrow(coded('token_invalid'));
  const shown = await ana.client.showCase(id);
  expect(shown.decisions).toMatchObject([{ reviewer: { name: 'bea' }, payload: { reason: 'not yet' } }]);
  await expect(ana.client.handOver(id, { to: 'bea' })).rejects.toThrow(coded('reviewer_unknown'));
});

it('no token of a reviewer’s is taken out of a URL, and none is logged', async () => {
  const from = site.logged.length;
  problemIn(await site.api.get(`/v1/cases?cursor=${ana.token}`), 'input_invalid');
  problemIn(await site.api.get(`/v1/cases?cursor=msr%5F${ana.token.slice(4)}`), 'input_invalid');
  await site.as(ana.token).get('/v1/cases');
  await site.as(ana.token).get(`/v1/cases/${back.id}`);
  expect(site.logged.slice(from).join('\n')).not.toContain(ana.token.slice(4));
  expect(site.logged.join('\n')).not.toMatch(/look at this|not yet|yours/);
});
