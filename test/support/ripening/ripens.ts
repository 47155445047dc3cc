import { z } from 'zod';
import { type ArtifactKind, artifactKind } from '../../../src/claims/kind.ts';

const Ripens = z.strictObject({
  kind: z.literal('ripens'),
  /** Until then it is pending. */
  at: z.int(),
  comes: z.enum(['verified', 'failed', 'pending']),
  facts: z.record(z.string(), z.string()).optional(),
  /** Where it asks how it stands, if anywhere: what comes is what it comes to. */
  ask: z.string().optional(),
  note: z.string().optional(),
});

const Answer = z.object({ status: z.enum(['pending', 'verified', 'failed']) });

/** Evidence that is pending until an instant, or until somebody who is asked says otherwise. */
export const ripens: ArtifactKind = artifactKind({
  schema: Ripens,
  trust: z.unknown(),
  gather: async ({ ask }, _trust, reach) => (ask === undefined ? undefined : reach.postJson(ask, {})),
  judge: ({ artifact, gathered }, _trust, now) => {
    const answer = Answer.safeParse(gathered);
    const ripe = now < artifact.at ? ('pending' as const) : artifact.comes;
    const status = answer.success ? answer.data.status : ripe;
    const facts = Object.entries(artifact.facts ?? {}).map(([name, value]) => ({ name, value }));
    return { status, checks: [{ check: 'ripe', status, detail: `As of ${now}.` }], facts };
  },
});
