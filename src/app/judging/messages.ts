import type { Artifact } from '../../../schemas/evidence.ts';
import type { Given, Judgement } from '../../claims/kind.ts';
import type { ErrorIssue } from '../../core/errors.ts';
import type { Instant } from '../../core/instant.ts';

/** What a thread is asked to judge. */
export interface JudgingTask {
  readonly claim: string;
  readonly given: Given<Artifact>;
  /** The claim's part of the operator's trust. */
  readonly trust: unknown;
  readonly at: Instant;
}

/** What a thread answers. */
export type JudgingAnswer =
  | { readonly judgement: Judgement }
  | { readonly code: 'evidence_malformed' | 'evidence_misplaced'; readonly detail: string; readonly issues: readonly ErrorIssue[] };

/** What a thread says: once that it is there, then an answer for each task. */
export type ThreadMessage = 'ready' | JudgingAnswer;
