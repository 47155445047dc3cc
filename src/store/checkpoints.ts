/** A place in a ledger at which a checkpoint of the fold is kept; `head` is the ledger's hash there. */
export interface CheckpointPlace {
  readonly seq: number;
  readonly head: Uint8Array;
}

/** A vault as it stood at an event, sealed in parts. Nobody believes it who cannot open it; without it the ledger is folded from its start. */
export interface StoredCheckpoint extends CheckpointPlace {
  readonly vault: string;
  readonly parts: readonly Uint8Array[];
}

/** A vault whose newest checkpoint, at `kept` (−1 for none), lies behind its head. */
export interface VaultBehind {
  readonly vault: string;
  readonly seq: number;
  readonly kept: number;
}

/** Checkpoints of the fold. Every method is one whole transaction. */
export interface CheckpointStore {
  /** Where a vault's checkpoints lie, oldest first. */
  places(vault: string): Promise<readonly CheckpointPlace[]>;
  read(vault: string, seq: number): Promise<StoredCheckpoint | null>;
  /**
   * Puts a checkpoint there, in the place of any at the same event, and takes away those at `dropped`. False, and nothing done, unless the ledger
   * has that head at that event.
   */
  keep(checkpoint: StoredCheckpoint, dropped: readonly number[]): Promise<boolean>;
  /** Takes away all of a vault's. */
  drop(vault: string): Promise<void>;
  /** Vaults with an id above `after` ('' for the first) whose newest checkpoint is more than `events` events behind, by id. */
  behind(events: number, after: string, limit: number): Promise<readonly VaultBehind[]>;
}
