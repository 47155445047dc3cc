import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ReceiptRequest } from '../../../schemas/receipt.ts';
import { addEvidence } from '../../../src/app/evidence/add.ts';
import { readClaims } from '../../../src/app/evidence/read.ts';
import { MemoryMarks } from '../../../src/app/marks.ts';
import { readReceipt } from '../../../src/app/receipts.ts';
import type { Services } from '../../../src/app/services.ts';
import { startServices, stopServices } from '../../../src/app/start.ts';
import { systemRandom } from '../../../src/core/random.ts';
import { fromBase64 } from '../../../src/core/bytes.ts';
import { parseAddendum } from '../../../src/receipts/addendum.ts';
import { openSqliteStore } from '../../../src/store/sqlite/store.ts';
import { STUBBED } from '../../support/kinds/stubbed.ts';
import type { World } from '../../support/world.ts';
import { answered, stubbedWorld } from './answered.ts';

let world: World;
let second: Services;
let app: string;

/** Two services on one file, as two processes would be. */
beforeEach(async () => {
  world = await stubbedWorld();
  second = await startServices({
    store: openSqliteStore({ path: world.database }),
    clock: world.clock,
    random: systemRandom,
    marks: new MemoryMarks(),
    logSigner: world.keys.logSigner,
    receiptSigner: world.keys.receiptSigner,
    limits: { idleMs: 900_000, memoryBudget: 2 ** 30 },
    judging: STUBBED,
    build: 'test',
  });
  app = await (await world.owner()).grant();
});
afterEach(async () => {
  await stopServices(second);
  await world.close();
});

const stub = (comes: string, facts: Record<string, string> = {}) => ({ kind: 'stub', comes, facts });
const add = (services: Services, id: string, evidence: NonNullable<ReceiptRequest['evidence']>) =>
  addEvidence(services, app, id, { evidence }, null);

it('each piece counts on top of what the other process has written, and every status is that of all before it in the log', async () => {
  const { id } = await answered(world, app);
  await add(second, id, { settlement: stub('pending') });
  const early = await add(world.services, id, { settlement: stub('asserted') });
  expect(early.added).toMatchObject([{ judged: 'asserted', status: 'pending' }]);

  const sides = [world.services, second];
  await Promise.all(
    Array.from({ length: 24 }, (_, n) => add(sides[n % 2] ?? second, id, { route: stub('verified', n < 20 ? {} : { side: `${n % 2}` }) })),
  );
  await Promise.all(sides.map((side, n) => add(side, id, { payment: stub('asserted', { n: `${n}` }) })));
  for (const side of sides) {
    const { claims } = await readClaims(side, app, id);
    const { bundle } = await readReceipt(side, app, id);
    const said = (bundle.addenda ?? []).map(({ envelope }) => parseAddendum(fromBase64(envelope.payload)).predicate);
    // The same is taken once, whichever process it comes to: one without a fact, one of each side.
    expect(said.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    for (const { claim, addendum, status } of said) {
      const history = claims.find((one) => one.claim === claim)?.history ?? [];
      expect(history.find((step) => step.addendum === addendum)?.status).toBe(status);
    }
    expect(claims.find(({ claim }) => claim === 'route')?.status).toBe('failed');
    expect(claims.find(({ claim }) => claim === 'payment')?.status).toBe('failed');
  }
});
