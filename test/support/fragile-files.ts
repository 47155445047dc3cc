import { type MirrorFiles, folderOf } from '../../src/app/mirror/files.ts';

/** How the step at which it happens goes wrong: not at all done, half done, or done with an error all the same. */
export type FaultKind = 'before' | 'half' | 'after';

/** What is planned: the number of the step that fails (from 0), and whether the process is gone with it. */
export interface Fault {
  readonly step: number;
  readonly kind: FaultKind;
  readonly dies: boolean;
}

interface Content {
  bytes: Uint8Array;
  /** What of it is on the disk; null before the first sync. */
  synced: Uint8Array | null;
}

/**
 * A file system in memory that forgets as real ones may: bytes that were never synced, and names in folders that were never synced. Each
 * change is a step, and one of them can be made to fail.
 */
export class FragileFiles implements MirrorFiles {
  readonly place = 'the mirror';
  /** What was done so far, in words. */
  readonly steps: string[] = [];
  fault: Fault | null = null;
  #dead = false;
  #claimed = false;
  #files = new Map<string, Content>();
  #folders = new Set<string>(['']);
  #lastingFiles = new Map<string, Content>();
  #lastingFolders = new Set<string>(['']);

  async read(name: string): Promise<Uint8Array | null> {
    this.#alive();
    return this.#files.get(name)?.bytes ?? null;
  }

  async list(folder: string): Promise<string[]> {
    this.#alive();
    const names = [...this.#files.keys(), ...this.#folders].filter((name) => name !== '' && folderOf(name) === folder);
    return names.map((name) => name.slice(folder === '' ? 0 : folder.length + 1)).toSorted();
  }

  async makeFolder(folder: string): Promise<void> {
    if (this.#folders.has(folder)) return;
    this.#step(`make ${folder}`, () => {
      for (let one = folder; one !== ''; one = folderOf(one)) this.#folders.add(one);
    });
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    this.#requireFolder(name);
    const put = (some: Uint8Array): unknown => this.#files.set(name, { bytes: some.slice(), synced: null });
    this.#step(
      `write ${name}`,
      () => put(bytes),
      () => put(bytes.subarray(0, bytes.length / 2)),
    );
  }

  async sync(name: string): Promise<void> {
    const content = this.#files.get(name);
    if (content === undefined) throw new Error(`${name} is not there`);
    this.#step(`sync ${name}`, () => (content.synced = content.bytes));
  }

  async syncFolder(folder: string): Promise<void> {
    if (!this.#folders.has(folder)) throw new Error(`${folder} is not there`);
    this.#step(`sync folder ${folder}`, () => this.#settle(folder, () => true));
  }

  async rename(from: string, to: string): Promise<void> {
    this.#requireFolder(to);
    const content = this.#files.get(from);
    if (content === undefined) throw new Error(`${from} is not there`);
    this.#step(`rename to ${to}`, () => {
      this.#files.delete(from);
      this.#files.set(to, content);
    });
  }

  async removeFile(name: string): Promise<void> {
    if (!this.#files.has(name)) throw new Error(`${name} is not there`);
    this.#step(`remove ${name}`, () => this.#files.delete(name));
  }

  async removeFolder(folder: string): Promise<void> {
    if ((await this.list(folder)).length > 0) throw new Error(`${folder} is not empty`);
    this.#step(`remove folder ${folder}`, () => this.#folders.delete(folder));
  }

  async claim(): Promise<() => Promise<void>> {
    await this.makeFolder('.unfinished');
    if (this.#claimed) throw new Error('claimed twice');
    this.#claimed = true;
    return async () => {
      this.#claimed = false;
    };
  }

  /** Every file's name, sorted. */
  names(): string[] {
    return [...this.#files.keys()].toSorted();
  }

  /** Puts a file there from outside. */
  plant(name: string, bytes: Uint8Array): void {
    for (let one = folderOf(name); one !== ''; one = folderOf(one)) this.#folders.add(one);
    this.#files.set(name, { bytes, synced: bytes });
  }

  /** Takes a file away from outside. */
  steal(name: string): void {
    if (!this.#files.delete(name)) throw new Error(`${name} is not there`);
  }

  /** Another one that has the same on it and on its disk. */
  copy(): FragileFiles {
    const other = new FragileFiles();
    const twins = new Map<Content, Content>();
    const twin = ([name, content]: [string, Content]): [string, Content] => {
      const made = twins.get(content) ?? { ...content };
      twins.set(content, made);
      return [name, made];
    };
    other.#files = new Map([...this.#files].map(twin));
    other.#lastingFiles = new Map([...this.#lastingFiles].map(twin));
    other.#folders = new Set(this.#folders);
    other.#lastingFolders = new Set(this.#lastingFolders);
    return other;
  }

  /** A new process finds what the last one left in the system's memory. */
  revive(): void {
    this.fault = null;
    this.#dead = false;
    this.#claimed = false;
    this.steps.length = 0;
  }

  /** The power goes: of what was not synced, `kept` says one by one whether it got onto the disk all the same. */
  cutPower(kept: () => boolean): void {
    for (const folder of [...this.#folders].toSorted()) this.#settle(folder, kept);
    const reachable = (name: string): boolean => {
      for (let one = folderOf(name); one !== ''; one = folderOf(one)) if (!this.#lastingFolders.has(one)) return false;
      return true;
    };
    this.#folders = new Set([...this.#lastingFolders].filter((name) => name === '' || reachable(name)));
    const left = [...this.#lastingFiles].filter(([name]) => reachable(name));
    this.#files = new Map(
      left.map(([name, { bytes, synced }]) => {
        const survived = synced ?? (kept() ? bytes : bytes.subarray(0, bytes.length / 3));
        return [name, { bytes: survived, synced: survived }];
      }),
    );
    this.#lastingFiles = new Map(this.#files);
    this.#lastingFolders = new Set(this.#folders);
    this.revive();
  }

  #settle(folder: string, kept: () => boolean): void {
    const here = (name: string): boolean => name !== '' && folderOf(name) === folder;
    for (const name of new Set([...this.#files.keys(), ...this.#lastingFiles.keys()].filter(here))) {
      const content = this.#files.get(name);
      if (this.#lastingFiles.get(name) === content || !kept()) continue;
      if (content === undefined) this.#lastingFiles.delete(name);
      else this.#lastingFiles.set(name, content);
    }
    for (const name of new Set([...this.#folders, ...this.#lastingFolders].filter(here))) {
      if (this.#folders.has(name) === this.#lastingFolders.has(name) || !kept()) continue;
      if (this.#folders.has(name)) this.#lastingFolders.add(name);
      else this.#lastingFolders.delete(name);
    }
  }

  #step(what: string, whole: () => unknown, half: () => unknown = () => undefined): void {
    this.#alive();
    const number = this.steps.push(what) - 1;
    if (this.fault?.step !== number) {
      whole();
      return;
    }
    const { kind, dies } = this.fault;
    this.#dead = dies;
    if (kind === 'half') half();
    if (kind === 'after') whole();
    throw new Error(`a fault at ${what}`);
  }

  #alive(): void {
    if (this.#dead) throw new Error('the process is gone');
  }

  #requireFolder(name: string): void {
    if (!this.#folders.has(folderOf(name))) throw new Error(`${folderOf(name)} is not there`);
  }
}
