/** Why there is no vector: nobody answers in time or at all, the answer is not one, or the service does not take these very texts. */
export type EmbeddingFailure = 'timeout' | 'unreachable' | 'status' | 'answer' | 'resting' | 'stopped' | 'texts';

/** The vectors of some texts, in their order, all of one length, every component finite; or why there are none. */
export type Embedded = { readonly vectors: readonly (readonly number[])[] } | { readonly failed: EmbeddingFailure };

/** What turns texts into vectors. Nothing throws: without it everything works by words. */
export interface Embedder {
  readonly model: string;
  /** How many components each vector has; null for whatever the model gives. */
  readonly dimensions: number | null;
  /** Whether the last query got its vector; true before the first. */
  readonly isAnswering: boolean;
  /** A query's vector, within the time that a query may wait; at once without one while the service rests after failing. */
  query(text: string): Promise<Embedded>;
  /** Rows' vectors, for nobody to wait for; tried twice. */
  rows(texts: readonly string[]): Promise<Embedded>;
  /** Gives up on everything under way. */
  stop(): void;
}
