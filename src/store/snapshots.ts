/** One collection's opened rows as they stood at an event, sealed in parts. Without it they are opened one by one. */
export interface StoredSnapshot {
  readonly vault: string;
  readonly collection: string;
  /** The epoch of the collection's key that it is sealed under. */
  readonly epoch: number;
  readonly seq: number;
  /** The ledger's hash at that event. */
  readonly head: Uint8Array;
  readonly parts: readonly Uint8Array[];
}

/** Row snapshots, one a collection at most. Every method is one whole transaction. */
export interface SnapshotStore {
  read(vault: string, collection: string): Promise<StoredSnapshot | null>;
  /**
   * Puts a snapshot in the place of the one at event `over`; null for none. False, and nothing done, where another is there; where the ledger does
   * not have that head at that event; or where, since that event, anything has been erased or the collection's key rotated.
   */
  keep(snapshot: StoredSnapshot, over: number | null): Promise<boolean>;
  /** Takes away all of a vault's. A commit that orders an erasure does so by itself, and one that rotates a key of that collection's. */
  drop(vault: string): Promise<void>;
}
