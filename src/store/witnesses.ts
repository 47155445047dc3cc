import type { Instant } from '../core/instant.ts';

/** A checkpoint with the cosignatures that it has had. */
export interface StoredCosigned {
  readonly size: number;
  /** The signed note. */
  readonly checkpoint: string;
  /** Higher than that of whatever was written before. */
  readonly revision: number;
}

/** What is known of a witness. */
export interface StoredWitness {
  /** Its verifier key as text: under another key it is another witness. */
  readonly cosigner: string;
  /** The size that it has cosigned last, as far as is known; 0 for none. */
  readonly size: number;
  readonly askedAt: Instant;
  readonly cosignedAt: Instant | null;
  /** Why it has not cosigned when it was asked last, since when, and how many times it was asked since; null where it has. */
  readonly refusal: { readonly reason: string; readonly since: Instant; readonly times: number } | null;
}

/** What witnesses have said of the log that goes by a name. Every method is one whole transaction. */
export interface WitnessStore {
  /** Cosigned checkpoints that were written after a revision (0 for all), in that order. */
  cosigned(origin: string, after: number): Promise<readonly StoredCosigned[]>;
  cosignedAt(origin: string, size: number): Promise<StoredCosigned | null>;
  /**
   * Puts a checkpoint in the place of `before` (null for none) and takes away all but the `newest` largest, this one and that of the size `spared`.
   * False, and nothing done, where something else is there.
   */
  keepCosigned(
    origin: string,
    cosigned: Pick<StoredCosigned, 'size' | 'checkpoint'>,
    before: string | null,
    kept: { readonly newest: number; readonly spared: number },
  ): Promise<boolean>;
  witnesses(origin: string): Promise<readonly StoredWitness[]>;
  /** Inserted or replaced. */
  noteWitness(origin: string, witness: StoredWitness): Promise<void>;
}
