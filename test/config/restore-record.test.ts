import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Restored, RestoredVault } from '../../src/app/backup/restored.ts';
import { claimFolder } from '../../src/config/folder-claim.ts';
import { FileMarks } from '../../src/config/mark-file.ts';
import { noteRestore, readRestores } from '../../src/config/restore-record.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memsync-record-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const head = (seq: number) => ({ seq, hash: seq.toString(16).padStart(64, '0') });
const vault = (name: string, outcome: RestoredVault['outcome']): RestoredVault => ({
  vault: name.repeat(64),
  backup: head(5),
  head: head(outcome === 'same' ? 5 : 6),
  known: head(9),
  outcome,
  missing: null,
  erasedAgain: 0,
  error: null,
});
const restored = (id: string, ...vaults: RestoredVault[]): Restored => ({
  format: 1,
  id,
  at: 1,
  backup: 'b',
  backupAt: 0,
  before: null,
  vaults,
  absent: [],
  log: { name: 'n', was: 'w', size: 0, known: null },
});

it('a restore is on record once, and sets back only the marks of vaults that it has set back', () => {
  const path = join(folder, 'marks.json');
  const marks = new FileMarks(path);
  for (const name of 'abcde') marks.raise(name.repeat(64), { seq: 9, hash: new Uint8Array(32).fill(9) });
  marks.flush();
  const one = restored('one', vault('a', 'behind'), vault('b', 'same'), vault('c', 'forked'), vault('d', 'unknown'));
  for (let twice = 0; twice < 2; twice += 1) noteRestore(folder, one);
  expect(readRestores(folder)).toEqual([one]);
  expect(statSync(join(folder, 'restores.jsonl')).mode & 0o777).toBe(0o600);
  const after = new FileMarks(path);
  expect([...'abcde'].map((name) => after.get(name.repeat(64))?.seq)).toEqual([6, 9, 6, 6, 9]);
  expect(after.vaults()).toEqual([...'abcde'].map((name) => name.repeat(64)));
});

it('a line that a crash cut off spoils neither those before it nor the next', () => {
  noteRestore(folder, restored('one'));
  const path = join(folder, 'restores.jsonl');
  writeFileSync(path, `${readFileSync(path, 'utf8')}{"format":1,"id":"tw`);
  expect(readRestores(folder).map(({ id }) => id)).toEqual(['one']);
  noteRestore(folder, restored('three'));
  expect(readRestores(folder).map(({ id }) => id)).toEqual(['one', 'three']);
});

it('a folder is claimed by one process at a time; what one that is gone has left is taken over', () => {
  const release = claimFolder(folder, process.pid);
  const parent = process.ppid;
  writeFileSync(join(folder, 'claimed'), `${parent}\n`);
  expect(() => claimFolder(folder, process.pid)).toThrow(expect.objectContaining({ code: 'data_in_use' }));
  writeFileSync(join(folder, 'claimed'), '4194399\n');
  claimFolder(folder, process.pid)();
  writeFileSync(join(folder, 'claimed'), '');
  claimFolder(folder, process.pid)();
  release();
});
