import { type Place, type Postings, SealedSegment, type Segment } from './segment.ts';
import { byBytes, Terms } from './terms.ts';

/** What becomes of a segment's passages in a merge: each one's number in the new segment, or −1 where it is left out. */
export type Renumbered = (passage: number) => number;

interface Source {
  readonly segment: Segment;
  readonly words: Iterator<readonly [Uint8Array, Postings]>;
  next: readonly [Uint8Array, Postings] | null;
}

/**
 * One sealed segment of several, given in order, with the words that its passages hold. `renumbered` takes the index's passage numbers
 * and gives the new segment's own, in the same order. Words that no passage is left to hold are gone.
 */
export function merged(segments: readonly Segment[], place: Place, renumbered: Renumbered): SealedSegment {
  const sources = segments.map((segment): Source => ({ segment, words: segment.all()[Symbol.iterator](), next: null }));
  for (const source of sources) advance(source);
  const terms: Uint8Array[] = [];
  const starts: number[] = [0];
  const entries = new Uint32Array(segments.reduce((sum, { size }) => sum + size, 0));
  let length = 0;
  for (;;) {
    const term = least(sources);
    if (term === null) break;
    const before = length;
    for (const source of sources) {
      if (source.next === null || byBytes(source.next[0], term) !== 0) continue;
      length = copy(source.segment.firstPassage, source.next[1], entries, length, renumbered);
      advance(source);
    }
    if (length === before) continue;
    terms.push(term);
    starts.push(length);
  }
  return new SealedSegment(place, Terms.of(terms), Uint32Array.from(starts), entries.slice(0, length));
}

function copy(first: number, { entries, from, to }: Postings, into: Uint32Array, length: number, renumbered: Renumbered): number {
  let at = length;
  for (let i = from; i < to; i++) {
    const entry = entries[i] ?? 0;
    const passage = renumbered(first + (entry >>> 8));
    if (passage >= 0) into[at++] = passage * 256 + (entry & 255);
  }
  return at;
}

function advance(source: Source): void {
  const next = source.words.next();
  source.next = next.done === true ? null : next.value;
}

function least(sources: readonly Source[]): Uint8Array | null {
  let least: Uint8Array | null = null;
  for (const { next } of sources) if (next !== null && (least === null || byBytes(next[0], least) < 0)) least = next[0];
  return least;
}
