import type { z } from 'zod';
import { Artifact } from '../../schemas/evidence.ts';
import { type ErrorIssue, MemSyncError } from '../core/errors.ts';
import { KINDS } from './all-kinds.ts';
import { requireBoundedJson } from './bounded-json.ts';
import type { ClaimKind } from './kind.ts';

/** How many issues are named, and how long each may be. */
const MOST_ISSUES = 20;
const ISSUE_LENGTH = 300;

/**
 * Evidence for a claim as it was handed in: JSON that has one spelling, within its bounds, and as its kind wants it. A kind of evidence that
 * the claim does not know is taken as it is. What comes back is what was given.
 * @throws {MemSyncError} `claim_unknown`; `evidence_malformed`, with the issues
 */
export function readArtifact(claim: string, value: unknown, kinds: readonly ClaimKind[] = KINDS): Artifact {
  const kind = kinds.find(({ text }) => text.claim === claim);
  if (kind === undefined)
    throw new MemSyncError('claim_unknown', 'No claim of that name is known here; its evidence could not be kept with it.');
  requireBoundedJson(value);
  const { data: artifact, error } = Artifact.safeParse(value);
  if (error !== undefined) throw malformed('The evidence names no kind.', issuesOf(error));
  const known = Object.hasOwn(kind.artifacts, artifact.kind) ? kind.artifacts[artifact.kind] : undefined;
  const issues = known === undefined ? [] : issuesOf(known.schema.safeParse(value).error);
  if (issues.length > 0) throw malformed(`The evidence is not as its kind, ${artifact.kind}, wants it.`, issues);
  return artifact;
}

function issuesOf(error: z.ZodError | undefined): ErrorIssue[] {
  return (error?.issues ?? []).slice(0, MOST_ISSUES).map(({ path, message }) => ({
    path: path
      .map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`)
      .join('')
      .slice(0, ISSUE_LENGTH),
    message: message.slice(0, ISSUE_LENGTH),
  }));
}

function malformed(detail: string, issues: readonly ErrorIssue[] = []): MemSyncError {
  return new MemSyncError('evidence_malformed', detail, issues.length === 0 ? {} : { issues });
}
