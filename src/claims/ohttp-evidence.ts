import { z } from 'zod';
import type { Fact } from '../../schemas/evidence.ts';
import type { Check } from '../../schemas/receipt.ts';
import { fromBase64, fromHex, hex } from '../core/bytes.ts';
import { sha256 } from '../crypto/sha256.ts';
import { isTrusted, oneBase64, readGatewayKey, RsaSignature, Spki, type TrustedKeys, Word } from './gateway-key.ts';
import { check } from './judged.ts';
import { configDigest, configWords, isOfRelaySuite, type KeyConfig, parseKeyConfig } from './ohttp-config.ts';

const Number16 = z.int().min(0).max(0xffff);

/** A gateway's key configuration with its signature, as `GET /v1/ohttp/config` of the gateway answers. */
export const OhttpKeyConfig = z.strictObject({
  kind: z.literal('ohttp-key-config'),
  /** RFC 9458, section 3.1. */
  keyConfig: oneBase64(1024),
  teeId: Word,
  spki: Spki,
  signature: RsaSignature,
  /** What the gateway's answer says of the configuration beside its bytes. */
  stated: z
    .strictObject({
      keyId: z.int().min(0).max(0xff),
      kemId: Number16,
      kdfId: Number16,
      aeadId: Number16,
      publicKey: z.string().regex(/^(?:[0-9a-f]{2}){1,256}$/, 'must be pairs of lower-case hexadecimal digits'),
      signatureHash: Word,
    })
    .partial()
    .optional(),
});
export type OhttpKeyConfig = z.infer<typeof OhttpKeyConfig>;

interface Looked {
  readonly checks: readonly Check[];
  readonly facts: readonly Fact[];
  /** Whether all of it holds, under a key that the trust names. */
  readonly settled: boolean;
}

/** Looks at a signed key configuration: each check by itself, from the configuration's own bytes. */
export async function judgeKeyConfig(artifact: OhttpKeyConfig, trusted: TrustedKeys): Promise<Looked> {
  const bytes = fromBase64(artifact.keyConfig);
  const config = parseKeyConfig(bytes);
  const signer = await readGatewayKey(artifact.spki);
  const digest = config === null ? null : configDigest(config, bytes, fromHex(signer.teeId));
  const named = isTrusted(trusted, signer);
  const checks = [
    configurationCheck(config),
    statedCheck(artifact.stated ?? {}, config, digest),
    artifact.teeId === signer.teeId
      ? check('tee_id', 'verified', 'It is the Keccak-256 of the signing key.')
      : check('tee_id', 'failed', 'It is not the Keccak-256 of the signing key.'),
    await signatureCheck(digest, signer.key, fromBase64(artifact.signature)),
    named
      ? check('key', 'verified', 'The trust by which this was judged names the signing key.')
      : check('key', 'asserted', 'The trust by which this was judged does not name the signing key: anybody could have made one.'),
  ];
  const facts = [
    { name: 'gateway', value: artifact.teeId },
    { name: 'ohttp_key_config', value: hex(sha256(bytes)) },
  ];
  return { checks, facts, settled: checks.every(({ status }) => status === 'verified' || status === 'absent') };
}

function configurationCheck(config: KeyConfig | null): Check {
  if (config === null) return check('configuration', 'failed', 'The bytes are no OHTTP key configuration.');
  if (isOfRelaySuite(config)) return check('configuration', 'verified', `It reads, and is of the relay’s suite: ${configWords(config)}.`);
  return check('configuration', 'failed', `It is not of the relay’s one suite: ${configWords(config)}.`);
}

function statedCheck(stated: NonNullable<OhttpKeyConfig['stated']>, config: KeyConfig | null, digest: Uint8Array | null): Check {
  if (config === null || digest === null) return check('stated', 'absent', 'There is no configuration to hold what is stated against.');
  const [suite] = config.suites;
  const own: Readonly<Record<string, string | number | undefined>> = {
    keyId: config.keyId,
    kemId: config.kemId,
    kdfId: suite?.kdfId,
    aeadId: suite?.aeadId,
    publicKey: hex(config.publicKey),
    signatureHash: hex(digest),
  };
  const given = Object.entries(stated).filter(([, value]) => value !== undefined);
  if (given.length === 0) return check('stated', 'absent', 'Nothing is stated of the configuration beside its bytes.');
  const other = given.filter(([name, value]) => own[name] !== value).map(([name]) => name);
  if (other.length === 0) return check('stated', 'verified', 'What is stated beside the configuration is what its bytes say.');
  return check('stated', 'failed', `What is stated is not what the configuration’s bytes say: ${other.join(', ')}.`);
}

async function signatureCheck(
  digest: Uint8Array | null,
  key: Awaited<ReturnType<typeof readGatewayKey>>['key'],
  signature: Uint8Array,
): Promise<Check> {
  if (key === null) return check('signature', 'failed', 'The signing key is no RSA key of 2,048 bits.');
  if (digest === null) return check('signature', 'absent', 'There is no configuration whose signature could be checked.');
  if (await key.verifies(digest, signature))
    return check('signature', 'verified', 'The signature over the configuration is the signing key’s.');
  return check('signature', 'failed', 'The signature over the configuration is not the signing key’s.');
}
