/** Between two checkpoints of a ledger lie at most so many events, or a quarter of what lies before the later one, whichever is more. */
const GAP = 8192;

/** How many events a checkpoint may lie after the one before it. */
function widest(seq: number): number {
  return Math.max(GAP, Math.floor(seq / 4));
}

/** Whether event `to` is further from the checkpoint before it, at `from`, than it should be. */
export function isFar(from: number, to: number): boolean {
  return to - from > widest(to);
}

/**
 * Which of the checkpoints at `seqs` (ascending) are not needed once there is one at `newest`: any past event is then still reached from one
 * that is near before it.
 */
export function superfluous(seqs: readonly number[], newest: number): number[] {
  const before = seqs.filter((seq) => seq < newest);
  const dropped: number[] = [];
  let previous = -1;
  before.forEach((seq, i) => {
    const next = before[i + 1] ?? newest;
    if (!isFar(previous, next)) dropped.push(seq);
    else previous = seq;
  });
  return dropped;
}

/** Where checkpoints are missing, ascending: between those at `seqs` (ascending), and from the last of them to the head. */
export function missing(seqs: readonly number[], head: number): number[] {
  const wanted: number[] = [];
  let previous = -1;
  for (const next of [...seqs.filter((seq) => seq < head), head]) {
    while (isFar(previous, next)) {
      previous += Math.max(GAP, Math.floor(previous / 3));
      wanted.push(previous);
    }
    previous = next;
  }
  return wanted;
}
