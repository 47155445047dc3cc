import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { base64 } from '../../../schemas/primitives.ts';
import { equalBytes, fromBase64, fromHex, fromUtf8, hex, base64 as inBase64, lengthPrefixed, u64be, utf8 } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import { parseStrictJson } from '../../core/json.ts';
import type { Random } from '../../core/random.ts';
import type { Redacted } from '../../core/redacted.ts';
import { openBytes, sealBytes } from '../../crypto/aead.ts';
import { canonicalJson } from '../../crypto/canonical.ts';

const FORMAT = 'memsync/spool/v1';

/** `spool.json`: what the spool is for, and a seal over nothing that only its key opens. */
const ManifestFile = z.strictObject({
  format: z.literal(FORMAT),
  id: z.string().regex(/^[0-9a-f]{32}$/),
  purpose: z.json(),
  check: base64(64),
});

/** Which spool a part belongs to: an id of its own, and what it is for. */
export interface SpoolManifest {
  readonly id: Uint8Array;
  /** The purpose as RFC 8785 writes it. */
  readonly purpose: Uint8Array;
}

/** A fresh manifest. @throws {MemSyncError} `encoding_invalid`, `text_not_unicode` when the purpose is not JSON */
export function newManifest(purpose: unknown, random: Random): SpoolManifest {
  return { id: random.bytes(16), purpose: canonicalJson(purpose) };
}

export function encodeManifest(manifest: SpoolManifest, key: Redacted, random: Random): Uint8Array {
  const check = inBase64(sealBytes(key, new Uint8Array(), checkData(manifest), random));
  const purpose: unknown = JSON.parse(fromUtf8(manifest.purpose));
  return utf8(`${JSON.stringify({ format: FORMAT, id: hex(manifest.id), purpose, check })}\n`);
}

/**
 * The manifest in a file, when it is for `purpose` and under `key`.
 * @throws {MemSyncError} `transfer_damaged` when it does not read; `transfer_unfinished` for another purpose or key
 */
export async function readManifest(path: string, purpose: unknown, key: Redacted): Promise<SpoolManifest> {
  const file = ManifestFile.safeParse(parsed(await readFile(path)));
  if (!file.success) throw new MemSyncError('transfer_damaged', `${path} does not read; remove its folder to begin anew.`);
  const manifest: SpoolManifest = { id: fromHex(file.data.id), purpose: canonicalJson(file.data.purpose) };
  if (!equalBytes(manifest.purpose, canonicalJson(purpose)))
    throw new MemSyncError('transfer_unfinished', `${path} was begun for something else.`);
  if (openBytes(key, fromBase64(file.data.check), checkData(manifest)) === null)
    throw new MemSyncError('transfer_unfinished', `${path} was begun under another key.`);
  return manifest;
}

/** What a part's seal is bound to: the spool, what it is for, and the part's number. */
export function partData(manifest: SpoolManifest, index: number): Uint8Array {
  return lengthPrefixed(utf8(`${FORMAT}/part`), manifest.id, manifest.purpose, u64be(index));
}

function checkData(manifest: SpoolManifest): Uint8Array {
  return lengthPrefixed(utf8(`${FORMAT}/check`), manifest.id, manifest.purpose);
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return parseStrictJson(fromUtf8(bytes));
  } catch {
    return undefined;
  }
}
