import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MemoryJournal, type NotedErasure } from '../../src/app/erase/known.ts';
import { FileJournal } from '../../src/config/erasure-journal.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memsync-journal-'));
  path = join(folder, 'erasures.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const hexOf = (number: number, length: number) => number.toString(16).padStart(length, '0');
const erasure = (number: number, what: NotedErasure['what'] = { scope: 'rows', rows: [`mem_${hexOf(number, 32)}`] }): NotedErasure => ({
  vault: 'a'.repeat(64),
  event: hexOf(number, 64),
  seq: number,
  at: 1_700_000_000_000 + number,
  what,
});

it('keeps each erasure once, in order, for its owner alone; nothing is there before the first', () => {
  const journal = new FileJournal(folder);
  expect(journal.entries()).toEqual([]);
  const all = [erasure(2), erasure(1, { scope: 'collection', collection: `col_${hexOf(7, 32)}` }), erasure(3, { scope: 'vault' })];
  for (const one of [...all, ...all]) journal.note(one);
  expect(journal.entries()).toEqual(all);
  expect(new FileJournal(folder).entries()).toEqual(all);
  expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(4);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const other = new MemoryJournal();
  for (const one of [...all, ...all]) other.note(one);
  expect(other.entries()).toEqual(all);
});

it('cut off anywhere, as by a power cut, loses that line alone; what is noted after it counts', () => {
  fc.assert(
    fc.property(fc.nat(), (cut) => {
      rmSync(path, { force: true });
      const journal = new FileJournal(folder);
      journal.note(erasure(1));
      const first = statSync(path).size;
      journal.note(erasure(2));
      const kept = first + (cut % (statSync(path).size - first));
      const whole = kept === statSync(path).size - 1;
      truncateSync(path, kept);
      // A line that only lacks its end is all there.
      expect(journal.entries()).toEqual(whole ? [erasure(1), erasure(2)] : [erasure(1)]);
      journal.note(erasure(3));
      journal.note(erasure(2));
      const expected = whole ? [erasure(1), erasure(2), erasure(3)] : [erasure(1), erasure(3), erasure(2)];
      expect(journal.entries()).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

it('passes over what it cannot read, and never writes it anew', () => {
  writeFileSync(path, `{"vault":1}\nnonsense\n${JSON.stringify({ ...erasure(1), text: 'Plays the cello' })}\n\n`);
  const before = readFileSync(path, 'utf8');
  const journal = new FileJournal(folder);
  expect(journal.entries()).toEqual([]);
  journal.note(erasure(1));
  expect(journal.entries()).toEqual([erasure(1)]);
  // As two processes may write at once.
  appendFileSync(path, `${JSON.stringify(erasure(1))}\n${JSON.stringify(erasure(4))}\n`);
  expect(journal.entries()).toEqual([erasure(1), erasure(4)]);
  expect(readFileSync(path, 'utf8').startsWith(before)).toBe(true);
});
