import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeDesk } from '../../../src/app/desks/make.ts';
import { MemSyncClient } from '../../../src/sdk/client.ts';
import { answerWithCase, BAD, GOOD, TestReviewer } from '../../support/desks.ts';
import { Site } from '../../support/site.ts';
import { DAY } from '../../support/world.ts';

let site: Site;
let app: MemSyncClient;
let ana: TestReviewer;
beforeAll(async () => {
  site = await Site.open();
  const { services } = site.world;
  await makeDesk(services, 'front');
  ana = await TestReviewer.at(site.url, services, 'front', 'ana');
  app = new MemSyncClient({ url: site.url, token: await (await site.owner()).grant() });
});
afterAll(() => site.close());

it('a case waits for proof, is cleared on it, and is reopened aloud when evidence fails after that', async () => {
  const opened = await answerWithCase(app, 'front');
  expect(opened).toMatchObject({
    state: 'hold',
    revision: 1,
    reopened: 0,
    decidedBeforeProof: false,
    assigned: null,
    desk: { name: 'front' },
  });
  expect(await app.askGate(opened.id)).toMatchObject({ open: false, state: 'hold', issues: [{ path: '/require/0' }] });

  const shown = await ana.client.showCase(opened.id);
  expect(shown).toMatchObject({ judgement: 'not assessed', note: 'look at this', revision: 2, rowsGone: 0, decisions: [], override: null });
  expect(shown.seen).toMatchObject({ revision: 2, gateOpen: false, claims: { model: 'asserted', memory: 'verified' } });
  expect(shown.rows).toMatchObject([{ tag: 'm1', cited: true, served: { standing: 'live' }, now: { standing: 'live', version: 1 } }]);
  expect(JSON.stringify(shown)).not.toContain('bees');
  const told = shown.timeline.map(({ what }) => what);
  expect([told.slice(0, 2), told.slice(-2)]).toEqual([
    ['retrieved', 'answered'],
    ['opened', 'viewed'],
  ]);

  await expect(ana.decide(opened.id, { decision: 'clear' })).rejects.toMatchObject({
    code: 'gate_not_open',
    issues: [{ path: '/require/0' }],
  });

  const brought = await app.addEvidence(opened.receipt, { evidence: GOOD });
  expect(brought.reopened).toEqual([]);
  expect(await app.askGate(opened.id)).toMatchObject({ open: true });
  const cleared = await ana.decide(opened.id, { decision: 'clear' });
  expect(cleared).toMatchObject({ case: { state: 'clear' }, decision: { gateOpen: true, effective: true, beforeProof: false } });

  site.world.clock.advance(DAY);
  const late = await app.addEvidence(opened.receipt, { evidence: BAD });
  expect(late.reopened).toEqual([opened.id]);
  const again = await ana.client.showCase(opened.id);
  expect(again).toMatchObject({ state: 'hold', reopened: 1, seen: { claims: { model: 'failed' }, gateOpen: false } });
  expect(again.timeline.at(-2)).toMatchObject({ what: 'reopened', claim: 'model' });
});
