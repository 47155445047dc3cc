import { Bundle } from '../../schemas/receipt.ts';
import { MemSyncError } from '../core/errors.ts';
import { parseStrictJson } from '../core/json.ts';

/** The longest bundle that is read, in UTF-16 code units of JSON. */
const MAX_BUNDLE_LENGTH = 64 * 1024 * 1024;

/** The most tags and segments that are read. A retrieval serves 200 rows at most. */
const MAX_TAGS = 1000;
const MAX_SEGMENTS = 4000;

/**
 * The value of a bundle's JSON text, or of a disclosure file's. Nothing is verified.
 * @throws {MemSyncError} `bundle_malformed` when it is too long, not JSON, or has a key twice anywhere.
 */
export function readBundleText(text: string): unknown {
  if (text.length > MAX_BUNDLE_LENGTH) throw malformed('The bundle is too long to be one.');
  try {
    return parseStrictJson(text);
  } catch (cause) {
    throw malformed(cause instanceof MemSyncError ? cause.message : 'The text is not JSON.', cause);
  }
}

/** The bundle that a value is, copied out of it. @throws {MemSyncError} `bundle_malformed` when it does not fit the contract. */
export function checkBundle(value: unknown): Bundle {
  let parsed: ReturnType<typeof Bundle.safeParse>;
  try {
    parsed = Bundle.safeParse(value);
  } catch (cause) {
    throw malformed('The bundle cannot be read.', cause);
  }
  if (!parsed.success) {
    const at = parsed.error.issues[0]?.path.join('/') ?? '';
    throw malformed(`The bundle does not fit the contract${at === '' ? '' : ` at ${at}`}.`, parsed.error);
  }
  const { tags, segments } = parsed.data.disclosures;
  if (tags.length > MAX_TAGS || segments.length > MAX_SEGMENTS) throw malformed('The bundle has more rows than a retrieval can serve.');
  return parsed.data;
}

/** What cannot be read as evidence at all. */
export function malformed(detail: string, cause?: unknown): MemSyncError {
  return new MemSyncError('bundle_malformed', detail, { cause });
}
