import type { Pace } from './pace.ts';
import type { Standing } from './standing.ts';

/** One line of the results: what was measured, beside its floor where it has one. */
export interface Figure {
  readonly what: string;
  /** Things a second. */
  readonly perSecond: number;
  /** How long one took, in milliseconds. */
  readonly p50?: number;
  readonly p99?: number;
  /** What the figure is held against, with its things a second in the same run, and the ratio of the two. */
  readonly floor?: { readonly what: string; readonly perSecond: number; readonly ratio: number };
}

/** One table of the results. */
export interface Section {
  readonly title: string;
  /** What was measured and how, for a reader who has not seen the code. */
  readonly text: string;
  /** What is counted: rows, retrievals, receipts. */
  readonly unit: string;
  readonly figures: readonly Figure[];
  /** Figures of other kinds, each with where it must stand. */
  readonly standings?: readonly Standing[];
}

/** A figure of a pace at which `each` things are done at a time. */
export function figureOf(what: string, pace: Pace, each = 1): Figure {
  return { what, perSecond: pace.perSecond * each, p50: pace.p50, p99: pace.p99 };
}
