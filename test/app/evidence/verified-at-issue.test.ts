import { afterEach, beforeEach, expect, it } from 'vitest';
import { addEvidence } from '../../../src/app/evidence/add.ts';
import { issueReceipt } from '../../../src/app/issue-receipt.ts';
import { readReceipt } from '../../../src/app/receipts.ts';
import { remember } from '../../../src/app/remember.ts';
import { retrieve } from '../../../src/app/retrieve.ts';
import { verifyBundle } from '../../../src/receipts/verify.ts';
import { World } from '../../support/world.ts';

let world: World;

beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

it('a claim that was verified at issue stays so with evidence that nobody knows, and the bundle verifies', async () => {
  const app = await (await world.owner()).grant();
  await remember(world.services, app, { memories: [{ text: 'Allergic to hazelnuts' }] }, null);
  const served = await retrieve(world.services, app, { query: 'hazelnuts' });
  const request = { messages: [{ role: 'user', content: `${served.context}\nWhat do I not eat?` }] };
  const output = { text: 'Nuts [m1].' };
  const { id, claims } = await issueReceipt(world.services, app, { retrievalId: served.id, model: { label: 'm' }, request, output }, null);
  const verified = claims.filter(({ status }) => status === 'verified').map(({ claim }) => claim);
  expect(verified.length).toBeGreaterThan(0);
  for (const claim of verified) await addEvidence(world.services, app, id, { evidence: { [claim]: { kind: 'something-new' } } }, null);
  const { bundle } = await readReceipt(world.services, app, id);
  expect(bundle.addenda).toHaveLength(verified.length);
  const verdict = verifyBundle(bundle, { verifierKeys: world.verifierKeys }, world.clock.now());
  expect(verdict.failures).toEqual([]);
  expect(verdict.ok).toBe(true);
});
