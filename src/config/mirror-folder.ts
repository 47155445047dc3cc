import { mkdir, open, readdir, readFile, rename, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { MirrorFiles } from '../app/mirror/files.ts';
import { MemSyncError } from '../core/errors.ts';
import { claimFolder } from './folder-claim.ts';

const CLAIMED_IN = '.unfinished';

/** A mirror in a folder, which is made when it is first needed. What is in it may be read by everybody: a web server does. */
export class MirrorFolder implements MirrorFiles {
  readonly place: string;

  constructor(path: string) {
    this.place = path;
  }

  read(name: string): Promise<Uint8Array | null> {
    return this.#whereThere('read', name, () => readFile(this.#at(name)), null);
  }

  list(folder: string): Promise<string[]> {
    return this.#whereThere('list', folder, () => readdir(this.#at(folder)), []);
  }

  async makeFolder(folder: string): Promise<void> {
    await this.#told('make', folder, () => mkdir(this.#at(folder), { recursive: true, mode: 0o755 }));
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    await this.#told('write', name, () => this.#opened(name, 'w', (file) => file.writeFile(bytes)));
  }

  async sync(name: string): Promise<void> {
    await this.#told('sync', name, () => this.#opened(name, 'r+', (file) => file.sync()));
  }

  async syncFolder(folder: string): Promise<void> {
    await this.#told('sync', folder, () => this.#opened(folder, 'r', (file) => file.sync()));
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#told('rename to', to, () => rename(this.#at(from), this.#at(to)));
  }

  async removeFile(name: string): Promise<void> {
    await this.#told('remove', name, () => unlink(this.#at(name)));
  }

  async removeFolder(folder: string): Promise<void> {
    await this.#told('remove', folder, () => rmdir(this.#at(folder)));
  }

  async claim(): Promise<() => Promise<void>> {
    const folder = this.#at(CLAIMED_IN);
    const give = await this.#told('claim', CLAIMED_IN, async () => {
      await mkdir(this.place, { recursive: true, mode: 0o755 });
      await mkdir(folder, { recursive: true, mode: 0o700 });
      return claimFolder(folder, process.pid);
    });
    return async () => give();
  }

  #at(name: string): string {
    return join(this.place, ...name.split('/'));
  }

  async #opened(name: string, flags: string, work: (file: Awaited<ReturnType<typeof open>>) => Promise<void>): Promise<void> {
    const file = await open(this.#at(name), flags, 0o644);
    try {
      await work(file);
    } finally {
      await file.close();
    }
  }

  async #whereThere<T>(what: string, name: string, work: () => Promise<T>, or: T): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return or;
      throw this.#failed(what, name, error);
    }
  }

  async #told<T>(what: string, name: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#failed(what, name, error);
    }
  }

  #failed(what: string, name: string, error: unknown): unknown {
    if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return error;
    return new MemSyncError('store_failed', `The log’s mirror: could not ${what} ${this.#at(name)}: ${String(error.code)}.`, {
      cause: error,
    });
  }
}
