/** What is chosen from: numbers with a score each, and an order for those whose scores are equal. */
export interface Choice {
  readonly scoreOf: (number: number) => number;
  /** Less than zero where `a` goes before `b` at equal scores. */
  readonly compare: (a: number, b: number) => number;
}

/** The best `limit` of some numbers, best first: n of them cost n log limit at most. */
export function best(numbers: Uint32Array, limit: number, choice: Choice): Uint32Array {
  if (limit <= 0) return new Uint32Array(0);
  const all = numbers.length <= limit;
  const kept = all ? numbers.slice() : chosen(numbers, limit, choice);
  return kept.sort((a, b) => choice.scoreOf(b) - choice.scoreOf(a) || choice.compare(a, b));
}

/** A heap whose root is the worst of what is kept. */
function chosen(numbers: Uint32Array, limit: number, { scoreOf, compare }: Choice): Uint32Array<ArrayBuffer> {
  const heap = numbers.slice(0, limit);
  const scores = Float64Array.from(heap, scoreOf);
  const isWorse = (a: number, b: number): boolean => {
    const difference = (scores[a] ?? 0) - (scores[b] ?? 0);
    return difference < 0 || (difference === 0 && compare(heap[a] ?? 0, heap[b] ?? 0) > 0);
  };
  const sink = (from: number): void => {
    for (let at = from; ;) {
      let worst = at;
      for (const child of [2 * at + 1, 2 * at + 2]) if (child < limit && isWorse(child, worst)) worst = child;
      if (worst === at) return;
      const [number, score] = [heap[at] ?? 0, scores[at] ?? 0];
      heap[at] = heap[worst] ?? 0;
      scores[at] = scores[worst] ?? 0;
      heap[worst] = number;
      scores[worst] = score;
      at = worst;
    }
  };
  for (let at = (limit >> 1) - 1; at >= 0; at--) sink(at);
  let floor = scores[0] ?? 0;
  for (let i = limit; i < numbers.length; i++) {
    const number = numbers[i] ?? 0;
    const score = scoreOf(number);
    if (score < floor || (score === floor && compare(number, heap[0] ?? 0) > 0)) continue;
    heap[0] = number;
    scores[0] = score;
    sink(0);
    floor = scores[0] ?? 0;
  }
  return heap;
}
