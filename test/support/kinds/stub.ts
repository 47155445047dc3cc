import { z } from 'zod';
import type { ArtifactKind } from '../../../src/claims/kind.ts';
import { artifactKind } from '../../../src/claims/kind.ts';
import { MemSyncError } from '../../../src/core/errors.ts';

const Stub = z.strictObject({
  kind: z.literal('stub'),
  /** What it is to come to. */
  comes: z.enum(['asserted', 'pending', 'verified', 'failed', 'misplaced', 'context', 'trusted']),
  facts: z.record(z.string(), z.string()).optional(),
  note: z.string().optional(),
});

/** Evidence that comes to what it says of itself; `context`, to whether its note stands in the context block; `trusted`, to whether there is trust. */
export const stub: ArtifactKind = artifactKind({
  schema: Stub,
  trust: z.unknown(),
  judge: ({ artifact, receipt }, trust) => {
    const { comes, facts = {}, note = '' } = artifact;
    if (comes === 'misplaced') throw new MemSyncError('evidence_misplaced', 'It names another receipt.');
    const held = receipt.context?.includes(note) === true ? 'verified' : 'failed';
    const named = trust === undefined ? 'asserted' : 'verified';
    const status = comes === 'context' ? held : comes === 'trusted' ? named : comes;
    return {
      status,
      checks: [{ check: 'stub', status, detail: 'As it says.' }],
      facts: Object.entries(facts).map(([name, value]) => ({ name, value })),
    };
  },
});
