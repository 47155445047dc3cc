import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { issueReceipt } from '../../src/app/issue-receipt.ts';
import { list } from '../../src/app/list.ts';
import { readLogKeys } from '../../src/app/log-reads.ts';
import { remember } from '../../src/app/remember.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import type { RestoreWish } from '../../src/app/backup/restore.ts';
import { FileMarks } from '../../src/config/mark-file.ts';
import { readServiceSettings } from '../../src/config/settings.ts';
import { systemRandom } from '../../src/core/random.ts';
import { backUp, checkBackup, type Hand, listBackups, restore } from '../../src/upkeep.ts';
import type { TestOwner } from './owner.ts';
import { World } from './world.ts';

/** A world whose marks are in its key folder, with a folder of backups beside it, worked on as the operator does. */
export class KeptWorld {
  readonly world: World;
  readonly owner: TestOwner;
  readonly token: string;
  readonly safe: string;
  marks: FileMarks;

  private constructor(world: World, owner: TestOwner, token: string, marks: FileMarks) {
    this.world = world;
    this.owner = owner;
    this.token = token;
    this.marks = marks;
    this.safe = join(world.folder, 'safe');
  }

  static async open(): Promise<KeptWorld> {
    const world = await World.open();
    const marks = new FileMarks(join(world.folder, 'keys', 'marks.json'));
    await world.restart(undefined, marks);
    const owner = await world.owner();
    return new KeptWorld(world, owner, await owner.grant(), marks);
  }

  get settings() {
    return readServiceSettings({ MEMSYNC_DATA: join(this.world.folder, 'data'), MEMSYNC_KEYS: join(this.world.folder, 'keys') });
  }

  get hand(): Hand {
    return { clock: this.world.clock, random: systemRandom, progress: () => undefined };
  }

  /** Remembers a text; returns the row. */
  async say(text: string, more: { readonly category?: 'health' } = {}) {
    const { memories } = await remember(this.world.services, this.token, { memories: [{ text, ...more }] }, null);
    const [row] = memories;
    if (row === undefined) throw new Error('nothing was remembered');
    return row;
  }

  /** A receipt, and with it an entry of the log. */
  async receipt() {
    const { id } = await retrieve(this.world.services, this.token, { query: 'anything' });
    const request = { retrievalId: id, model: { label: 'm' }, output: { text: 'An answer.' } };
    return issueReceipt(this.world.services, this.token, request, null);
  }

  /** Every row, the oldest first, as an app that may list sees it. */
  async rows() {
    const { memories } = await list(this.world.services, this.token, { limit: 100 });
    return memories.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** What a verifier is given now. */
  logKeys(): string[] {
    return readLogKeys(this.world.services).split('\n');
  }

  async backUp(keep: number | null = null) {
    this.marks.flush();
    this.world.clock.advance(1000);
    return backUp(this.settings, this.safe, this.hand, keep);
  }

  verify(id?: string) {
    return checkBackup(this.settings, this.safe, this.hand, id);
  }

  list() {
    return listBackups(this.settings, this.safe, this.hand);
  }

  /** Stops the services, and keeps what they remember. */
  async stop(): Promise<void> {
    await this.world.stop();
    this.marks.flush();
  }

  /** Stops, restores, and starts again on what is there then. */
  async restore(wish: Partial<RestoreWish> = {}) {
    await this.stop();
    this.world.clock.advance(1000);
    const outcome = await restore(this.settings, this.safe, this.hand, { id: undefined, replace: true, sameLog: false, ...wish });
    await this.start();
    return outcome;
  }

  /** Starts again on what is there. */
  async start(): Promise<void> {
    this.marks = new FileMarks(join(this.world.folder, 'keys', 'marks.json'));
    await this.world.restart(undefined, this.marks);
  }

  /** The files of the backups' blocks. */
  blocks(): string[] {
    const folder = join(this.safe, 'blocks');
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((path) => statSync(path).isFile());
  }

  manifest(id: string): string {
    return join(this.safe, 'backups', `${id}.json`);
  }

  close(): Promise<void> {
    return this.world.close();
  }
}

export function digest(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The digest of every file under a folder, by its path in it; what the folder holds and nothing else. */
export function contentsOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(folder, name)).isFile());
  return Object.fromEntries(names.toSorted().map((name) => [name, digest(readFileSync(join(folder, name)))]));
}
