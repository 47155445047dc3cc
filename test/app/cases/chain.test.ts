import { afterAll, beforeAll, expect, it } from 'vitest';
import { openHappening } from '../../../src/app/cases/sealed-case.ts';
import { makeDesk } from '../../../src/app/desks/make.ts';
import { type CaseLink, verifyCaseChain } from '../../../src/review/chain.ts';
import { MemSyncClient } from '../../../src/sdk/client.ts';
import { answerWithCase, BAD, GOOD, TestReviewer } from '../../support/desks.ts';
import { Site } from '../../support/site.ts';

let site: Site;

beforeAll(async () => {
  site = await Site.open();
  await makeDesk(site.world.services, 'front');
});
afterAll(() => site.close());

/** A case's statements as the service keeps them, each with its proof. */
async function linksOf(id: string): Promise<CaseLink[]> {
  const { services } = site.world;
  const stored = await services.store.cases.case(id);
  if (stored === null) throw new Error('there is no such case');
  return Promise.all(
    (await services.store.cases.events(id)).map(async (event) => {
      const envelope = openHappening(services, stored, event);
      if (envelope === null) throw new Error('gone');
      return { envelope, proof: await services.log.prove(event.logIndex) };
    }),
  );
}

it('what a service has signed of a case shows offline, by its statements alone, what the service says of it', async () => {
  const { services, verifierKeys } = site.world;
  const app = new MemSyncClient({ url: site.url, token: await (await site.owner()).grant() });
  const [ana, bea] = [await TestReviewer.at(site.url, services, 'front', 'ana'), await TestReviewer.at(site.url, services, 'front', 'bea')];
  const { id, receipt } = await answerWithCase(app, 'front');
  const first = await ana.decide(id, { decision: 'clear', override: { second: null }, reason: 'The fair opens today.' });
  await bea.decide(id, { decision: 'clear', override: { second: first.decision.payload.decisionId } });
  await app.addEvidence(receipt, { evidence: GOOD });
  await ana.decide(id, { decision: 'clear' });
  await app.addEvidence(receipt, { evidence: BAD });
  const shown = await bea.client.showCase(id);

  const links = await linksOf(id);
  const keys = new Map([ana, bea].map((one) => [one.id, one.key.publicKey]));
  const { folded, happenings, unsigned } = verifyCaseChain(links, { verifierKeys, reviewers: keys });
  expect(unsigned).toEqual([]);
  expect(happenings.map(({ happened }) => happened.kind).filter((kind) => kind !== 'viewed')).toEqual([
    'opened',
    'decided',
    'decided',
    'decided',
    'reopened',
  ]);
  expect(folded).toMatchObject({ state: shown.state, reopened: shown.reopened, override: shown.override, gateSha256: shown.gate.sha256 });
  expect(folded.decisions.map(({ payload, logIndex, gateOpen }) => [payload.decisionId, logIndex, gateOpen])).toEqual(
    shown.decisions.map(({ payload, logIndex, gateOpen }) => [payload.decisionId, logIndex, gateOpen]),
  );
  expect(shown.decisions.map(({ beforeProof }) => beforeProof)).toEqual([true, true, false]);
  expect(() => verifyCaseChain(links.toSpliced(2, 1), { verifierKeys })).toThrow(expect.objectContaining({ code: 'bundle_malformed' }));
});
