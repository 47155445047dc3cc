import { afterAll, beforeAll, expect, it } from 'vitest';
import { LIMITS } from '../../../schemas/limits.ts';
import { handOver } from '../../../src/app/cases/hand-over.ts';
import { makeDesk } from '../../../src/app/desks/make.ts';
import { MemSyncClient } from '../../../src/sdk/client.ts';
import { answer, GATE, GOOD, TestReviewer } from '../../support/desks.ts';
import { inOneCommit } from '../../support/one-commit.ts';
import { Site } from '../../support/site.ts';

let site: Site;
let app: MemSyncClient;
let ana: TestReviewer;
beforeAll(async () => {
  site = await Site.open();
  await makeDesk(site.world.services, 'front');
  ana = await TestReviewer.at(site.url, site.world.services, 'front', 'ana');
  app = new MemSyncClient({ url: site.url, token: await (await site.owner()).grant() });
});
afterAll(() => site.close());

/** A gate that says about so many bytes. */
const gateOfBytes = (bytes: number) => ({
  ...GATE,
  require: [
    ...GATE.require,
    { claim: 'model', fact: 'sha256', oneOf: Array.from({ length: Math.floor(bytes / 1000) }, (_, n) => `${n}-`.padEnd(997, 'x')) },
  ],
});

it('a gate policy is no longer than what can be read again, and longer ones keep no evidence from coming', async () => {
  const receipt = await answer(app);
  for (const bytes of [LIMITS.gateBytes * 1.1, 900_000]) {
    const refused = expect.objectContaining({ code: 'gate_malformed', issues: [expect.objectContaining({ path: '/require' })] });
    await expect(app.openCase({ receipt, gate: gateOfBytes(bytes) })).rejects.toThrow(refused);
  }
  // No condition alone is too long here: all of them are.
  const many = { ...GATE, require: Array.from({ length: 6 }, () => gateOfBytes(900_000).require).flat() };
  await expect(app.openCase({ receipt, gate: many })).rejects.toThrow(expect.objectContaining({ code: 'gate_malformed' }));
  const { id } = await app.openCase({ receipt, gate: gateOfBytes(LIMITS.gateBytes * 0.9) });
  await app.addEvidence(receipt, { evidence: GOOD });
  expect((await ana.client.showCase(id)).claims.find(({ claim }) => claim === 'model')?.status).toBe('verified');
});

it('a case that is full is handed over no more and let through no more, and can still be stopped', { timeout: 120_000 }, async () => {
  const { services } = site.world;
  const receipt = await answer(app);
  await app.addEvidence(receipt, { evidence: GOOD });
  const { id } = await app.openCase({ receipt, gate: GATE });
  const full = expect.objectContaining({ code: 'case_full' });
  // All but the opening, and what lets it through.
  const many = async () =>
    Promise.all(Array.from({ length: LIMITS.caseStatements - 3 }, () => handOver(services, ana.token, id, { to: 'ana' }, null)));
  await inOneCommit(services, [many]);
  await ana.decide(id, { decision: 'clear' });
  await expect(ana.client.handOver(id, { to: 'ana' })).rejects.toThrow(full);
  expect((await ana.decide(id, { decision: 'hold' })).case.state).toBe('hold');
  await expect(ana.decide(id, { decision: 'hold' })).rejects.toThrow(full);
  await expect(ana.decide(id, { decision: 'clear' })).rejects.toThrow(full);
  expect((await app.askGate(id)).open).toBe(true);
  await ana.decide(id, { decision: 'reject' });
  expect((await app.askGate(id)).open).toBe(false);
  await expect(ana.decide(id, { decision: 'reject' })).rejects.toThrow(full);
});
