import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { type EvalVault, plainFacts, talks } from '../../bench/retrieval/eval-set.ts';
import { EVERYTHING, idOf, indexed } from '../../bench/retrieval/rankers.ts';
import { MemoryIndex } from '../../src/retrieval/engine.ts';

/** What the engine answers to our own questions. Another digest is another engine: give it another name in `engine.ts`, and pin that. */
const PINNED = { engine: 'lexical/2', sha256: 'aa97e6cdc7c9c745ef49f8803052411fb917d2fc625e88e15ce51fb05ff06a6f' };
const NOW = Date.UTC(2026, 0, 1);

it('an engine answers what it has always answered, to the last digit of a score and of a share', () => {
  const digest = createHash('sha256');
  const vaults = [plainFacts(), talks()].flatMap((set) => set.vaults);
  for (const vault of vaults) {
    const index = filled(vault);
    for (const { text } of vault.questions) {
      const hits = index.search(text, { limit: 20, now: NOW, scope: EVERYTHING, admits: () => true });
      digest.update(JSON.stringify([text, hits]));
    }
  }
  expect({ engine: new MemoryIndex().engine, sha256: digest.digest('hex') }).toEqual(PINNED);
});

function filled({ rows }: EvalVault): MemoryIndex {
  const index = new MemoryIndex();
  for (const [at, row] of rows.entries()) {
    const observedAt = row.observedAt === undefined ? null : Date.parse(row.observedAt);
    index.put(indexed({ ...row, id: idOf(row.key), at, recordedAt: NOW, observedAt }));
  }
  return index;
}
