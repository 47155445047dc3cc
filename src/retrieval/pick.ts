/** What is chosen from: numbers, by a column of scores, and an order for those whose scores are equal. */
export interface Choice {
  /** By number. */
  readonly scores: Float64Array;
  /** Less than zero where `a` goes before `b` at equal scores. */
  readonly compare: (a: number, b: number) => number;
}

/** The best `count` of some numbers, in no particular order: takes about as long as reading them a few times. */
export function pick(numbers: Uint32Array, count: number, { scores, compare }: Choice): Uint32Array {
  if (count <= 0) return new Uint32Array(0);
  if (numbers.length <= count) return numbers.slice();
  const values = new Float64Array(numbers.length);
  for (let i = 0; i < numbers.length; i++) values[i] = scores[numbers[i] as number] as number;
  const least = greatest(values, count);
  const picked = new Uint32Array(count);
  const equal: number[] = [];
  let length = 0;
  for (const number of numbers) {
    const score = scores[number] as number;
    if (score > least) picked[length++] = number;
    else if (score === least) equal.push(number);
  }
  if (length + equal.length > count) equal.sort(compare);
  picked.set(equal.slice(0, count - length), length);
  return picked;
}

/** The best `count` of some numbers, best first. */
export function pickInOrder(numbers: Uint32Array, count: number, choice: Choice): Uint32Array {
  const { scores, compare } = choice;
  return pick(numbers, count, choice).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || compare(a, b));
}

/** The `count`th greatest of some values, which are moved about: halves are parted until it stands in its place. */
function greatest(values: Float64Array, count: number): number {
  let from = 0;
  let to = values.length - 1;
  const place = count - 1;
  while (from < to) {
    const pivot = middleOf(values[from] as number, values[(from + to) >> 1] as number, values[to] as number);
    let left = from;
    let right = to;
    while (left <= right) {
      while ((values[left] as number) > pivot) left++;
      while ((values[right] as number) < pivot) right--;
      if (left > right) break;
      const swapped = values[left] as number;
      values[left++] = values[right] as number;
      values[right--] = swapped;
    }
    if (place <= right) to = right;
    else if (place >= left) from = left;
    else return values[place] as number;
  }
  return values[place] as number;
}

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
