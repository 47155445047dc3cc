import { concat } from '../core/bytes.ts';
import { keccak256 } from '../crypto/keccak.ts';
import { word } from './evm-word.ts';

/**
 * What a gateway signs of a request and what it gave back: keccak256(requestHash ‖ outputHash ‖ seconds as a 32-byte word). The hashes are
 * keccak256 of the bytes, 32 bytes each (FORMATS, "OpenGradient's signed inference").
 */
export function signedExchange(requestHash: Uint8Array, outputHash: Uint8Array, seconds: number): Uint8Array {
  return keccak256(concat(requestHash, outputHash, word(seconds)));
}
