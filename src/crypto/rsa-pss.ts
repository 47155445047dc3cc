const ALGORITHM = { name: 'RSA-PSS', hash: 'SHA-256' };
const MODULUS_BITS = 2048;
const SALT_BYTES = 32;

/** A public key that has been read, to check signatures with. */
export interface RsaPublicKey {
  /** Whether `signature` is this key's over `message`: RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 bytes. */
  verifies(message: Uint8Array, signature: Uint8Array): Promise<boolean>;
}

/**
 * Reads a DER SubjectPublicKeyInfo; null unless it is an RSA key of 2,048 bits. By WebCrypto, which Node and browsers have.
 * @throws {TypeError} where there is none, as on pages from plain HTTP: nothing can be said of a key there
 */
export async function readRsaKey(spki: Uint8Array): Promise<RsaPublicKey | null> {
  const { subtle } = globalThis.crypto;
  const read = subtle.importKey('spki', new Uint8Array(spki), ALGORITHM, false, ['verify']);
  let key: Awaited<typeof read>;
  try {
    key = await read;
  } catch {
    return null;
  }
  if (!('modulusLength' in key.algorithm) || key.algorithm.modulusLength !== MODULUS_BITS) return null;
  return {
    verifies: (message, signature) =>
      subtle.verify({ name: ALGORITHM.name, saltLength: SALT_BYTES }, key, new Uint8Array(signature), new Uint8Array(message)),
  };
}
