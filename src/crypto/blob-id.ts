import { BLOB_ID_SHARDS } from './blob-id-shape.ts';

/**
 * The Walrus blob ID of `bytes` (FORMATS, "Model artefact"): 43 characters of base64url. With 1000 shards, as mainnet and testnet have them,
 * it takes one to three seconds of the thread that asks, whatever the size, so that no thread that serves should ask. The encoder is loaded
 * by the first call. `shards` is from 4 to 1000. Null where it cannot be computed, which here it always can (see portable/).
 */
export async function walrusBlobId(bytes: Uint8Array, shards: number = BLOB_ID_SHARDS): Promise<string | null> {
  const { BlobEncoder } = await import('@mysten/walrus-wasm');
  const encoder = new BlobEncoder(shards);
  try {
    const metadata: unknown = encoder.compute_metadata(bytes);
    return Buffer.from(idIn(metadata)).toString('base64url');
  } finally {
    encoder.free();
  }
}

/** What the encoder gives is the ID, the Merkle tree's root, the length and the encoding. */
function idIn(metadata: unknown): number[] {
  const id: unknown = Array.isArray(metadata) ? metadata[0] : null;
  if (!Array.isArray(id) || id.length !== 32) throw new TypeError('the Walrus encoder gives no ID of 32 bytes');
  return id.map(Number);
}
