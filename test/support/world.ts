import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Policy } from '../../schemas/policy.ts';
import { createVault } from '../../src/app/create-vault.ts';
import { type HeadMarks, MemoryMarks } from '../../src/app/marks.ts';
import { appendOwnerEvent } from '../../src/app/owner-event.ts';
import type { Services } from '../../src/app/services.ts';
import { type Parts, startServices, stopServices } from '../../src/app/start.ts';
import type { WitnessSettings } from '../../src/app/witnesses/witnesses.ts';
import { openKeyFolder, type ServiceKeys } from '../../src/config/key-folder.ts';
import { ManualClock } from '../../src/core/clock.ts';
import { hex } from '../../src/core/bytes.ts';
import { type EmbeddingOptions, EmbeddingService } from '../../src/embed/service.ts';
import { systemRandom } from '../../src/core/random.ts';
import { encodeVerifierKey, verifierKey } from '../../src/log/verifier-key.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import { TestOwner } from './owner.ts';

export const DAY = 86_400_000;
export const START = Date.parse('2026-01-05T09:00:00.000Z');

/** The use cases on a real SQLite file in a folder of their own, on a clock that tests turn. */
export class World {
  readonly folder: string;
  readonly clock: ManualClock;
  readonly keys: ServiceKeys;
  marks: HeadMarks = new MemoryMarks();
  /** The service for embeddings that the next start is given; null for none. */
  embeddings: EmbeddingOptions | null;
  /** Who is asked to cosign the log from the next start on; null for nobody. */
  witnesses: WitnessSettings | null = null;
  /** How evidence is judged from the next start on; undefined for as it always is. */
  judging: Parts['judging'] = undefined;
  services: Services;
  #running = true;

  private constructor(folder: string, clock: ManualClock, keys: ServiceKeys, services: Services, embeddings: EmbeddingOptions | null) {
    this.folder = folder;
    this.clock = clock;
    this.keys = keys;
    this.services = services;
    this.embeddings = embeddings;
  }

  static async open(start = START, embeddings: EmbeddingOptions | null = null): Promise<World> {
    const folder = mkdtempSync(join(tmpdir(), 'memsync-test-'));
    const clock = new ManualClock(start);
    const keys = openKeyFolder(join(folder, 'keys'), null, systemRandom);
    const marks = new MemoryMarks();
    const world = new World(folder, clock, keys, await begin(folder, clock, keys, marks, embeddings), embeddings);
    world.marks = marks;
    return world;
  }

  /** Where the database lies. */
  get database(): string {
    return databaseOf(this.folder);
  }

  /** The two lines that a verifier is given. */
  get verifierKeys(): string[] {
    const { logSigner, receiptSigner } = this.keys;
    return [
      encodeVerifierKey(verifierKey(logSigner.name, logSigner.publicKey)),
      encodeVerifierKey(verifierKey(receiptSigner.name, receiptSigner.key.publicKey)),
    ];
  }

  /** A new vault with its owner. */
  owner(policy?: Policy): Promise<TestOwner> {
    const door = {
      create: (request: Parameters<typeof createVault>[1]) => createVault(this.services, request),
      head: async (vault: string) => {
        const head = await this.services.store.head(vault);
        return { seq: head?.seq ?? 0, hash: hex(head?.hash ?? new Uint8Array(0)) };
      },
      post: (vault: string, submission: Parameters<typeof appendOwnerEvent>[2]) => appendOwnerEvent(this.services, vault, submission),
    };
    return new TestOwner(door, this.clock).create(policy);
  }

  /** Stops the services; a second call does nothing. */
  async stop(): Promise<void> {
    if (!this.#running) return;
    this.#running = false;
    await stopServices(this.services);
  }

  /** Stops, lets `between` have the files, and starts again on what is there. */
  async restart(between: () => void = () => undefined, marks: HeadMarks = this.marks): Promise<void> {
    await this.stop();
    between();
    this.marks = marks;
    this.services = await begin(this.folder, this.clock, this.keys, marks, this.embeddings, this.witnesses, this.judging);
    this.#running = true;
  }

  async close(): Promise<void> {
    await this.stop().catch(() => undefined);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function databaseOf(folder: string): string {
  return join(folder, 'data', 'memsync.db');
}

async function begin(
  folder: string,
  clock: ManualClock,
  keys: ServiceKeys,
  marks: HeadMarks,
  embeddings: EmbeddingOptions | null,
  witnesses: WitnessSettings | null = null,
  judging?: Parts['judging'],
): Promise<Services> {
  const store = openSqliteStore({ path: databaseOf(folder) });
  const parts = {
    store,
    clock,
    random: systemRandom,
    marks,
    logSigner: keys.logSigner,
    receiptSigner: keys.receiptSigner,
    foldSecret: keys.foldSecret,
    deskKey: keys.deskKey,
    history: keys.history,
    limits: { idleMs: 900_000, memoryBudget: 2 ** 30 },
    embedder: embeddings === null ? null : new EmbeddingService(embeddings, clock),
    witnesses,
    ...(judging === undefined ? {} : { judging }),
    build: 'test',
  };
  try {
    return await startServices(parts);
  } catch (error) {
    await store.close();
    throw error;
  }
}
