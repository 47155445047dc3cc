import type { Check } from '../../schemas/receipt.ts';
import { fromBase64, hex } from '../core/bytes.ts';
import { walrusBlobId } from '../crypto/blob-id.ts';
import { BLOB_ID_SHARDS, mostBlobBytes } from '../crypto/blob-id-shape.ts';
import { sha256 } from '../crypto/sha256.ts';
import type { Given, Judgement } from './kind.ts';
import { type ArtifactNames, blobIdFact, factsOfNames, type ModelBytes, SHA256_FACT } from './model-artifact.ts';

/** A name, and who gave it. */
interface Named {
  readonly by: 'receipt' | 'evidence';
  readonly name: string;
}

/**
 * Bytes held against every name that the receipt or the evidence gives them: each is computed anew, and one that is otherwise has failed.
 * A blob ID of 1000 shards takes seconds, so it is computed only where one is named.
 */
export async function judgeModelBytes({ artifact, receipt }: Given<ModelBytes>): Promise<Judgement> {
  const bytes = fromBase64(artifact.bytes);
  const { shards = BLOB_ID_SHARDS } = artifact;
  const atIssue = receipt.model.artifact ?? {};
  const digest = hex(sha256(bytes));
  const [ofMainnet, ofOther] = shards === BLOB_ID_SHARDS ? [artifact.blobId, undefined] : [undefined, artifact.blobId];
  const mainnet = await blobIdCheck(bytes, BLOB_ID_SHARDS, [...named('receipt', atIssue.blobId), ...named('evidence', ofMainnet)]);
  const checks = [
    compared(SHA256_FACT, 'SHA-256', digest, [...named('receipt', atIssue.sha256), ...named('evidence', artifact.sha256)]),
    mainnet,
    ...(ofOther === undefined ? [] : [await blobIdCheck(bytes, shards, named('evidence', ofOther))]),
    namedAtIssue(atIssue),
  ];
  const blobId = ofMainnet ?? (mainnet.status === 'verified' ? atIssue.blobId : undefined);
  const failed = checks.some(({ status }) => status === 'failed');
  const verified = checks.some(({ status }) => status === 'verified');
  return {
    status: failed ? 'failed' : verified ? 'verified' : 'asserted',
    checks,
    // The bytes put forward have a digest, whether it was named or not; a name that is not theirs is still what the evidence states.
    facts: [...factsOfNames({ sha256: artifact.sha256 ?? digest, blobId }), ...factsOfNames({ blobId: ofOther }, shards)],
  };
}

function named(by: Named['by'], name: string | undefined): Named[] {
  return name === undefined ? [] : [{ by, name }];
}

async function blobIdCheck(bytes: Uint8Array, shards: number, names: readonly Named[]): Promise<Check> {
  const check = blobIdFact(shards);
  const what = shards === BLOB_ID_SHARDS ? 'Walrus blob ID' : `Walrus blob ID for ${shards} shards`;
  if (names.length === 0) return { check, status: 'absent', detail: `No ${what} was named.` };
  if (bytes.length > mostBlobBytes(shards)) return { check, status: 'failed', detail: `These bytes are too many to have a ${what}.` };
  const computed = await walrusBlobId(bytes, shards);
  if (computed === null) return { check, status: 'asserted', detail: `The ${what} cannot be computed here: it was not compared.` };
  return compared(check, what, computed, names);
}

function compared(check: string, what: string, computed: string, names: readonly Named[]): Check {
  if (names.length === 0) return { check, status: 'asserted', detail: `No ${what} was named; these bytes have ${computed}.` };
  const wrong = names.find(({ name }) => name !== computed);
  if (wrong === undefined) return { check, status: 'verified', detail: `These bytes have the ${what} that is named: ${computed}.` };
  return { check, status: 'failed', detail: `These bytes have the ${what} ${computed}, not the one that the ${wrong.by} names.` };
}

/** Whether the receipt itself names an artefact, and not only what came beside it or after it. */
export function namedAtIssue({ sha256: digest, blobId }: ArtifactNames): Check {
  return digest === undefined && blobId === undefined
    ? { check: 'named_at_issue', status: 'absent', detail: 'The receipt itself names no artefact: this evidence does.' }
    : { check: 'named_at_issue', status: 'asserted', detail: 'The receipt itself names the artefact.' };
}
