import type { ClaimKind } from '../kind.ts';
import { memoryAtIssue } from '../served.ts';
import { MEMORY } from '../texts.ts';

/** The tags and the context block (DESIGN, promises 6 and 7). */
export const kind: ClaimKind = {
  text: MEMORY,
  order: 0,
  artifacts: {},
  atIssue: ({ served, request }) => memoryAtIssue(served, request),
};
