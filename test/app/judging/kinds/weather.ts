import { z } from 'zod';
import { artifactKind, type ClaimKind } from '../../../../src/claims/kind.ts';
import { MemSyncError } from '../../../../src/core/errors.ts';

const Trust = z.strictObject({ skies: z.array(z.string()).default(['blue']), station: z.url().optional() }).default({ skies: ['blue'] });

/** Does to the thread that judges it what the artefact says. */
function misbehave(how: string): void {
  if (how === 'hang') for (;;);
  if (how === 'allocate') for (const kept: number[][] = []; ;) kept.push(Array.from({ length: 100_000 }, (_, i) => i));
  if (how === 'crash') queueMicrotask(() => throwIt());
  if (how === 'crash later') setTimeout(() => throwIt(), 500);
  if (how === 'exit') process.exit(0);
  if (how === 'throw') throwIt();
  if (how === 'refuse')
    throw new MemSyncError('evidence_misplaced', 'It is for another day.', { issues: [{ path: '/day', message: 'no' }] });
  if (how === 'look round') throw new MemSyncError('evidence_malformed', `${JSON.stringify(process.env)} ${process.execArgv.length}`);
}

function throwIt(): never {
  throw new TypeError('the verifier broke down');
}

const report = artifactKind({
  schema: z.strictObject({ kind: z.literal('report.v1'), sky: z.string(), how: z.string().optional(), ask: z.string().optional() }),
  trust: Trust,
  gather: async ({ ask }, { station }, reach) => {
    if (ask === 'for ever') return new Promise(() => undefined);
    if (ask === 'too much') return Array.from({ length: 100_000 }, () => 0);
    if (ask === 'nobody') return undefined;
    if (ask === 'again and again') return Promise.all(Array.from({ length: 17 }, () => reach.postJson(station ?? '', {})));
    return reach.postJson(ask ?? station ?? '', { sky: true });
  },
  judge: async ({ artifact: { sky, how }, gathered }, { skies }) => {
    if (how === 'never') return new Promise(() => undefined);
    if (how !== undefined) misbehave(how);
    // What was thrown on the side comes first.
    await Promise.resolve();
    const status = skies.includes(sky) ? 'verified' : 'failed';
    const facts = [{ name: 'sky', value: sky }, ...(gathered === undefined ? [] : [{ name: 'gathered', value: JSON.stringify(gathered) }])];
    return { status, checks: [{ check: 'sky', status, detail: `The sky was ${sky}.` }], facts };
  },
});

/** A claim that the tests of judging load from here, in the place of those of the build. */
export const kind: ClaimKind = {
  text: { claim: 'weather', proves: 'That the sky was so.', doesNotProve: 'That it will be.' },
  order: 0,
  trust: Trust,
  artifacts: { 'report.v1': report },
};
