import { existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { withLock } from '../config/file-lock.ts';
import { makePrivateFolder, syncFolder, writePrivateFile } from '../config/private-file.ts';
import { MemSyncError } from '../core/errors.ts';
import { OwnerState } from '../sdk/owner-state.ts';

const ROOT = 'root.age';
const DEVICE = 'device.age';
const VAULT = 'vault.json';
const TOKEN = 'device.token';
const STAGING = '.init';
const LOCK = '.lock';

/** What `init` makes. */
export type HomeFiles = { readonly token: string; readonly state: OwnerState } & ({ readonly root: string } | { readonly device: string });

/**
 * The owner's folder: the root (an age file), or the key of a device that does without it, what is remembered of the vault, and the token that
 * is read with.
 */
export class OwnerHome {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Whether there is a vault, or a root, in the folder. */
  static isTaken(path: string): boolean {
    return [VAULT, ROOT, DEVICE].some((name) => existsSync(join(path, name)));
  }

  /** @throws {MemSyncError} `home_missing` */
  static open(path: string): OwnerHome {
    if (!existsSync(join(path, VAULT))) throw new MemSyncError('home_missing', `There is no vault in ${path}.`);
    return new OwnerHome(path);
  }

  get rootPath(): string {
    return join(this.path, ROOT);
  }

  /** Whether the folder is that of a device, which signs with a key of its own and has no root. */
  get isDevice(): boolean {
    return !existsSync(join(this.path, ROOT)) && existsSync(join(this.path, DEVICE));
  }

  /** The root file's text. @throws {MemSyncError} `home_missing` */
  root(): string {
    return this.#read(ROOT);
  }

  /** The device file's text. @throws {MemSyncError} `home_missing` */
  device(): string {
    return this.#read(DEVICE);
  }

  /** @throws {MemSyncError} `home_missing` */
  token(): string {
    return this.#read(TOKEN).trim();
  }

  saveToken(token: string): void {
    writePrivateFile(join(this.path, TOKEN), `${token}\n`);
  }

  /** @throws {MemSyncError} `home_missing`, `encoding_invalid` */
  state(): OwnerState {
    try {
      return OwnerState.parse(JSON.parse(this.#read(VAULT)));
    } catch (cause) {
      if (cause instanceof MemSyncError) throw cause;
      throw new MemSyncError('encoding_invalid', `${join(this.path, VAULT)} does not read; restore it from a backup.`, { cause });
    }
  }

  /** Keeps what is remembered. Another command may have come further meanwhile: nothing is ever forgotten. */
  save(state: OwnerState): void {
    withLock(join(this.path, LOCK), () => {
      if (this.state().head.seq <= state.head.seq) writePrivateFile(join(this.path, VAULT), encodeState(state));
    });
  }

  /** Keeps what is to be remembered from now on, even if that is less: after a restore, and on the owner's word alone. */
  beginAnew(state: OwnerState): void {
    withLock(join(this.path, LOCK), () => writePrivateFile(join(this.path, VAULT), encodeState(state)));
  }

  /** Files that others than their owner can get at, the folder itself included. */
  unsafe(): string[] {
    const paths = [this.path, ...[ROOT, DEVICE, VAULT, TOKEN].map((name) => join(this.path, name)).filter((path) => existsSync(path))];
    return paths.filter((path) => (statSync(path).mode & 0o077) !== 0);
  }

  #read(name: string): string {
    const path = join(this.path, name);
    if (!existsSync(path)) throw new MemSyncError('home_missing', `${path} is missing.`);
    return readFileSync(path, 'utf8');
  }
}

/** An owner's folder in the making: written beside, then put in place at once, or gone without a trace. */
export class NewHome {
  readonly #path: string;
  /** The topmost folder that had to be made, or null. */
  readonly #made: string | null;

  /** @throws {MemSyncError} `home_exists` */
  constructor(path: string) {
    if (OwnerHome.isTaken(path)) throw new MemSyncError('home_exists', `There is a vault in ${path}.`);
    this.#path = path;
    try {
      this.#made = makePrivateFolder(path);
      rmSync(join(path, STAGING), { recursive: true, force: true });
      mkdirSync(join(path, STAGING), { mode: 0o700 });
    } catch (cause) {
      throw new MemSyncError('config_invalid', `MEMSYNC_HOME: ${path} cannot be written to.`, { cause });
    }
  }

  /** Writes the files where nobody looks for them yet. */
  stage(files: HomeFiles): void {
    if ('root' in files) writePrivateFile(this.#staged(ROOT), files.root);
    else writePrivateFile(this.#staged(DEVICE), files.device);
    writePrivateFile(this.#staged(TOKEN), `${files.token}\n`);
    writePrivateFile(this.#staged(VAULT), encodeState(files.state));
  }

  /** Puts what is staged in place; `vault.json`, which makes it a vault, last. */
  commit(): OwnerHome {
    for (const name of [ROOT, DEVICE, TOKEN, VAULT]) {
      if (existsSync(this.#staged(name))) renameSync(this.#staged(name), join(this.#path, name));
    }
    rmdirSync(join(this.#path, STAGING));
    syncFolder(this.#path);
    return OwnerHome.open(this.#path);
  }

  /** Leaves nothing behind. */
  discard(): void {
    rmSync(join(this.#path, STAGING), { recursive: true, force: true });
    if (this.#made === null) return;
    for (let folder = this.#path; folder.length >= this.#made.length; folder = dirname(folder)) rmdirSync(folder);
  }

  #staged(name: string): string {
    return join(this.#path, STAGING, name);
  }
}

function encodeState(state: OwnerState): string {
  return `${JSON.stringify(state)}\n`;
}
