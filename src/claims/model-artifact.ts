import { z } from 'zod';
import type { Fact } from '../../schemas/evidence.ts';
import { LIMITS } from '../../schemas/limits.ts';
import { Sha256 } from '../../schemas/primitives.ts';
import { BLOB_ID, BLOB_ID_SHARDS, LEAST_SHARDS } from '../crypto/blob-id-shape.ts';

/** What an artefact is known by. Two names of one kind that differ are two artefacts; names of different kinds say nothing of each other. */
export interface ArtifactNames {
  readonly sha256?: string | undefined;
  /** A Walrus blob ID for 1000 shards, as mainnet and testnet have them. */
  readonly blobId?: string | undefined;
}

const BlobId = z.string().regex(BLOB_ID, 'must be a blob ID: 43 characters of base64url without padding, in its one spelling');

/** Standard base64 in its one spelling. A single loop over the text: one of groups of four runs out of stack on some megabytes. */
const Base64 = z
  .string()
  .max(LIMITS.artifactBytes)
  .refine(
    (text) => text.length % 4 === 0 && /^[A-Za-z0-9+/]*(?:[AQgw]==|[AEIMQUYcgkosw048]=)?$/.test(text),
    'must be standard base64 with padding',
  );

/** An artefact’s bytes, with what they are said to be known by; what the receipt says is compared in any case. */
export const ModelBytes = z
  .strictObject({
    kind: z.literal('model-bytes'),
    bytes: Base64,
    sha256: Sha256.optional(),
    blobId: BlobId.optional(),
    /** Of the blob ID that stands here, where it is not one of mainnet. */
    shards: z.int().min(LEAST_SHARDS).max(BLOB_ID_SHARDS).optional(),
  })
  .refine(({ shards, blobId }) => shards === undefined || blobId !== undefined, { path: ['shards'], message: 'goes with a blobId' });
export type ModelBytes = z.infer<typeof ModelBytes>;

/** What an artefact is said to be known by, and no bytes. */
export const ModelNames = z
  .strictObject({ kind: z.literal('model-artifact'), sha256: Sha256.optional(), blobId: BlobId.optional() })
  .refine(({ sha256, blobId }) => sha256 !== undefined || blobId !== undefined, 'must have a sha256 or a blobId');
export type ModelNames = z.infer<typeof ModelNames>;

/** The fact that names an artefact by a blob ID; one for other than 1000 shards is another fact, which no mainnet ID agrees or disagrees with. */
export function blobIdFact(shards: number = BLOB_ID_SHARDS): string {
  return shards === BLOB_ID_SHARDS ? BLOB_ID_FACT : `${BLOB_ID_FACT}.n${shards}`;
}

const BLOB_ID_FACT = 'artifact.blob_id';
export const SHA256_FACT = 'artifact.sha256';

/** Names as facts of the claim `model`. */
export function factsOfNames({ sha256, blobId }: ArtifactNames, shards?: number): Fact[] {
  return [
    ...(sha256 === undefined ? [] : [{ name: SHA256_FACT, value: sha256 }]),
    ...(blobId === undefined ? [] : [{ name: blobIdFact(shards), value: blobId }]),
  ];
}

/** The names that facts of the claim `model` state, the first of each; undefined where there is none. */
export function namesInFacts(facts: readonly Fact[]): ArtifactNames {
  const first = (name: string): string | undefined => facts.find((fact) => fact.name === name)?.value;
  return { sha256: first(SHA256_FACT), blobId: first(BLOB_ID_FACT) };
}
