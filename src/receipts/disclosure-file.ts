import { Disclosure, DISCLOSURE_FORMAT, type RowOpening } from '../../schemas/disclosure.ts';
import type { Bundle } from '../../schemas/receipt.ts';
import { checkBundle, malformed, readBundleText } from './bundle.ts';

/** What a reviewer was handed: a receipt's bundle, and the rows that are opened beside it. */
export interface Evidence {
  /** Which receipt a disclosure says that it is of; null for a bundle alone. */
  readonly receipt: string | null;
  readonly bundle: Bundle;
  /** By position, each once; none with a bundle alone. */
  readonly rows: readonly RowOpening[];
}

/**
 * The evidence in a JSON text or in the value read from it: a bundle, or a disclosure file, which has one in it. Nothing is verified.
 * @throws {MemSyncError} `bundle_malformed` when it is neither, has a key twice anywhere, or is too long.
 */
export function readEvidence(given: unknown): Evidence {
  const value = typeof given === 'string' ? readBundleText(given) : given;
  return isDisclosure(value) ? checkDisclosure(value) : { receipt: null, bundle: checkBundle(value), rows: [] };
}

function isDisclosure(value: unknown): boolean {
  try {
    return typeof value === 'object' && value !== null && Object.hasOwn(value, 'format');
  } catch {
    return false;
  }
}

function checkDisclosure(value: unknown): Evidence {
  let parsed: ReturnType<typeof Disclosure.safeParse>;
  try {
    parsed = Disclosure.safeParse(value);
  } catch (cause) {
    throw malformed('The disclosure cannot be read.', cause);
  }
  if (!parsed.success) {
    const at = parsed.error.issues[0]?.path.join('/') ?? '';
    const what = at === 'format' ? `It is not a disclosure of the format ${DISCLOSURE_FORMAT}` : 'The disclosure does not fit the contract';
    throw malformed(`${what}${at === '' || at === 'format' ? '' : ` at ${at}`}.`, parsed.error);
  }
  const { receipt, bundle, rows } = parsed.data;
  if (rows.some(({ position }, i) => position <= (rows[i - 1]?.position ?? -1))) {
    throw malformed('The rows of a disclosure come by position, each once.');
  }
  return { receipt, bundle: checkBundle(bundle), rows };
}
