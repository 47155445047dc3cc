import type { z } from 'zod';
import { Artifact } from '../../schemas/evidence.ts';
import { LIMITS } from '../../schemas/limits.ts';
import { type ErrorIssue, isMemSyncError, MemSyncError } from '../core/errors.ts';
import { canonicalJson } from '../crypto/canonical.ts';
import { KINDS } from './all-kinds.ts';
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
  requireBounded(value);
  requireCanonical(value);
  const { data: artifact, error } = Artifact.safeParse(value);
  if (error !== undefined) throw malformed('The evidence names no kind.', issuesOf(error));
  const known = Object.hasOwn(kind.artifacts, artifact.kind) ? kind.artifacts[artifact.kind] : undefined;
  const issues = known === undefined ? [] : issuesOf(known.schema.safeParse(value).error);
  if (issues.length > 0) throw malformed(`The evidence is not as its kind, ${artifact.kind}, wants it.`, issues);
  return artifact;
}

/** Looks at every value, one after another: what nests deep is not to be walked into. */
function requireBounded(whole: unknown): void {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value: whole, depth: 0 }];
  let values = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, depth } = next;
    if (typeof value === 'number') requireExact(value);
    if (typeof value !== 'object' || value === null) continue;
    if (depth >= LIMITS.artifactDepth) throw malformed(`The evidence nests deeper than ${LIMITS.artifactDepth}.`);
    if (Object.hasOwn(value, '__proto__')) throw malformed('The evidence has a key `__proto__`, which programs take for something else.');
    const parts: readonly unknown[] = Object.values(value);
    values += parts.length;
    if (values > LIMITS.artifactValues) throw malformed(`The evidence has more than ${LIMITS.artifactValues} values in it.`);
    for (const part of parts) open.push({ value: part, depth: depth + 1 });
  }
}

/** A number that JSON readers may each round in their own way is none that could be held against anything. */
function requireExact(value: number): void {
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
    throw malformed('The evidence has a number past 2^53 − 1, which is not kept exactly: write it as a string.');
}

function requireCanonical(value: unknown): void {
  let bytes: Uint8Array;
  try {
    bytes = canonicalJson(value);
  } catch (cause) {
    if (isMemSyncError(cause, 'text_not_unicode')) throw malformed('The evidence has a lone surrogate in it.');
    throw malformed('The evidence is not JSON that has one spelling (RFC 8785).');
  }
  if (bytes.length > LIMITS.artifactBytes) throw malformed(`The evidence is longer than ${LIMITS.artifactBytes} bytes.`);
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
