import fc from 'fast-check';
import { expect, it } from 'vitest';
import { foldOn, readGenesis } from '../../../src/app/ledger-reader.ts';
import { anySteps, Life } from './history.ts';

/** Asks the past for everything that was answered then. */
async function recall(life: Life): Promise<void> {
  for (const { seq, at, atOnce, said } of life.looks.toReversed()) {
    expect(await life.visible(await life.answers(at)), `as of ${at}`).toEqual(await life.visible(said));
    if (atOnce) expect(await life.visible(await life.answers({ seq })), `as of event ${seq}`).toEqual(await life.visible(said));
  }
}

it('as of any position or instant, is answered what was answered then', { timeout: 240_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(anySteps, fc.nat(), async (steps, half) => {
      const life = await Life.begin();
      try {
        for (const step of steps) await life.take(step);
        await recall(life);
        await life.world.restart();
        await recall(life);
        // From checkpoints, near and at what is asked for.
        const { store, checkpoints } = life.world.services;
        const head = (await store.head(life.owner.vault))?.seq ?? 0;
        await store.checkpoints.drop(life.owner.vault);
        for (const seq of [head, half % (head + 1)]) {
          const state = await readGenesis(store, life.owner.vault);
          if (state === null) throw new Error('there is a vault');
          await foldOn(store, state, seq);
          expect(await checkpoints.keep(state)).toBe(true);
        }
        await life.world.restart();
        const { services } = life.world;
        expect(services.checkpoints.unsealedAt((await services.vaults.acquire(life.owner.vault)).state)).toBe(head);
        await recall(life);
      } finally {
        await life.world.close();
      }
    }),
    { numRuns: 25 },
  );
});
