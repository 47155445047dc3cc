import type { OpenVault } from '../open-vault.ts';
import type { Link } from './chain.ts';

/** How many receipts' addenda are kept open of a vault, and how many bytes of one at most. */
const MOST = 8;
const BYTES = 2 * 1024 * 1024;

/** What was opened before of what came after receipts: addenda never change, and a receipt may have a thousand. */
const known = new WeakMap<OpenVault, Map<string, readonly Link[]>>();

/** The addenda of a receipt as far as they are known, from the first on. */
export function knownLinks(vault: OpenVault, receipt: string): readonly Link[] {
  return known.get(vault)?.get(receipt) ?? [];
}

/** Keeps them in the place of whichever receipt's have not been asked for the longest. */
export function keepLinks(vault: OpenVault, receipt: string, links: readonly Link[]): void {
  const all = known.get(vault) ?? new Map<string, readonly Link[]>();
  known.set(vault, all);
  all.delete(receipt);
  if (links.reduce((sum, { bytes, evidenceBytes }) => sum + bytes - evidenceBytes, 0) > BYTES) return;
  all.set(receipt, links);
  const [oldest] = all.keys();
  if (all.size > MOST && oldest !== undefined) all.delete(oldest);
}
