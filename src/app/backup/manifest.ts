import { z } from 'zod';
import { Millis, Sha256, VaultId } from '../../../schemas/primitives.ts';
import { fromUtf8, hex } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import { formatInstant, type Instant } from '../../core/instant.ts';
import type { Random } from '../../core/random.ts';
import { canonicalJson, parseCanonicalJson } from '../../crypto/canonical.ts';
import { encodeEnvelope, parseEnvelope, payloadVerifies, signPayload } from '../../crypto/dsse.ts';
import type { ReceiptSigner } from '../services.ts';

const BACKUP_TYPE = 'application/vnd.memsync.backup.v1+json';
const ID = /^\d{8}T\d{6}Z-[0-9a-f]{8}$/;

/** What a backup says of itself: what is signed (docs/formats.md, “Backups”). */
export const Manifest = z.strictObject({
  format: z.literal(1),
  id: z.string().regex(ID),
  createdAt: Millis,
  build: z.string().max(200),
  schema: z.int().min(1),
  database: z.strictObject({
    size: z.int().min(0),
    sha256: Sha256,
    blockSize: z
      .int()
      .min(4096)
      .max(1 << 26),
    /** SHA-256 of each block, in order; all but the last are of `blockSize`. */
    blocks: z.array(Sha256),
  }),
  /** Where every vault stood. `error` is the code under which its ledger did not verify, head and all; null where it did. */
  vaults: z.array(z.strictObject({ vault: VaultId, seq: z.int().min(0), hash: Sha256, error: z.string().max(64).nullable() })),
  /** The log, with its signed checkpoint; null while it is empty. */
  log: z.strictObject({ size: z.int().min(1), root: Sha256, checkpoint: z.string().max(10_000) }).nullable(),
});
export type Manifest = z.infer<typeof Manifest>;

const EnvelopeFile = z.strictObject({
  payloadType: z.string(),
  payload: z.string(),
  signatures: z.array(z.strictObject({ keyid: z.string(), sig: z.string() })),
});

/** `20261121T060102Z-1a2b3c4d`: made in order of time, and never twice. */
export function makeBackupId(now: Instant, random: Random): string {
  return `${formatInstant(now).replaceAll(/[-:]|\.\d+/g, '')}-${hex(random.bytes(4))}`;
}

export function isBackupId(text: string): boolean {
  return ID.test(text);
}

/** The manifest's file: a DSSE envelope over its canonical JSON, signed by the service's receipt signer. */
export function encodeManifest(manifest: Manifest, signer: ReceiptSigner): string {
  const payload = canonicalJson(manifest);
  return `${JSON.stringify(encodeEnvelope(BACKUP_TYPE, signer.name, signPayload(signer.key, BACKUP_TYPE, payload)))}\n`;
}

/** A manifest that has been read; whether by its own service's key is `verifyManifest`’s to say. */
export interface ReadManifest {
  readonly manifest: Manifest;
  readonly verifiedBy: (publicKey: Uint8Array) => boolean;
}

/** @throws {MemSyncError} `backup_broken` when the file holds no manifest, or that of another backup than its name says. */
export function parseManifest(bytes: Uint8Array, id: string): ReadManifest {
  try {
    const signed = parseEnvelope(BACKUP_TYPE, EnvelopeFile.parse(JSON.parse(fromUtf8(bytes))));
    const manifest = Manifest.parse(parseCanonicalJson(signed.payload));
    const { size, blockSize, blocks } = manifest.database;
    if (manifest.id !== id || blocks.length !== Math.ceil(size / blockSize))
      throw new MemSyncError('backup_broken', 'It contradicts itself.');
    return { manifest, verifiedBy: (publicKey) => payloadVerifies(publicKey, BACKUP_TYPE, signed) };
  } catch (cause) {
    throw new MemSyncError('backup_broken', `The manifest of ${id} does not read.`, { cause });
  }
}

/** @throws {MemSyncError} `key_untrusted` unless one of the keys signed it: it was made by another service, or altered since. */
export function verifyManifest({ manifest, verifiedBy }: ReadManifest, publicKeys: readonly Uint8Array[]): Manifest {
  if (publicKeys.some(verifiedBy)) return manifest;
  throw new MemSyncError('key_untrusted', `Backup ${manifest.id} is not signed by this service’s key: it is another’s, or was altered.`);
}
