/* Walrus blob IDs take an encoder that a page cannot be expected to load: where ../blob-id.ts computes them, this says that it cannot. */

/** Null: not computed here. */
export async function walrusBlobId(): Promise<string | null> {
  return null;
}
