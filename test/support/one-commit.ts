import type { Services } from '../../src/app/services.ts';

/** What these come to, all in one commit and in this order: each gets as far as the writer's queue, behind something that waits, before the next. */
export async function inOneCommit(
  { writer }: Services,
  acts: readonly (() => Promise<unknown>)[],
): Promise<PromiseSettledResult<unknown>[]> {
  const gate = Promise.withResolvers<void>();
  const waiting = writer.submit({
    prepare: async () => {
      await gate.promise;
      return { tail: { vault: 'ab'.repeat(32), headSeq: 0, headHash: new Uint8Array(32), lastAt: 0 } };
    },
    build: () => undefined,
  });
  await settle();
  const outcomes: Promise<PromiseSettledResult<unknown>[]>[] = [];
  for (const act of acts) {
    outcomes.push(Promise.allSettled([act()]));
    await settle();
  }
  gate.resolve();
  await waiting;
  return (await Promise.all(outcomes)).flat();
}

async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}
