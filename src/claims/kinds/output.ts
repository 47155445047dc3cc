import type { ClaimKind } from '../kind.ts';
import { outputAtIssue } from '../output-given.ts';
import { OUTPUT } from '../texts.ts';

/** The output that the receipt is about. */
export const kind: ClaimKind = { text: OUTPUT, order: 1, artifacts: {}, atIssue: ({ output }) => outputAtIssue(output) };
