import type { Embedder } from '../../embed/face.ts';
import { currentEpoch } from '../../memory/state.ts';
import { openVector, vectorDigest, vectorDigestKey, vectorKey } from '../../crypto/vector-seal.ts';
import type { Store } from '../../store/store.ts';
import type { StoredVector } from '../../store/vectors.ts';
import type { OpenVault } from '../open-vault.ts';

const PAGE = 500;

/** Reads the stored vectors of the collections of a vault that are open, as far as that has not been done: those of this model that open. */
export async function loadVectors(store: Pick<Store, 'vectors'>, embedder: Embedder, vault: OpenVault): Promise<void> {
  for (const collection of vault.keys.collections()) {
    const state = vault.state.collections.get(collection);
    if (state?.purpose !== 'rows' || vault.vectors.collections.has(collection)) continue;
    vault.vectors.collections.set(collection, currentEpoch(state).epoch);
    for (let after: StoredVector | null = null; ;) {
      const page: readonly StoredVector[] = await store.vectors.page(vault.vault, collection, after, PAGE);
      if (!vault.vectors.collections.has(collection)) return;
      takeIn(vault, embedder, page);
      after = page.at(-1) ?? null;
      if (page.length < PAGE) break;
    }
  }
}

/** Puts vectors that were stored into an open vault's index; those that do not open, are another model's or of another length stay out. */
export function takeIn(vault: OpenVault, embedder: Embedder, stored: readonly StoredVector[]): void {
  const vectors: VersionVector[] = [];
  for (const [group, key] of byKey(vault, stored)) {
    const secret = vectorKey(key);
    for (const { row, version, sealed } of group) {
      const vector = openVector(secret, key.name, { row, version, model: embedder.model }, sealed);
      if (vector !== null && fits(vault, embedder, vector.length)) vectors.push({ row, version, vector });
    }
    secret.wipe();
  }
  putVectors(vault, vectors);
}

/** The vector of a row version. */
export interface VersionVector {
  readonly row: string;
  readonly version: number;
  readonly vector: Int8Array;
}

/** Puts vectors into an open vault's index, of rows that it has. */
export function putVectors(vault: OpenVault, vectors: readonly VersionVector[]): void {
  if (vectors.length === 0) return;
  const key = vectorDigestKey(vault.hashKey());
  const { index, state } = vault;
  for (const { row, version, vector } of vectors) {
    const known = state.rows.get(row);
    if (known === undefined || known.erased !== null || !vault.vectors.collections.has(known.collection)) continue;
    if (!fits(vault, null, vector.length) || !known.versions.some((one) => one.version === version)) continue;
    index.vectors.put(row, version, vector, vectorDigest(key, { row, version }, vector));
  }
  key.wipe();
}

/** Whether a vector of so many components can be compared with those that are there. */
export function fits({ index }: OpenVault, embedder: Embedder | null, dimensions: number): boolean {
  const asked = embedder?.dimensions ?? dimensions;
  return dimensions === asked && (index.vectors.size === 0 || index.vectors.dimensions === dimensions);
}

function byKey(vault: OpenVault, stored: readonly StoredVector[]): Map<StoredVector[], ReturnType<OpenVault['key']>> {
  const groups = new Map<string, StoredVector[]>();
  for (const one of stored) {
    const name = `${one.collection} ${one.epoch}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [one]);
    else group.push(one);
  }
  const open = new Map<StoredVector[], ReturnType<OpenVault['key']>>();
  for (const group of groups.values()) {
    const [first] = group;
    const key = first === undefined ? undefined : vault.keys.at(first.collection, first.epoch);
    if (key !== undefined) open.set(group, key);
  }
  return open;
}
