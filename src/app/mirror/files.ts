/**
 * The few things that publishing a mirror does to a file system, each of which may fail by itself. Names are paths inside the mirror, with
 * slashes; `''` is the mirror itself.
 */
export interface MirrorFiles {
  /** Where the mirror is, for people. */
  readonly place: string;
  /** A file's bytes, or null where there is none. */
  read(name: string): Promise<Uint8Array | null>;
  /** The names in a folder, none where there is no such folder. */
  list(folder: string): Promise<string[]>;
  /** Makes a folder, with those above it; nothing happens where it is there. */
  makeFolder(folder: string): Promise<void>;
  /** Writes a file, in place of one that is there. What a power cut leaves of it is not said before `sync`. */
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** Makes a file's bytes durable. */
  sync(name: string): Promise<void>;
  /** Makes durable which files a folder holds, and under what names. */
  syncFolder(folder: string): Promise<void>;
  /** Gives a file another name, at once, in place of what had it. */
  rename(from: string, to: string): Promise<void>;
  removeFile(name: string): Promise<void>;
  /** Removes a folder that is empty. */
  removeFolder(folder: string): Promise<void>;
  /** Takes the mirror for this process alone; returns how to give it back. @throws {MemSyncError} `data_in_use` */
  claim(): Promise<() => Promise<void>>;
}

/** Files that nobody has asked for yet: what is in here is not part of the mirror. */
export const UNFINISHED = '.unfinished';

/** The folder that a file is in. */
export function folderOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('/')));
}
