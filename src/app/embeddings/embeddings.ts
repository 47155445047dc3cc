import { hex, utf8 } from '../../core/bytes.ts';
import type { Clock } from '../../core/clock.ts';
import type { Random } from '../../core/random.ts';
import { deriveKey, keyedHash } from '../../crypto/derive.ts';
import type { Embedder } from '../../embed/face.ts';
import { quantise } from '../../retrieval/quantise.ts';
import type { Store } from '../../store/store.ts';
import type { OpenVault } from '../open-vault.ts';
import type { Vaults } from '../vaults.ts';
import type { Writer } from '../writer.ts';
import { VectorMaker } from './maker.ts';
import { fits, loadVectors } from './stored-vectors.ts';

/** What meaning is looked up with: the query's vector, and whose it is, as `model/dimensions`. */
export interface AskedVector {
  readonly name: string;
  readonly vector: Int8Array;
}

/** What embeddings take. */
export interface EmbeddingParts {
  readonly embedder: Embedder;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly vaults: Vaults;
  readonly writer: Writer;
}

/** Vectors of rows and queries, made by a service outside. Where none is set up there are none of these. */
export class Embeddings {
  readonly #embedder: Embedder;
  readonly #store: Store;
  readonly #maker: VectorMaker;

  constructor(parts: EmbeddingParts) {
    this.#embedder = parts.embedder;
    this.#store = parts.store;
    this.#maker = new VectorMaker(parts);
  }

  /** Which model there is, how long its vectors are (null for as it gives them), and whether it answers. */
  get status(): { readonly model: string; readonly dimensions: number | null; readonly answering: boolean } {
    const { model, dimensions, isAnswering } = this.#embedder;
    return { model, dimensions, answering: isAnswering && this.#maker.isAnswering };
  }

  /** Reads what is stored of a vault's vectors, where it has collections whose have not been read. */
  load(vault: OpenVault): Promise<void> {
    return loadVectors(this.#store, this.#embedder, vault);
  }

  /**
   * A query's vector, for a grant that has been let in; 'unavailable' where the service gives none in time, or none that can be compared with the
   * rows'. The same grant's queries are remembered for a while.
   */
  async ask(vault: OpenVault, grant: string, query: string): Promise<AskedVector | 'unavailable'> {
    const key = queryKey(vault, grant, query);
    const known = vault.vectors.query(key);
    if (known !== undefined && fits(vault, this.#embedder, known.length)) return this.#named(known);
    const outcome = await this.#embedder.query(query);
    const vector = 'vectors' in outcome ? quantise(outcome.vectors[0] ?? []) : null;
    if (vector === null || !fits(vault, this.#embedder, vector.length)) return 'unavailable';
    // It may have been closed meanwhile; then nobody would wipe it.
    if (vault.grants.has(grant)) vault.vectors.keepQuery(key, vector);
    return this.#named(vector);
  }

  /** Makes the vectors that rows of open vaults lack, as far as the service gives them. Resolves when nothing is left, or it is resting. */
  run(): Promise<void> {
    return this.#maker.run();
  }

  /** Gives up what is under way, and resolves when nothing is any more. */
  async stop(): Promise<void> {
    this.#embedder.stop();
    await this.#maker.stop();
  }

  #named(vector: Int8Array): AskedVector {
    return { name: `${this.#embedder.model}/${vector.length}`, vector };
  }
}

function queryKey(vault: OpenVault, grant: string, query: string): string {
  const key = deriveKey(vault.hashKey().key, 'memsync/query-vector/v1');
  const name = hex(keyedHash(key, utf8(`${grant} ${query}`)));
  key.wipe();
  return name;
}
