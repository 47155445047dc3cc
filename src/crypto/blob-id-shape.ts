/** How many shards Walrus has on its mainnet and testnet: a blob ID depends on it. */
export const BLOB_ID_SHARDS = 1000;

/** As few as the encoder takes. */
export const LEAST_SHARDS = 4;

/** Base64url of 32 bytes without padding. The last character holds four bits, so there is one spelling. */
export const BLOB_ID = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;
