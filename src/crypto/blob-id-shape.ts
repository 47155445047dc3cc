/** How many shards Walrus has on its mainnet and testnet: a blob ID depends on it. */
export const BLOB_ID_SHARDS = 1000;

/** As few as the encoder takes. */
export const LEAST_SHARDS = 4;

/** Base64url of 32 bytes without padding. The last character holds four bits, so there is one spelling. */
export const BLOB_ID = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

/** The largest symbol of the encoding RS2, in bytes. */
const SYMBOL_BYTES = 65_534;

/** The most bytes that have a blob ID for so many shards: as many symbols as its two ways of encoding take, with a third of the shards faulty. */
export function mostBlobBytes(shards: number): number {
  const faulty = Math.floor((shards - 1) / 3);
  return (shards - 2 * faulty) * (shards - faulty) * SYMBOL_BYTES;
}
