import { Artifact } from '../../schemas/evidence.ts';
import { base64 } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { parseStrictJson } from '../core/json.ts';
import { readInput, readInputBytes } from './input.ts';

/** What the command line says of a piece of evidence. */
export interface ArtifactOptions {
  readonly kind?: string | undefined;
  /** `name=text` or `name:=JSON`, in order. */
  readonly set?: readonly string[] | undefined;
  /** A file whose bytes go along as `bytes`. */
  readonly bytes?: string | undefined;
}

/** What `--bytes` alone is evidence of. */
const BYTES_KIND = 'model-bytes';

/**
 * The piece of evidence in a file of JSON (`-` is standard input), or put together from options; not both.
 * @throws {MemSyncError} `usage`, `json_invalid`
 */
export function readArtifactInput(file: string | undefined, options: ArtifactOptions): Artifact {
  const { kind, set = [], bytes } = options;
  const together = kind !== undefined || set.length > 0 || bytes !== undefined;
  if (together === (file !== undefined))
    throw new MemSyncError(
      'usage',
      'Give the evidence as a file of JSON (“-” for standard input), or put it together with --kind: one of the two.',
    );
  const value = file === undefined ? assembled(kind ?? (bytes === undefined ? null : BYTES_KIND), set, bytes) : strictJson(file);
  const artifact = Artifact.safeParse(value);
  if (!artifact.success)
    throw new MemSyncError('usage', 'Evidence is a JSON object that names its kind: {"kind": "mode-declaration", "mode": "TEE"}.');
  return artifact.data;
}

function strictJson(file: string): unknown {
  return parseStrictJson(readInput(file));
}

function assembled(kind: string | null, set: readonly string[], bytes: string | undefined): unknown {
  if (kind === null) throw new MemSyncError('usage', 'Say with --kind what kind of evidence it is.');
  const fields = new Map<string, unknown>([['kind', kind]]);
  for (const [name, value] of set.map(field)) {
    if (fields.has(name)) throw new MemSyncError('usage', `“${name}” is set twice.`);
    fields.set(name, value);
  }
  if (bytes !== undefined) {
    if (fields.has('bytes')) throw new MemSyncError('usage', '“bytes” is set twice.');
    fields.set('bytes', base64(readInputBytes(bytes)));
  }
  return Object.fromEntries(fields);
}

function field(text: string): [string, unknown] {
  const [, name, sign, value = ''] = /^([A-Za-z]\w*)(:?=)(.*)$/s.exec(text) ?? [];
  if (name === undefined) throw new MemSyncError('usage', `“${text}” sets nothing. Write name=text, or name:=JSON.`);
  return [name, sign === '=' ? value : json(name, value)];
}

function json(name: string, text: string): unknown {
  try {
    return parseStrictJson(text);
  } catch (cause) {
    throw new MemSyncError('usage', `What “${name}” is set to with := is not JSON.`, { cause });
  }
}
