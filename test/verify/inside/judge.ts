import { kindNamed } from '../../../src/claims/claims.ts';
import { judgeArtifact } from '../../../src/claims/judge.ts';
import type { ReceiptFacts } from '../../../src/claims/kind.ts';
import { isMemSyncError } from '../../../src/core/errors.ts';
import { base64, fromBase64, fromHex, fromUtf8, hex, lengthPrefixed, u32be, u64be, utf8 } from '../../../src/core/bytes.ts';
import { formatInstant, parseInstant } from '../../../src/core/instant.ts';
import { canonicalJson, parseCanonicalJson } from '../../../src/crypto/canonical.ts';
import { preAuthEncoding } from '../../../src/crypto/dsse.ts';
import { verifyBytes } from '../../../src/crypto/ed25519.ts';
import { sha256 } from '../../../src/crypto/sha256.ts';
import { verifyCheckpoint } from '../../../src/log/checkpoint.ts';
import { cosignatureMessage, openCosignatures } from '../../../src/log/cosignature.ts';
import { encodeCosignerKey, parseCosignerKey } from '../../../src/log/cosigner-key.ts';
import { leafHash, rootOf, rootOfHashes, verifyConsistency, verifyInclusion } from '../../../src/log/merkle.ts';
import { parseNote } from '../../../src/log/note.ts';
import { parsePolicy, quorumMet } from '../../../src/log/policy.ts';
import { verifyProof } from '../../../src/log/proof.ts';
import { parseVerifierKey } from '../../../src/log/verifier-key.ts';
import { verifyGenesis } from '../../../src/memory/owner-chain.ts';
import { validationLeafHash } from '../../../src/memory/validation.ts';
import { addendumEntry, evidenceDigest, parseAddendum } from '../../../src/receipts/addendum.ts';
import { contextRoot, queryDigest, requestDigest, segmentLeaf } from '../../../src/receipts/segment.ts';
import { parseStatement, receiptEntry } from '../../../src/receipts/statement.ts';
import { tagDigest } from '../../../src/receipts/tag.ts';
import { OWNER_EVENT_TYPE } from '../../../schemas/owner-event.ts';
import { STATEMENT_PAYLOAD_TYPE, type TagRecord } from '../../../schemas/receipt.ts';
import type { InclusionVector, ConsistencyVector } from '../../support/merkle-vectors.ts';
import type { SignatureCase } from '../../support/ed25519-vectors.ts';
import type Ours from '../../vectors/ours.json';

/*
 * The vectors, judged by the code itself. This module runs in Node, on libsodium and node:crypto, and bundled inside a browser: what it gives
 * has to be the same. It imports nothing of Node.
 */

/** Whether each signature is admitted. */
export function signatures(cases: readonly SignatureCase[]): boolean[] {
  return cases.map(({ key, msg, sig }) => verifyBytes(fromHex(key), fromHex(msg), fromHex(sig)));
}

/** `holds`, or the code of the refusal, for each proof. */
export function proofs(inclusion: readonly InclusionVector[], consistency: readonly ConsistencyVector[]): string[] {
  const hashes = (all: readonly string[] | null): Uint8Array[] => (all ?? []).map(fromBase64);
  return [
    ...inclusion.map((v) =>
      outcome(() => verifyInclusion(v.leafIdx, v.treeSize, fromBase64(v.leafHash), hashes(v.proof), fromBase64(v.root))),
    ),
    ...consistency.map((v) =>
      outcome(() => verifyConsistency(v.size1, v.size2, hashes(v.proof), fromBase64(v.root1), fromBase64(v.root2))),
    ),
  ];
}

/** Each JSON text in canonical form, read back from there. */
export function canonical(texts: readonly string[]): string[] {
  return texts.map((text) => {
    const bytes = canonicalJson(JSON.parse(text));
    return fromUtf8(canonicalJson(parseCanonicalJson(bytes)));
  });
}

/** What the artefacts in `test/vectors/ours.json` come to, answered at noon, under a trust that names their key. */
export async function evidence({ evidenceKinds: { artifacts, teeId } }: typeof Ours): Promise<unknown[]> {
  const trusted = [{ teeId }];
  const at = Date.UTC(2026, 10, 21, 12);
  const receipt = { issuedAt: at } as ReceiptFacts;
  const trust: Readonly<Record<string, unknown>> = { route: { attestedKeys: trusted }, external_data: { gatewayKeys: trusted } };
  return Promise.all(
    Object.entries(artifacts).map(([claim, artifact]) =>
      judgeArtifact(kindNamed(claim), { artifact, gathered: undefined, receipt }, trust[claim], at),
    ),
  );
}

/** What `test/vectors/ours.json` says of the formats that a verifier reads, each beside what is worked out here from the same beginnings. */
export function formats(ours: typeof Ours): [what: string, computed: unknown, given: unknown][] {
  const { encodings, commitments, genesis, validations, ownerEvents, receipt, addendum, log, cosignature } = ours;
  const cosigners = cosignature.verifierKeys.map(parseCosignerKey);
  const { tag, segments, query, request } = commitments;
  const statement = utf8(receipt.statement);
  const signed = { payload: statement, signature: fromHex(receipt.signature) };
  const logKey = parseVerifierKey(log.verifierKeys.log);
  const receiptKey = parseVerifierKey(log.verifierKeys.receipts);
  const ownerKey = verifyGenesis({ payload: utf8(genesis.payload), signature: fromHex(genesis.signature) }).payload.body.ownerKey;
  const leaves = segments.map(({ salt, text }) => segmentLeaf(fromHex(salt), text));
  const validationLeaves = validations.leaves.map((leaf) => hex(validationLeafHash(genesis.vault, leaf)));
  const prefixOf = (type: string, payload: Uint8Array): string => fromUtf8(preAuthEncoding(type, payload).slice(0, -payload.length));
  const { index } = verifyProof(log.proofOfEntry1, fromHex(receipt.logLeaf), logKey, verifyBytes);
  return [
    ['u32', hex(u32be(encodings.u32.value)), encodings.u32.bytes],
    ['u64', hex(u64be(encodings.u64.value)), encodings.u64.bytes],
    ['length-prefixed', hex(lengthPrefixed(...encodings.lengthPrefixed.parts.map(utf8))), encodings.lengthPrefixed.bytes],
    ['instant', formatInstant(encodings.instant.milliseconds), encodings.instant.iso8601],
    ['instant, read', parseInstant(encodings.instant.iso8601), encodings.instant.milliseconds],
    ['tag', hex(tagDigest(fromHex(tag.salt), JSON.parse(tag.record) as TagRecord)), tag.digest],
    ['segments', leaves.map(hex), segments.map(({ leaf }) => leaf)],
    ['context root', hex(contextRoot(leaves)), commitments.contextRoot],
    ['empty context root', hex(contextRoot([])), commitments.emptyContextRoot],
    ['query', hex(queryDigest(fromHex(query.salt), query.text)), query.digest],
    ['request', hex(requestDigest(fromHex(request.salt), request.sha256)), request.digest],
    ['vault', hex(sha256(utf8(genesis.payload))), genesis.vault],
    ['genesis, what is signed', prefixOf(OWNER_EVENT_TYPE, utf8(genesis.payload)), genesis.signedPrefix],
    ['validation leaves', validationLeaves, validations.leaves.map(({ hash }) => hash)],
    ['validation root', hex(rootOfHashes(validationLeaves.map(fromHex))), validations.root],
    [
      'owner’s events that verify',
      Object.values(ownerEvents.events).filter(({ payload, signature }) =>
        verifyBytes(fromHex(ownerKey), preAuthEncoding(OWNER_EVENT_TYPE, utf8(payload)), fromHex(signature)),
      ).length,
      Object.keys(ownerEvents.events).length,
    ],
    ['statement, what is signed', prefixOf(STATEMENT_PAYLOAD_TYPE, statement), receipt.signedPrefix],
    ['statement', base64(statement), receipt.envelope.payload],
    ['statement’s vault', parseStatement(statement).predicate.vault, genesis.vault],
    ['receipt signed', verifyBytes(receiptKey.publicKey, preAuthEncoding(STATEMENT_PAYLOAD_TYPE, statement), signed.signature), true],
    ['log entry', hex(receiptEntry(signed)), receipt.logEntry],
    ['addendum’s evidence', hex(evidenceDigest(addendum.evidence)), parseAddendum(utf8(addendum.statement)).predicate.evidence.digest],
    [
      'the same with what was gathered',
      hex(evidenceDigest({ ...addendum.evidence, gathered: addendum.gathered })),
      addendum.digestWithGathered,
    ],
    ['addendum’s subject', parseAddendum(utf8(addendum.statement)).subject[0]?.digest.sha256, receipt.logEntry],
    [
      'addendum’s log entry',
      hex(addendumEntry({ payload: utf8(addendum.statement), signature: fromHex(addendum.signature) })),
      addendum.logEntry,
    ],
    ['log leaf', hex(leafHash(receiptEntry(signed))), receipt.logLeaf],
    ['log root', hex(rootOf(log.entries.map(fromHex))), log.root],
    ['checkpoint', hex(verifyCheckpoint(log.checkpoint, logKey, verifyBytes).root), log.root],
    ['place in the log', index, 1],
    ['cosigner keys', cosigners.map(encodeCosignerKey), cosignature.verifierKeys],
    ['cosignature, what is signed', fromUtf8(cosignatureMessage(parseNote(log.checkpoint).text, cosignature.time)), cosignature.message],
    [
      'cosignatures that verify',
      openCosignatures(parseNote(cosignature.checkpoint), cosigners, verifyBytes).map(({ key, time, line }) => [
        key.name,
        time,
        hex(line.signature),
      ]),
      [['witness.example/w1', cosignature.time, cosignature.signature]],
    ],
    [
      'quorum',
      [['w1'], ['w1', 'w2']].map((names) => quorumMet(parsePolicy(cosignature.policy), new Set(names))),
      [cosignature.quorumMet.byFirst, cosignature.quorumMet.byBoth],
    ],
  ];
}

function outcome(check: () => void): string {
  try {
    check();
    return 'holds';
  } catch (error) {
    if (isMemSyncError(error)) return error.code;
    throw error;
  }
}
