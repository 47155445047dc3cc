import { concat, hex, LengthPrefixedReader, utf8 } from '../core/bytes.ts';
import { isMemSyncError } from '../core/errors.ts';
import { keccak256 } from '../crypto/keccak.ts';
import { word } from './evm-word.ts';

/** A key configuration of Oblivious HTTP (RFC 9458, section 3.1), taken apart. */
export interface KeyConfig {
  readonly keyId: number;
  readonly kemId: number;
  /** As its KEM writes it. */
  readonly publicKey: Uint8Array;
  /** At least one. */
  readonly suites: readonly Suite[];
}

export interface Suite {
  readonly kdfId: number;
  readonly aeadId: number;
}

/** The bytes of a public key, by KEM (RFC 9180, section 7.1). A key of any other KEM has no length that could be told. */
const KEY_BYTES: ReadonlyMap<number, number> = new Map([
  [0x0010, 65],
  [0x0011, 97],
  [0x0012, 133],
  [0x0020, 32],
  [0x0021, 56],
]);

const DOMAIN = keccak256(utf8('OPENGRADIENT_TEE_OHTTP_CONFIG_V1'));

/** Reads one key configuration, nothing before or after it; null where it is none, or has a KEM whose keys have no known length. */
export function parseKeyConfig(bytes: Uint8Array): KeyConfig | null {
  try {
    const reader = new LengthPrefixedReader(bytes);
    const keyId = number(reader.take(1));
    const kemId = number(reader.take(2));
    const publicKey = reader.take(KEY_BYTES.get(kemId) ?? bytes.length);
    const length = number(reader.take(2));
    if (length === 0 || length % 4 !== 0) return null;
    const suites = Array.from({ length: length / 4 }, () => ({ kdfId: number(reader.take(2)), aeadId: number(reader.take(2)) }));
    reader.end();
    return { keyId, kemId, publicKey, suites };
  } catch (error) {
    if (isMemSyncError(error)) return null;
    throw error;
  }
}

/** Whether it is of the one suite that the relay speaks: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305, and offers no other. */
export function isOfRelaySuite({ kemId, suites }: KeyConfig): boolean {
  const [first] = suites;
  return kemId === 0x0020 && suites.length === 1 && first?.kdfId === 0x0001 && first.aeadId === 0x0003;
}

/**
 * What the gateway's key signs of a configuration (FORMATS, "OHTTP relay"): 32 bytes. Every field is taken from the configuration's own
 * bytes; of several suites, the first. `teeId` is the 32 bytes of the signing key's.
 */
export function configDigest(config: KeyConfig, bytes: Uint8Array, teeId: Uint8Array): Uint8Array {
  const [first] = config.suites;
  const numbers = [config.keyId, config.kemId, first?.kdfId ?? 0, first?.aeadId ?? 0];
  return keccak256(concat(DOMAIN, teeId, ...numbers.map(word), keccak256(config.publicKey), keccak256(bytes)));
}

/** How many suites are said in words. */
const SUITES_SAID = 4;

/** The numbers of a configuration in words, of many suites the first few: `key 1, KEM 0x0020, KDF 0x0001, AEAD 0x0003`. */
export function configWords({ keyId, kemId, suites }: KeyConfig): string {
  const offered = suites.slice(0, SUITES_SAID).map(({ kdfId, aeadId }) => `KDF ${id(kdfId)}, AEAD ${id(aeadId)}`);
  if (suites.length > SUITES_SAID) offered.push(`${suites.length - SUITES_SAID} more`);
  return `key ${keyId}, KEM ${id(kemId)}, ${offered.join('; ')}`;
}

function id(value: number): string {
  return `0x${value.toString(16).padStart(4, '0')}`;
}

function number(bytes: Uint8Array): number {
  return Number.parseInt(hex(bytes), 16);
}
