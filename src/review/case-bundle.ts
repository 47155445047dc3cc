import { CASE_BUNDLE_FORMAT, CaseBundle } from '../../schemas/case-bundle.ts';
import { fromHex } from '../core/bytes.ts';
import { parseStrictJson } from '../core/json.ts';
import { malformed, readBundleText } from '../receipts/bundle.ts';

/** Whether a JSON text is a case's bundle, or says that it is one; and not a receipt's bundle or a certificate. */
export function looksLikeCase(text: string): boolean {
  try {
    const value = parseStrictJson(text);
    return typeof value === 'object' && value !== null && 'format' in value && value.format === CASE_BUNDLE_FORMAT;
  } catch {
    return false;
  }
}

/** A case's bundle out of its JSON text. Nothing is verified. @throws {MemSyncError} `bundle_malformed` */
export function parseCaseBundle(text: string): CaseBundle {
  const parsed = CaseBundle.safeParse(readBundleText(text));
  if (parsed.success) return parsed.data;
  const at = parsed.error.issues[0]?.path.join('/') ?? '';
  throw malformed(`The case’s bundle does not fit the contract${at === '' ? '' : ` at ${at}`}.`, parsed.error);
}

/** The reviewers' public keys by their ids, as the bundle states them. @throws {MemSyncError} `bundle_malformed` where one is stated twice */
export function statedKeys({ reviewers }: CaseBundle): ReadonlyMap<string, Uint8Array> {
  const keys = new Map(reviewers.map(({ id, key }) => [id, fromHex(key)]));
  if (keys.size !== reviewers.length) throw malformed('The case’s bundle states a reviewer twice.');
  return keys;
}
