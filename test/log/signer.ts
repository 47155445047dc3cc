import { Redacted } from '../../src/core/redacted.ts';
import { signBytes, signingKeyFromSeed, verifyBytes } from '../../src/crypto/ed25519.ts';
import type { NoteSigner } from '../../src/log/note.ts';
import { type VerifierKey, verifierKey } from '../../src/log/verifier-key.ts';

/** The strict check that the service uses. */
export const verify = verifyBytes;

/** A signer with a key of its own for each `seed`, and the verifier key that goes with it. */
export function makeSigner(name: string, seed: number | Uint8Array): { signer: NoteSigner; key: VerifierKey } {
  const pair = signingKeyFromSeed(new Redacted(typeof seed === 'number' ? new Uint8Array(32).fill(seed) : seed));
  const signer = { name, publicKey: pair.publicKey, sign: (message: Uint8Array) => signBytes(pair, message) };
  return { signer, key: verifierKey(name, pair.publicKey) };
}
