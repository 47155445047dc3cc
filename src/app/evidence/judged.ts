import type { Artifact, EvidenceByClaim, EvidenceDisclosure } from '../../../schemas/evidence.ts';
import { readArtifact } from '../../claims/artifact.ts';
import type { Judgement, ReceiptFacts } from '../../claims/kind.ts';
import { hex, lengthPrefixed, utf8 } from '../../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../../core/errors.ts';
import type { Instant } from '../../core/instant.ts';
import { canonicalJson } from '../../crypto/canonical.ts';
import { deriveKey, keyedHash } from '../../crypto/derive.ts';
import { evidenceDigest } from '../../receipts/addendum.ts';
import { gatherEvidence, judgeEvidence } from '../judging/judge-evidence.ts';
import type { OpenVault } from '../open-vault.ts';
import type { Services } from '../services.ts';
import { type Entering, FIRST_LOOK_MS } from './enter-pieces.ts';

/** One artefact as it was handed in: well-formed, for a claim that there is. */
export interface Handed {
  readonly claim: string;
  readonly artifact: Artifact;
  /** By which the same is known again: a keyed hash of claim and artefact, which no rotation changes. */
  readonly mark: string;
}

/**
 * Reads all that was handed in, before anything is done with any of it.
 * @throws {MemSyncError} `claim_unknown`; `evidence_malformed`, with the issues by their place in the request; `key_unavailable`
 */
export function readHanded(vault: Pick<OpenVault, 'hashKey'>, evidence: EvidenceByClaim): Handed[] {
  const key = deriveKey(vault.hashKey().key, 'memsync/evidence-mark/v1');
  try {
    return Object.entries(evidence).map(([claim, value]) => {
      const artifact = placed(claim, () => readArtifact(claim, value));
      return { claim, artifact, mark: hex(keyedHash(key, lengthPrefixed(utf8(claim), canonicalJson(artifact)))) };
    });
  } finally {
    key.wipe();
  }
}

/**
 * Gathers for one artefact what judging it takes, and has it judged. `by` is the grant that hands it in.
 * @throws {MemSyncError} `evidence_malformed`, `evidence_misplaced`, `judging_busy`, `shutting_down`
 */
export async function judgeHanded(
  services: Services,
  { claim, artifact, mark }: Handed,
  receipt: ReceiptFacts,
  by: string,
  at: Instant,
): Promise<Entering> {
  const gathered = await gatherEvidence(services, claim, artifact);
  const judgement = await placedAsync(claim, () => judgeEvidence(services, claim, artifact, gathered, receipt, at));
  return newPiece(services, { claim, artifact, gathered, by, mark, judgement, at });
}

interface NewPiece {
  readonly claim: string;
  readonly artifact: Artifact;
  readonly gathered: unknown;
  readonly by: string;
  readonly mark: string | null;
  readonly judgement: Judgement;
  readonly at: Instant;
}

function newPiece(
  { random, claimTrust }: Pick<Services, 'random' | 'claimTrust'>,
  { claim, artifact, gathered, by, mark, judgement, at }: NewPiece,
): Entering {
  const opens: EvidenceDisclosure = { salt: hex(random.bytes(32)), artifact, ...(gathered === undefined ? {} : { gathered }) };
  return {
    claim,
    reason: 'evidence',
    by,
    of: null,
    evidence: { kind: artifact.kind, digest: hex(evidenceDigest(opens)) },
    opens,
    judgement,
    trustSha256: claimTrust.sha256,
    mark,
    due: judgement.status === 'pending' ? { at: at + FIRST_LOOK_MS, looks: 0 } : null,
  };
}

/** With the issues' places as they are in the request. */
function placed<T>(claim: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw inRequest(claim, error);
  }
}

async function placedAsync<T>(claim: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw inRequest(claim, error);
  }
}

function inRequest(claim: string, error: unknown): unknown {
  if (!isMemSyncError(error, 'evidence_malformed') && !isMemSyncError(error, 'evidence_misplaced')) return error;
  const issues = error.issues ?? [];
  return new MemSyncError(error.code, error.message, {
    cause: error,
    issues:
      issues.length === 0
        ? [{ path: `/evidence/${claim}`, message: error.message }]
        : issues.map(({ path, message }) => ({ path: `/evidence/${claim}${path}`, message })),
  });
}
