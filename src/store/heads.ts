import type { Instant } from '../core/instant.ts';
import type { StoredHead } from './records.ts';

/** A vault's head that the log has a salted leaf of: what opens the leaf, and where it is. */
export interface LoggedHead {
  readonly vault: string;
  readonly seq: number;
  /** The ledger's hash there, 32 bytes. */
  readonly hash: Uint8Array;
  /** 32 bytes. */
  readonly salt: Uint8Array;
  /** When it went into the log. */
  readonly at: Instant;
  readonly logIndex: number;
}

/** A vault's head that the log has no leaf of. */
export interface UnloggedHead extends StoredHead {
  readonly vault: string;
}

/** Vaults' heads in the log; they are written with a commit. */
export interface HeadStore {
  /** Heads that have moved since the vault's last one went into the log, the longest standing first, from behind `after` (null for the first). */
  unlogged(after: Pick<UnloggedHead, 'at' | 'vault'> | null, limit: number): Promise<readonly UnloggedHead[]>;
  /** A vault's heads in the log from event `from` on, in order. */
  page(vault: string, from: number, limit: number): Promise<readonly LoggedHead[]>;
  /** The last one, or null. */
  latest(vault: string): Promise<LoggedHead | null>;
}
