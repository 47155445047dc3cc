import { MemoryIndex } from '../../src/retrieval/engine.ts';
import { idOf, indexed } from './rankers.ts';
import { turnOf } from './talk.ts';

/** The service's index over so many turns of made-up talk, and nothing else kept of them. */
export function filledIndex(rows: number): MemoryIndex {
  const index = new MemoryIndex();
  for (let at = 0; at < rows; at += 1) {
    const turn = turnOf(at);
    index.put(indexed({ ...turn, id: idOf(`talk/${at}`), at, role: 'user', recordedAt: turn.observedAt }));
  }
  return index;
}
