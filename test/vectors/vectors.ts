import { hex } from '../../src/core/bytes.ts';
import { openVector, sealVector, vectorDigest, vectorDigestKey, vectorKey } from '../../src/crypto/vector-seal.ts';
import { quantise } from '../../src/retrieval/quantise.ts';
import { COLLECTION, CountingRandom, key, ROW, vaultKey } from './given.ts';

/** A vector as a service gives it, in bytes, sealed, and told from others. */
export function rowVector() {
  const given = [0.03, -0.6, 0.24, 0, 0.05];
  const vector = quantise(given) ?? new Int8Array(0);
  const name = { ...ROW, model: 'a-model' };
  const secret = vectorKey(key());
  const sealed = sealVector(secret, COLLECTION, name, vector, new CountingRandom());
  if (openVector(secret, COLLECTION, name, sealed) === null) throw new Error('the vector opens');
  const digestKey = vectorDigestKey(vaultKey());
  return {
    given,
    vector: [...vector],
    collectionKey: hex(key().key.reveal()),
    name: { ...COLLECTION, ...name },
    key: hex(secret.reveal()),
    sealed: hex(sealed),
    vaultKey: hex(vaultKey().key.reveal()),
    digestKey: hex(digestKey.reveal()),
    digest: hex(vectorDigest(digestKey, ROW, vector)),
  };
}
