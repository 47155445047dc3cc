import { FAMILY, KINDS, SAME } from './kindred.ts';
import { rowTokens } from './tokens.ts';
import { WEIGHT } from './weighing.ts';

/** What is asked for beside a word, and what it counts. */
export interface Akin {
  readonly term: string;
  readonly weight: number;
}

const NONE: readonly Akin[] = [];
const TABLE = tableOf();

/** Terms that may stand for a term, each once, in a fixed order. */
export function akinTo(term: string): readonly Akin[] {
  return TABLE.get(term) ?? NONE;
}

function tableOf(): ReadonlyMap<string, readonly Akin[]> {
  const table = new Map<string, Map<string, number>>();
  const add = (from: string, to: string, weight: number): void => {
    if (from === to || weight === 0) return;
    const akin = table.get(from) ?? new Map<string, number>();
    akin.set(to, Math.max(akin.get(to) ?? 0, weight));
    table.set(from, akin);
  };
  for (const [groups, weight] of [
    [SAME, WEIGHT.synonym],
    [FAMILY, WEIGHT.family],
  ] as const) {
    for (const group of groups.split(/[|\n]/)) {
      const terms = termsOf(group);
      for (const from of terms) for (const to of terms) add(from, to, weight);
    }
  }
  for (const line of KINDS.split('\n')) {
    const [kinds, things] = line.split(':').map(termsOf);
    for (const kind of kinds ?? []) for (const thing of things ?? []) add(kind, thing, WEIGHT.kind);
  }
  return new Map([...table].map(([term, akin]) => [term, Array.from(akin, ([to, weight]): Akin => ({ term: to, weight }))]));
}

function termsOf(words: string): string[] {
  return rowTokens(words).map(({ term }) => term);
}
