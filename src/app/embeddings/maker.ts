import type { Clock } from '../../core/clock.ts';
import type { Instant } from '../../core/instant.ts';
import type { Random } from '../../core/random.ts';
import { sealVector, vectorKey } from '../../crypto/vector-seal.ts';
import type { Embedder } from '../../embed/face.ts';
import { currentEpoch, currentVersion, standingOf } from '../../memory/state.ts';
import { quantise } from '../../retrieval/quantise.ts';
import type { Store } from '../../store/store.ts';
import type { StoredVector } from '../../store/vectors.ts';
import type { OpenVault } from '../open-vault.ts';
import type { Vaults } from '../vaults.ts';
import type { Writer } from '../writer.ts';
import { fits, putVectors, takeIn, type VersionVector } from './stored-vectors.ts';

/** So many texts, and so many UTF-16 code units of them, are sent together; of a longer text its beginning. */
const TEXTS = 64;
const UNITS = 128_000;
const LONGEST = 8000;
/** So many vectors are sealed anew in one commit. */
const RESEALED = 500;
/** After a failure the service is left alone for so long, twice as long after each further one, in milliseconds. */
const REST_MS = 2000;
const LONGEST_REST_MS = 300_000;

interface Debt {
  readonly row: string;
  readonly version: number;
  readonly text: string;
}

interface MakerParts {
  readonly embedder: Embedder;
  readonly store: Pick<Store, 'vectors'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly vaults: Vaults;
  readonly writer: Writer;
}

/** Makes rows' vectors behind everybody's back: of vaults that are open, the oldest rows first, one batch of a vault after the other. */
export class VectorMaker {
  readonly #parts: MakerParts;
  #running: Promise<void> | null = null;
  #stopped = false;
  #failures = 0;
  #failedAt: Instant = 0;

  constructor(parts: MakerParts) {
    this.#parts = parts;
  }

  /** Whether the service gave the last vectors that it was asked for. */
  get isAnswering(): boolean {
    return this.#failures === 0;
  }

  run(): Promise<void> {
    this.#running ??= this.#all().finally(() => (this.#running = null));
    return this.#running;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running?.catch(() => undefined);
  }

  async #all(): Promise<void> {
    for (let busy = true; busy && !this.#rests();) {
      busy = false;
      for (const vault of this.#parts.vaults.open.values()) {
        if (this.#rests()) return;
        if (isSettled(vault)) continue;
        const some = await this.#some(vault);
        if (some) busy = true;
        else if (!this.#rests()) vault.vectors.settledAt = markOf(vault);
      }
    }
  }

  #rests(): boolean {
    if (this.#stopped) return true;
    const since = this.#parts.clock.now() - this.#failedAt;
    const rest = Math.min(LONGEST_REST_MS, REST_MS * 2 ** (this.#failures - 1));
    return this.#failures > 0 && since >= 0 && since < rest;
  }

  /** One batch of a vault. Returns whether there was anything to do, and it was done. */
  async #some(vault: OpenVault): Promise<boolean> {
    if (await this.#resealSome(vault)) return true;
    const debts = debtsOf(vault);
    if (debts.length === 0) return false;
    const asked = await this.#stored(vault, debts);
    if (asked.length < debts.length) return true;
    const made = await this.#made(vault, asked);
    const written = await this.#write(vault, made);
    return written || asked.some(({ row, version }) => vault.vectors.refused.has(`${row} ${version}`));
  }

  /** Those whose vectors another process has not stored meanwhile; the others' are taken in. */
  async #stored(vault: OpenVault, debts: readonly Debt[]): Promise<readonly Debt[]> {
    const collections = Map.groupBy(debts, ({ row }) => vault.state.rows.get(row)?.collection ?? '');
    for (const [collection, some] of collections) {
      const rows = some.map(({ row }) => row);
      takeIn(vault, this.#parts.embedder, await this.#parts.store.vectors.of(vault.vault, collection, rows));
    }
    return debts.filter(({ row, version }) => !vault.index.vectors.has(row, version));
  }

  /** The vectors of some texts. Of texts that the service does not take, those are looked for that it does. */
  async #made(vault: OpenVault, debts: readonly Debt[]): Promise<VersionVector[]> {
    const refused: Debt[] = [];
    const made = await this.#halved(vault, debts, refused);
    // Where it takes no text at all, it is not for these texts.
    if (refused.length === 0 || (made.length === 0 && !(await this.#takesAnything()))) return made;
    for (const { row, version } of refused) vault.vectors.refused.add(`${row} ${version}`);
    return made;
  }

  async #takesAnything(): Promise<boolean> {
    if (this.#rests()) return false;
    const takes = 'vectors' in (await this.#parts.embedder.rows(['memory']));
    if (!takes) this.#fail();
    return takes;
  }

  async #halved(vault: OpenVault, debts: readonly Debt[], refused: Debt[]): Promise<VersionVector[]> {
    const outcome = await this.#parts.embedder.rows(debts.map(({ text }) => text));
    if ('vectors' in outcome) {
      const vectors = debts.flatMap(({ row, version }, i): VersionVector[] => {
        const vector = quantise(outcome.vectors[i] ?? []);
        return vector === null || !fits(vault, this.#parts.embedder, vector.length) ? [] : [{ row, version, vector }];
      });
      if (vectors.length < debts.length) return this.#fail();
      this.#failures = 0;
      return vectors;
    }
    if (outcome.failed !== 'texts') return this.#fail();
    if (debts.length === 1) {
      refused.push(...debts);
      return [];
    }
    const half = Math.ceil(debts.length / 2);
    const first = await this.#halved(vault, debts.slice(0, half), refused);
    return this.#rests() ? first : [...first, ...(await this.#halved(vault, debts.slice(half), refused))];
  }

  #fail(): VersionVector[] {
    this.#failures += 1;
    this.#failedAt = this.#parts.clock.now();
    return [];
  }

  /** Seals anew what lies under an earlier key of its collection, now that there is another: of one collection, all of it. */
  async #resealSome(vault: OpenVault): Promise<boolean> {
    for (const [collection, epoch] of vault.vectors.collections) {
      const state = vault.state.collections.get(collection);
      const newest = state === undefined ? 0 : currentEpoch(state).epoch;
      if (newest <= epoch || vault.keys.at(collection, newest) === undefined) continue;
      const all = [...vault.index.vectors.entries()].filter(({ row }) => vault.state.rows.get(row)?.collection === collection);
      vault.vectors.collections.set(collection, newest);
      for (let at = 0; at < all.length; at += RESEALED) await this.#write(vault, all.slice(at, at + RESEALED));
      return true;
    }
    return false;
  }

  /** Writes vectors in a commit of their own, of rows that are still there, and then has searches go by them. False where nothing came of it. */
  async #write(vault: OpenVault, vectors: readonly VersionVector[]): Promise<boolean> {
    const { vaults, writer, random, embedder } = this.#parts;
    if (vectors.length === 0 || vaults.open.get(vault.vault) !== vault) return false;
    const kept = await writer
      .submit({
        prepare: async () => ({ tail: (await vaults.acquire(vault.vault)).state }),
        build: ({ tail }, { draft }) => {
          if (tail !== vault.state) return [];
          const sealed = vectors.flatMap((one) => sealedNow(vault, embedder.model, one, random) ?? []);
          draft.vectors.push(...sealed);
          return vectors.filter(({ row, version }) => sealed.some((one) => one.row === row && one.version === version));
        },
      })
      // What could not be written is made again.
      .catch(() => []);
    if (vaults.open.get(vault.vault) === vault) putVectors(vault, kept);
    return kept.length > 0;
  }
}

/** The rows that lack a vector, the oldest first: as many as are sent together. Only what may be shown is sent anywhere. */
function debtsOf(vault: OpenVault): Debt[] {
  const debts: Debt[] = [];
  let units = 0;
  for (const { id, version } of vault.index.withoutVector()) {
    if (debts.length >= TEXTS || units >= UNITS) break;
    const state = vault.state.rows.get(id);
    if (state === undefined || vault.vectors.refused.has(`${id} ${version}`) || !hasKey(vault, state.collection)) continue;
    const standing = standingOf(state);
    if (standing !== 'live' && standing !== 'contested') continue;
    const row = vault.rows.get(id);
    if (row?.header.version !== version || currentVersion(state).version !== version) continue;
    const text = row.text.slice(0, LONGEST).toWellFormed();
    units += text.length;
    debts.push({ row: id, version, text });
  }
  return debts;
}

/** Whether what is made of a collection can be sealed: its newest key is at hand, and its stored vectors have been read. */
function hasKey(vault: OpenVault, collection: string): boolean {
  const state = vault.state.collections.get(collection);
  return (
    state !== undefined && vault.vectors.collections.has(collection) && vault.keys.at(collection, currentEpoch(state).epoch) !== undefined
  );
}

function sealedNow(vault: OpenVault, model: string, { row, version, vector }: VersionVector, random: Random): StoredVector | null {
  const state = vault.state.rows.get(row);
  if (state === undefined || state.erased !== null || !hasKey(vault, state.collection)) return null;
  const key = vault.key(state.collection);
  const secret = vectorKey(key);
  const sealed = sealVector(secret, key.name, { row, version, model }, vector, random);
  secret.wipe();
  return { collection: state.collection, row, version, epoch: key.name.epoch, sealed };
}

function isSettled(vault: OpenVault): boolean {
  return vault.vectors.settledAt === markOf(vault);
}

/** Changes with whatever may leave a row without a vector: an event, a collection that is opened, a key that comes to hand. */
function markOf({ state, keys, vectors }: OpenVault): string {
  const open = keys.collections().map((collection) => `${keys.all(collection).length}${vectors.collections.has(collection)}`);
  return `${state.headSeq} ${open.join()}`;
}
