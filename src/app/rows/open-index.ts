import { MemoryIndex } from '../../retrieval/engine.ts';

/** The search index over a vault's opened rows, with the images that it was loaded out of and uses where they lie: words in the clear. */
export class OpenIndex {
  #index = new MemoryIndex();
  #images: Uint8Array[] = [];

  get index(): MemoryIndex {
    return this.#index;
  }

  /** Takes an image in. False, and nothing done, where it is none of this engine. */
  load(image: Uint8Array): boolean {
    if (!this.#index.load(image)) return false;
    this.#images.push(image);
    return true;
  }

  /** To be said when rows have been removed, once for all of them: their words go from the index, and from what it was loaded out of. */
  purge(): void {
    if (this.#index.purge()) this.#wipe();
  }

  /** Begins anew, with nothing. */
  clear(): void {
    this.#index.vectors.clear();
    this.#index = new MemoryIndex();
    this.#wipe();
  }

  #wipe(): void {
    for (const image of this.#images) image.fill(0);
    this.#images = [];
  }
}
