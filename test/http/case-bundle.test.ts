import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CaseBundle } from '../../schemas/case-bundle.ts';
import type { CaseSummary } from '../../schemas/case.ts';
import { makeDesk } from '../../src/app/desks/make.ts';
import { removeReviewer } from '../../src/app/desks/reviewers.ts';
import { hex } from '../../src/core/bytes.ts';
import { type CaseBundleTrust, verifyCaseBundle } from '../../src/review/verify-case.ts';
import { MemSyncClient } from '../../src/sdk/client.ts';
import { answerWithCase, BAD, GOOD, TestReviewer } from '../support/desks.ts';
import { problemIn, Site } from '../support/site.ts';

let site: Site;
let device: MemSyncClient;
let app: MemSyncClient;
let ana: TestReviewer;
let bea: TestReviewer;
let cai: TestReviewer;
let one: CaseSummary;

/** An answer that was overridden, proved, cleared on that, reopened and rejected. */
beforeAll(async () => {
  site = await Site.open();
  const { services } = site.world;
  for (const desk of ['front', 'back']) await makeDesk(services, desk);
  ana = await TestReviewer.at(site.url, services, 'front', 'ana');
  bea = await TestReviewer.at(site.url, services, 'front', 'bea');
  cai = await TestReviewer.at(site.url, services, 'back', 'cai');
  const owner = await site.owner();
  [app, device] = [await owner.grant(), await owner.device()].map((token) => new MemSyncClient({ url: site.url, token })) as [
    MemSyncClient,
    MemSyncClient,
  ];
  one = await answerWithCase(app, 'front');
  const first = await ana.decide(one.id, { decision: 'clear', override: { second: null }, reason: 'The fair opens today.' });
  await bea.decide(one.id, { decision: 'clear', override: { second: first.decision.payload.decisionId } });
  await app.addEvidence(one.receipt, { evidence: GOOD });
  await ana.client.handOver(one.id, { to: 'bea', note: 'Proved by now.' });
  await bea.decide(one.id, { decision: 'clear' });
  await app.addEvidence(one.receipt, { evidence: BAD });
  await bea.decide(one.id, { decision: 'reject' });
});
afterAll(() => site.close());

const keys = (...reviewers: TestReviewer[]): string[] => reviewers.map(({ key }) => hex(key.publicKey));
const trust = (more: Partial<CaseBundleTrust> = {}): CaseBundleTrust => ({ verifierKeys: site.world.verifierKeys, ...more });
const now = (): number => site.world.clock.now();

describe('GET /v1/cases/{id}/bundle', () => {
  it('hands a reviewer of the desk the statements as a file, and leaves no trace of a look', async () => {
    const before = [site.world.services.log.size, (await ana.client.cases()).cases[0]?.revision];
    const response = await site.as(ana.token).get(`/v1/cases/${one.id}/bundle`);
    expect([response.status, response.headers['content-disposition'], response.headers['cache-control']]).toEqual([
      200,
      `attachment; filename="${one.id}.json"`,
      'no-store',
    ]);
    const bundle = CaseBundle.parse(response.body);
    expect(bundle.reviewers).toEqual([ana, bea].map((who, i) => ({ id: who.id, name: ['ana', 'bea'][i], key: hex(who.key.publicKey) })));
    expect(response.text).not.toMatch(/bees|cai|msr_/);
    expect([site.world.services.log.size, (await ana.client.cases()).cases[0]?.revision]).toEqual(before);
    const head = await site.as(ana.token).head(`/v1/cases/${one.id}/bundle`);
    expect([head.status, head.headers['content-length']]).toEqual([200, response.headers['content-length']]);
  });

  it('shows nobody else what the case does not show them', async () => {
    await expect(cai.client.caseBundle(one.id)).rejects.toMatchObject({ code: 'case_unknown' });
    for (const client of [app, device]) {
      await expect(client.showCase(one.id)).rejects.toMatchObject({ code: 'capability_missing' });
      await expect(client.caseBundle(one.id)).rejects.toMatchObject({ code: 'capability_missing' });
    }
    for (const id of ['cse_1', `cse_${'0'.repeat(32)}`]) {
      problemIn(await site.as(ana.token).get(`/v1/cases/${id}/bundle`), id === 'cse_1' ? 'input_invalid' : 'case_unknown');
    }
  });

  it('is verified offline by whoever has the keys, against the receipt and without', async () => {
    const text = JSON.stringify(await bea.client.caseBundle(one.id));
    const receipt = JSON.stringify(await app.bundle(one.receipt));
    const shown = verifyCaseBundle(text, trust({ reviewers: keys(ana, bea), vault: one.vault }), now(), { receipt });
    const live = await bea.client.showCase(one.id);
    const decisions = shown.steps.flatMap(({ happened }) => (happened.kind === 'decided' ? [happened] : []));
    expect(decisions.map(({ decisionId, beforeProof, unheard }) => [decisionId, beforeProof, unheard])).toEqual(
      live.decisions.map(({ payload, beforeProof, unheard }) => [payload.decisionId, beforeProof, unheard]),
    );
    expect(decisions.map(({ beforeProof }) => beforeProof)).toEqual([true, true, false, false]);
    expect(shown).toMatchObject({ state: live.state, reopened: 1, override: live.override, receipt: one.receipt });
    expect(verifyCaseBundle(text, trust(), now()).steps.map(({ logIndex }) => logIndex)).toEqual(
      shown.steps.map(({ logIndex }) => logIndex),
    );
    const refused = (bundle: string, by: CaseBundleTrust, held?: string) => () => verifyCaseBundle(bundle, by, now(), { receipt: held });
    expect(refused(text, trust({ reviewers: keys(ana) }))).toThrow(expect.objectContaining({ code: 'key_untrusted' }));
    const other = JSON.stringify(await app.bundle((await answerWithCase(app, 'front')).receipt));
    expect(refused(text, trust(), other)).toThrow(expect.objectContaining({ code: 'receipt_mismatch' }));
    const { addenda, ...rest } = await app.bundle(one.receipt);
    const early = JSON.stringify({ ...rest, addenda: addenda?.slice(0, 1) });
    expect(refused(text, trust(), early)).toThrow(expect.objectContaining({ code: 'receipt_mismatch' }));
  });

  it('goes on naming whoever has left, and is not theirs any more', async () => {
    await removeReviewer(site.world.services, 'front', 'ana');
    await expect(ana.client.caseBundle(one.id)).rejects.toMatchObject({ code: 'token_invalid' });
    const text = JSON.stringify(await bea.client.caseBundle(one.id));
    expect(verifyCaseBundle(text, trust({ reviewers: keys(ana, bea) }), now()).steps[2]?.by.name).toBe('ana');
  });
});
