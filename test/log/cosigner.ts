import { Redacted } from '../../src/core/redacted.ts';
import { signBytes, signingKeyFromSeed } from '../../src/crypto/ed25519.ts';
import { cosignatureMessage, encodeCosignature } from '../../src/log/cosignature.ts';
import { type CosignerKey, cosignerKey } from '../../src/log/cosigner-key.ts';
import type { NoteSignature } from '../../src/log/note.ts';

/** A witness's key, and its hand. */
export interface Cosigner {
  readonly key: CosignerKey;
  /** Cosigns a checkpoint's text at a time in seconds. */
  cosign(text: string, time: number): NoteSignature;
}

/** A cosigner with a key of its own for each `seed`. */
export function makeCosigner(name: string, seed: number): Cosigner {
  const pair = signingKeyFromSeed(new Redacted(new Uint8Array(32).fill(seed)));
  const key = cosignerKey(name, pair.publicKey);
  return {
    key,
    cosign: (text, time) => encodeCosignature(key, { time, signature: signBytes(pair, cosignatureMessage(text, time)) }),
  };
}

/**
 * A checkpoint of a certificate log in use, and the cosignature of a public witness under it (its other one is of a type that is not read here), as
 * they were published in 2026; and the witness's key, as its operator gives it.
 */
export const NAVIGLI_KEY = 'witness.navigli.sunlight.geomys.org+a3e00fe2+BNy/co4C1Hn1p+INwJrfUlgz7W55dSZReusH/GhUhJ/G';
export const NAVIGLI_TIME = 1_785_704_691;
export const COACH_NOTE = `coachandhorses2026h1.staging.certificate.transparency.goog
185550722
YXAM0VmnrfvLaBCOOYSJhCaE5F10oGBOo+hkbDa1kng=

\u2014 coachandhorses2026h1.staging.certificate.transparency.goog MpXgsHy8ZwxXnO+WjtVrPxAzL49Rs1gWTkNVNeEa//5peAzaocRCB3qt3EaibjzY5GILLtGgBP7dBhgcSHy+JQh0OAc=
\u2014 witness.navigli.sunlight.geomys.org o+AP4gAAAABqb7DzNrGFRJnQ9vrJ8xpnwZytnr/ZYczDIsvwvouiSjwOjn7a72ccxBk+lKnZ7dKqkYKER1s/KxLTaVwQD7lJZTC/CQ==
`;
