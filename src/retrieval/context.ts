import type { Tier } from '../../schemas/vocabulary.ts';
import { type Freshness, freshnessWords } from './freshness.ts';
import { quote } from './quote.ts';

/** The section that a row is shown in. */
export type Placement = Tier;

export interface ContextRow extends Freshness {
  readonly id: string;
  readonly placement: Placement;
  /** By relevance, from 1. */
  readonly rank: number;
  readonly text: string;
}

export interface ContextOptions {
  /** Effective now, in milliseconds: ages are told from it. */
  readonly now: number;
  /** The most that the block may take, in tokens as `estimateTokens` counts them; no limit when left out. */
  readonly maxTokens?: number | undefined;
}

/** One line of the block with its newline. */
export type Segment =
  | { readonly kind: 'heading'; readonly text: string; readonly placement: Placement }
  | { readonly kind: 'row'; readonly text: string; readonly rowId: string; readonly tag: string };

export interface PlacedRow {
  readonly id: string;
  /** `m1`, `m2`, … in the order of the lines. */
  readonly tag: string;
  readonly placement: Placement;
  /** Where the row's line stands in `context`, newline left out, as `context.slice(from, to)` takes it: UTF-16 code units. */
  readonly span: readonly [from: number, to: number];
}

export interface ContextBlock {
  /** Empty when no row is in it. Always well-formed Unicode. */
  readonly context: string;
  /** In order; one after another they are exactly `context`. */
  readonly segments: readonly Segment[];
  /** In the order of the lines. */
  readonly rows: readonly PlacedRow[];
  /** Ids of the rows that `maxTokens` left no room for, most relevant first. */
  readonly dropped: readonly string[];
}

const SECTIONS: readonly { readonly placement: Placement; readonly heading: string }[] = [
  { placement: 'active', heading: 'ACTIVE: confirmed by the owner, or recent enough to use\n' },
  { placement: 'background', heading: 'BACKGROUND: kept, not re-earned; do not rely on these without asking\n' },
  { placement: 'dormant', heading: 'DORMANT: long unconfirmed, shown on request only; do not use these as facts\n' },
];

interface Line {
  readonly id: string;
  readonly placement: Placement;
  /** All of the line after its tag, newline included. */
  readonly rest: string;
}

/** About how many tokens a text takes: a quarter of its UTF-8 bytes, rounded up. A rule of thumb, the same for every model. */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4);
}

/**
 * Lays rows out as the context block (DESIGN, "Retrieval"): by section, within a section by rank, each line a tag, freshness words of
 * ours, and the row's text as one JSON string. A contested row handed in as active is laid out as background. Where `maxTokens` is too
 * little, rows go that would not fit even alone, then the least relevant until the rest fit. The same input gives the same bytes.
 */
export function buildContext(rows: readonly ContextRow[], { now, maxTokens = Infinity }: ContextOptions): ContextBlock {
  const ranked = rows.toSorted((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1)).map((row) => lineOf(row, now));
  const kept = fitting(ranked, maxTokens);
  const segments: Segment[] = [];
  const placed: PlacedRow[] = [];
  let context = '';
  for (const { placement, heading } of SECTIONS) {
    const lines = ranked.filter((line) => line.placement === placement && kept.has(line));
    if (lines.length === 0) continue;
    segments.push({ kind: 'heading', text: heading, placement });
    context += heading;
    for (const { id, rest } of lines) {
      const tag = `m${placed.length + 1}`;
      const text = `[${tag}]${rest}`;
      segments.push({ kind: 'row', text, rowId: id, tag });
      placed.push({ id, tag, placement, span: [context.length, context.length + text.length - 1] });
      context += text;
    }
  }
  return { context, segments, rows: placed, dropped: ranked.filter((line) => !kept.has(line)).map(({ id }) => id) };
}

function lineOf(row: ContextRow, now: number): Line {
  const placement = row.placement === 'active' && row.standing === 'contested' ? 'background' : row.placement;
  return { id: row.id, placement, rest: ` ${freshnessWords(row, now)}: ${quote(row.text)}\n` };
}

/** The most relevant lines that fit together. The tags m1 to mn take the same room whichever line bears which. */
function fitting(ranked: readonly Line[], maxTokens: number): ReadonlySet<Line> {
  const most = maxTokens * 4;
  const kept = new Set<Line>();
  const open = new Set<Placement>();
  let bytes = 0;
  for (const line of ranked) {
    const alone = headingBytes(line.placement) + tagBytes(1) + Buffer.byteLength(line.rest);
    if (alone > most) continue;
    bytes += (open.has(line.placement) ? 0 : headingBytes(line.placement)) + tagBytes(kept.size + 1) + Buffer.byteLength(line.rest);
    if (bytes > most) break;
    kept.add(line);
    open.add(line.placement);
  }
  return kept;
}

function tagBytes(number: number): number {
  return `[m${number}]`.length;
}

function headingBytes(placement: Placement): number {
  return SECTIONS.find((section) => section.placement === placement)?.heading.length ?? 0;
}
