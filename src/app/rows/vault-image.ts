import type { OpenVault } from '../open-vault.ts';
import { RowImage } from './row-image.ts';
import { writeImage } from './write-image.ts';

/** The rows of an open collection in one image: what was in an image before is copied, what has come since is added. */
export function imageOf(vault: OpenVault, collection: string): Uint8Array {
  const base = vault.rows.image(collection);
  const changed = vault.rows.changed(collection).map(({ state, header, text, basisAt }) => {
    const commitment = state.versions[header.version - 1]?.commitment;
    if (commitment === undefined) throw new RangeError('a row in memory is a version that the ledger has');
    return { header, text, basisAt, commitment };
  });
  const fresh = new Set(changed.map(({ header }) => header.row));
  const isIts = (row: string): boolean => fresh.has(row) || (base?.find(row) ?? -1) >= 0;
  return writeImage({
    base,
    changed,
    sayings: vault.sayings.since(isIts),
    attributes: vault.attributes.since(isIts),
    speaksAnew: (row) => vault.attributes.speaksAnew(row),
    damaged: [...vault.damaged.keys()].filter((row) => vault.state.rows.get(row)?.collection === collection),
  });
}

/** Puts what has come of a collection since its image was made into a new one: rows take little more than their bytes there. */
export function settleRows(vault: OpenVault, collection: string): void {
  vault.settle(new RowImage(collection, imageOf(vault, collection)));
}
