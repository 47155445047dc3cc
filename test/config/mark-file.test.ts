import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FileMarks } from '../../src/config/mark-file.ts';
import { isMemSyncError } from '../../src/core/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'memsync-marks-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
const freshPath = (): string => join(folder, `${(files += 1)}.json`);
const VAULT = 'a'.repeat(64);
const OTHER = 'b'.repeat(64);
const head = (seq: number): { seq: number; hash: Uint8Array } => ({ seq, hash: new Uint8Array(32).fill(seq) });

describe('marks in a file', () => {
  it('are there again in the next process, in a file that is the owner’s alone', () => {
    const path = freshPath();
    const marks = new FileMarks(path);
    marks.raise(VAULT, head(7));
    marks.flush();
    expect(new FileMarks(path).get(VAULT)).toEqual(head(7));
    expect(new FileMarks(path).get(OTHER)).toBeNull();
    expect(statSync(path).mode & 0o077).toBe(0);
  });

  it('never go down', () => {
    const marks = new FileMarks(freshPath());
    marks.raise(VAULT, head(7));
    marks.raise(VAULT, head(3));
    expect(marks.get(VAULT)).toEqual(head(7));
  });

  it('of two processes are merged, the higher of each kept', () => {
    const path = freshPath();
    const [one, two] = [new FileMarks(path), new FileMarks(path)];
    one.raise(VAULT, head(9));
    one.raise(OTHER, head(1));
    one.flush();
    two.raise(VAULT, head(4));
    two.raise(OTHER, head(5));
    two.flush();
    const after = new FileMarks(path);
    expect([after.get(VAULT)?.seq, after.get(OTHER)?.seq]).toEqual([9, 5]);
  });

  it('are not written by a process that raised none', () => {
    const path = freshPath();
    const [idle, busy] = [new FileMarks(path), new FileMarks(path)];
    busy.raise(VAULT, head(2));
    busy.flush();
    const before = readFileSync(path, 'utf8');
    idle.flush();
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  it('that do not read are an error, not none', () => {
    const path = freshPath();
    writeFileSync(path, '{"x":');
    expect(() => new FileMarks(path)).toThrow(expect.toSatisfy((error) => isMemSyncError(error, 'keys_unsafe')));
  });
});
