import { LIMITS } from '../../schemas/limits.ts';
import { equalBytes } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { formatInstant, type Instant, MAX_INSTANT } from '../core/instant.ts';
import { verifyBytes } from '../crypto/ed25519.ts';
import { openCosignatures } from '../log/cosignature.ts';
import { parseNote } from '../log/note.ts';
import { parsePolicy, quorumInWords, quorumMet, type WitnessPolicy } from '../log/policy.ts';
import { parseProof } from '../log/proof.ts';
import type { VerifierKey } from '../log/verifier-key.ts';
import type { Findings } from './verdict.ts';

/** A witness that has cosigned a checkpoint: the policy's name for it, its own, and when, by its own clock. */
export interface CosignedBy {
  readonly witness: string;
  readonly name: string;
  readonly at: Instant;
}

/** What a policy makes of a checkpoint. */
export interface Witnessing {
  /** Whether the policy's quorum has cosigned it; true for whatever checkpoint where the policy asks for nobody. */
  readonly met: boolean;
  /** What the policy asks for, in words. */
  readonly quorum: string;
  /** The policy's witnesses that have, in its order. */
  readonly cosigned: readonly CosignedBy[];
  /** Those whose cosignature is dated after the instant asked about, and counts for nothing. */
  readonly ahead: readonly string[];
}

/**
 * Holds the cosignatures of a proof's checkpoint against a policy (C2SP tlog-policy), as of `at`. The proof has been verified before, with `log`.
 * @throws {MemSyncError} `line_invalid` on a policy that is none, `key_untrusted` when it names logs and not this one, or the log’s own key for a witness, `encoding_invalid` and
 * `signature_invalid` when a cosignature in the name of one of its witnesses does not hold
 */
export function judgeWitnesses(proof: string, log: VerifierKey, policyText: string, at: Instant): Witnessing {
  const policy = parsePolicy(policyText);
  requireLog(policy, log);
  requireOthers(policy, log);
  const cosigned: CosignedBy[] = [];
  const ahead: string[] = [];
  const note = parseNote(parseProof(proof).checkpoint);
  const opened = openCosignatures(
    note,
    policy.witnesses.map(({ key }) => key),
    verifyBytes,
  );
  for (const { name, key } of policy.witnesses) {
    const found = opened.find((one) => one.key === key);
    if (found === undefined) continue;
    const when = found.time * 1000;
    if (when > Math.min(at + LIMITS.clockSkewMs, MAX_INSTANT)) ahead.push(name);
    else cosigned.push({ witness: name, name: key.name, at: when });
  }
  const met = quorumMet(policy, new Set(cosigned.map(({ witness }) => witness)));
  return { met, quorum: quorumInWords(policy), cosigned, ahead };
}

/** Whether anybody of a policy has cosigned, and as many as it asks for: one that asks for nobody is met by nobody. */
export function isWitnessed(witnesses: Witnessing | null): witnesses is Witnessing {
  return witnesses !== null && witnesses.met && witnesses.cosigned.length > 0;
}

/** @throws {MemSyncError} `witnesses_missing` when the policy asks for more than has been found */
export function requireQuorum({ met, quorum, cosigned }: Witnessing): void {
  if (met) return;
  const who = cosigned.length === 0 ? 'by nobody in your policy' : `by ${cosigned.map(inWords).join(' and ')}`;
  throw new MemSyncError('witnesses_missing', `The checkpoint is cosigned ${who}; you ask for ${quoted(quorum)}.`);
}

/**
 * Says of a receipt's checkpoint who has cosigned it; null where no policy was given, or it cannot be judged. A quorum that is not there is a failure.
 * @param issuedAt when the service says that the receipt was issued
 */
export function checkWitnesses(
  proof: string,
  log: VerifierKey,
  policyText: string | undefined,
  { at, issuedAt }: { readonly at: Instant; readonly issuedAt: Instant },
  findings: Findings,
): Witnessing | null {
  if (policyText === undefined) return null;
  const witnessing = findings.attempt(() => judgeWitnesses(proof, log, policyText, at));
  if (witnessing === null) return null;
  const { met, quorum, cosigned, ahead } = witnessing;
  findings.attempt(() => requireQuorum(witnessing));
  const first = cosigned.toSorted((a, b) => a.at - b.at)[0];
  if (met && first !== undefined) {
    const who = cosigned.map(inWords).join(', ');
    findings.verified.push(`The checkpoint is cosigned, by each witness’s own clock: ${who}. You ask for ${quoted(quorum)}.`);
    findings.verified.push(`The receipt was in the log by ${formatInstant(first.at)}, by the clock of ${quoted(first.witness)}.`);
  }
  for (const name of ahead)
    findings.unknown.push(`${quoted(name)}: its cosignature is dated after the instant asked about, and counts for nothing.`);
  if (first !== undefined && first.at < issuedAt - LIMITS.clockSkewMs) {
    findings.unknown.push(
      `whose clock is right: ${inWords(first)} had seen the receipt in the log before the service says that it was issued.`,
    );
  }
  return witnessing;
}

/** A policy that names logs is one for those alone. */
function requireLog({ logs }: WitnessPolicy, log: VerifierKey): void {
  if (logs.length === 0 || logs.some(({ key }) => key.name === log.name && equalBytes(key.publicKey, log.publicKey))) return;
  throw new MemSyncError('key_untrusted', 'Your policy names logs, and the one whose key you trust is not among them.');
}

/** Nobody is a witness of its own log. */
function requireOthers({ witnesses }: WitnessPolicy, log: VerifierKey): void {
  const own = witnesses.find(({ key }) => equalBytes(key.publicKey, log.publicKey));
  if (own !== undefined)
    throw new MemSyncError('key_untrusted', `The witness ${quoted(own.name)} of your policy is the log itself: it has the log’s key.`);
}

function inWords({ witness, name, at }: CosignedBy): string {
  return `${witness === name ? quoted(name) : `${quoted(witness)} (${quoted(name)})`} at ${formatInstant(at)}`;
}

/** Without what could pass for another line, or for nothing. */
function quoted(name: string): string {
  return name.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '\ufffd');
}
