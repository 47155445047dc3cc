import { type AddendumBundle, EvidenceDisclosure } from '../../../schemas/evidence.ts';
import type { Claim } from '../../../schemas/receipt.ts';
import { KINDS } from '../../claims/all-kinds.ts';
import { standClaims } from '../../claims/standing.ts';
import type { OpenVault } from '../open-vault.ts';
import { openRecord } from '../sealed-record.ts';
import type { Services } from '../services.ts';
import { type Chain, lastIndex } from './chain.ts';
import { reachLog } from './reach-log.ts';
import { evidenceName } from './record.ts';

/** What a receipt's answer has of the evidence that came after it. */
export interface Later {
  /** How its claims stand by now. */
  readonly claims: Claim[];
  readonly addenda: AddendumBundle[];
}

/**
 * The receipt's claims as they stand, and its addenda as they are handed out, each with the proof that it is in the log; `withArtefacts` says
 * whether with what opens their evidence, where it is still there. @throws {MemSyncError} `row_unopenable`
 */
export async function laterOf(services: Services, vault: OpenVault, chain: Chain, withArtefacts: boolean): Promise<Later> {
  const receipt = chain.stored.id;
  const addenda: AddendumBundle[] = [];
  await reachLog(services, lastIndex(chain));
  for (const { piece, envelope, evidenceBytes, proof } of chain.links) {
    const sealed = withArtefacts && evidenceBytes > 0 ? await services.store.addenda.evidence(vault.vault, receipt, piece.number) : null;
    const shown =
      sealed === null || sealed.length === 0
        ? {}
        : { evidence: openRecord(vault.vaultKeys(), evidenceName(receipt, piece.number), sealed, EvidenceDisclosure) };
    addenda.push({ envelope, ...shown, proof: proof ?? (await services.log.prove(piece.logIndex)) });
  }
  return { claims: claimsNow(chain), addenda };
}

function claimsNow({ record, issued, links }: Chain): Claim[] {
  if (links.length === 0 && record.claims.length === KINDS.length) return record.claims;
  const standing = standClaims(
    issued,
    links.map(({ piece }) => piece),
  );
  return standing.map(({ claim, status, proves, doesNotProve, checks, evidence }) => ({
    claim,
    status,
    proves,
    doesNotProve,
    checks,
    evidence,
  }));
}
