import type { ClaimStanding } from '../../schemas/claims.ts';
import type { CaseStatus } from '../../schemas/case.ts';
import { type ConditionOutcome, type GateCondition, GatePolicy } from '../../schemas/gate.ts';
import { LIMITS } from '../../schemas/limits.ts';
import { hex } from '../core/bytes.ts';
import { type ErrorIssue, MemSyncError } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import { canonicalJson } from '../crypto/canonical.ts';
import { sha256 } from '../crypto/sha256.ts';
import { claimAt } from './claim-at.ts';
import { type Found, judgeClaim } from './claim-conditions.ts';
import { judgeMemory, type ServedMemory } from './memory-conditions.ts';

/** How many faults of a policy are named, and how long each may be. */
const MOST_ISSUES = 20;
const ISSUE_LENGTH = 300;

/** All that a gate is asked about. Claims stand as their histories in the log say; a status beside them counts for nothing. */
export interface Dossier extends ServedMemory {
  readonly claims: readonly Pick<ClaimStanding, 'claim' | 'history'>[];
  /** What the reviewers have made of the case. */
  readonly state: CaseStatus;
  /** Whether a `reject` stands. */
  readonly rejected: boolean;
  readonly now: Instant;
}

/** Whether a gate is open. */
export interface GateStanding {
  /** For whoever waits at it: all conditions hold, and no `reject` stands. */
  readonly open: boolean;
  /** For whoever asks whether the case may be cleared: what reviewers have said is left out of account. */
  readonly onEvidence: boolean;
  /** In the policy's order. */
  readonly conditions: readonly ConditionOutcome[];
}

/** What a policy is known by: hex of SHA-256 over its canonical JSON, defaults filled in. */
export function gateSha256(policy: GatePolicy): string {
  return hex(sha256(canonicalJson(policy)));
}

/**
 * A gate policy with its defaults filled in. `known` names the claims of this build; without it any may be named, as in a case that another
 * build has opened.
 * @throws {MemSyncError} `gate_malformed` with what is wrong and where
 */
export function parseGate(value: unknown, known?: ReadonlySet<string>): GatePolicy {
  const parsed = GatePolicy.safeParse(value);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => ({
      path: pointer(path),
      message: (path[0] === 'require' && path.length === 2 ? NO_CONDITION : message).slice(0, ISSUE_LENGTH),
    }));
    throw malformed(issues);
  }
  const strange = parsed.data.require.flatMap((condition, at): ErrorIssue[] =>
    known === undefined || !('claim' in condition) || known.has(condition.claim)
      ? []
      : [{ path: `/require/${at}/claim`, message: `names the claim “${condition.claim}”, which this service does not know` }],
  );
  if (strange.length > 0) throw malformed(strange);
  if (canonicalJson(parsed.data).length > LIMITS.gateBytes)
    throw malformed([{ path: '/require', message: `comes to more than ${LIMITS.gateBytes} bytes, written as canonical JSON` }]);
  return parsed.data;
}

const NO_CONDITION = 'is none of the conditions that there are: of a claim, a check, a fact, the memory, or the review';

function malformed(issues: readonly ErrorIssue[]): MemSyncError {
  const many = issues.length > MOST_ISSUES;
  const detail = many ? `The gate policy has ${issues.length} faults; the first are listed.` : 'The gate policy does not fit its schema.';
  return new MemSyncError('gate_malformed', detail, { issues: issues.slice(0, MOST_ISSUES) });
}

function pointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/**
 * Whether all of a policy's conditions hold. Nothing counts that it does not name, nothing adds up, and nothing makes up for anything else:
 * each condition looks at its own claim, at the rows, or at the review.
 */
export function evaluateGate(policy: GatePolicy, dossier: Dossier): GateStanding {
  const conditions = policy.require.map((condition) => {
    const { met, detail } = judge(condition, dossier);
    return { condition, met, detail };
  });
  const onEvidence = conditions.every(({ condition, met }) => met || 'review' in condition);
  return { open: !dossier.rejected && conditions.every(({ met }) => met), onEvidence, conditions };
}

function judge(condition: GateCondition, dossier: Dossier): Found {
  if ('review' in condition) {
    const met = dossier.state === 'clear';
    return { met, detail: met ? 'A reviewer has cleared the case.' : 'No reviewer has cleared the case: it is on hold.' };
  }
  if ('memory' in condition) return judgeMemory(condition, dossier, dossier.now);
  const claim = dossier.claims.find((one) => one.claim === condition.claim) ?? { claim: condition.claim, history: [] };
  return judgeClaim(condition, claimAt(claim));
}
