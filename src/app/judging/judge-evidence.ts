import type { Artifact } from '../../../schemas/evidence.ts';
import type { Judgement, ReceiptFacts } from '../../claims/kind.ts';
import type { Instant } from '../../core/instant.ts';
import type { Services } from '../services.ts';

/**
 * What judging an artefact takes from outside, to be kept with it and handed to `judgeEvidence`; undefined where that is nothing, or nothing
 * came. @throws {MemSyncError} `judging_busy`, `shutting_down`
 */
export function gatherEvidence({ judge }: Pick<Services, 'judge'>, claim: string, artifact: Artifact): Promise<unknown> {
  return judge.gather(claim, artifact);
}

/**
 * What an artefact comes to by itself, by the operator's trust at `at` (`services.claimTrust`). It has been read by `readArtifact`.
 * @throws {MemSyncError} `evidence_malformed`, `evidence_misplaced`, where its verifier refuses it; `judging_busy`, `shutting_down`
 */
export function judgeEvidence(
  { judge }: Pick<Services, 'judge'>,
  claim: string,
  artifact: Artifact,
  gathered: unknown,
  receipt: ReceiptFacts,
  at: Instant,
): Promise<Judgement> {
  return judge.judge(claim, { artifact, gathered, receipt }, at);
}
