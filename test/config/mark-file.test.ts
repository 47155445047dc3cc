import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileMarks } from '../../src/config/mark-file.ts';
import { together } from './children.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memsync-marks-'));
  path = join(folder, 'marks.json');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const VAULT = 'ab'.repeat(32);
const OTHER = 'cd'.repeat(32);
const hash = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);

describe('the file of head marks', () => {
  it('keeps the highest head of each vault, and only its owner reads it', () => {
    const marks = new FileMarks(path);
    marks.raise(VAULT, { seq: 5, hash: hash(5) });
    marks.raise(VAULT, { seq: 3, hash: hash(3) });
    marks.flush();
    expect(new FileMarks(path).get(VAULT)).toEqual({ seq: 5, hash: hash(5) });
    expect(new FileMarks(path).get(OTHER)).toBeNull();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('does not lower what another process on the same folder has raised', () => {
    const first = new FileMarks(path);
    const second = new FileMarks(path);
    first.raise(VAULT, { seq: 9, hash: hash(9) });
    first.flush();
    second.raise(VAULT, { seq: 4, hash: hash(4) });
    second.raise(OTHER, { seq: 1, hash: hash(1) });
    second.flush();
    const read = new FileMarks(path);
    expect([read.get(VAULT)?.seq, read.get(OTHER)?.seq]).toEqual([9, 1]);
  });

  it('tells what others have noted in it, once, and nothing of its own', () => {
    const first = new FileMarks(path);
    const second = new FileMarks(path);
    first.raise(VAULT, { seq: 9, hash: hash(9) });
    first.flush();
    expect(first.others()).toEqual([]);
    expect(second.others()).toEqual([{ name: VAULT, seq: 9, hash: hash(9) }]);
    expect(second.others()).toEqual([]);
    // What is merged on the way to the file is told as well.
    first.raise(VAULT, { seq: 12, hash: hash(12) });
    first.flush();
    second.raise(OTHER, { seq: 1, hash: hash(1) });
    second.flush();
    expect(second.others()).toEqual([{ name: VAULT, seq: 12, hash: hash(12) }]);
    expect(first.others()).toEqual([{ name: OTHER, seq: 1, hash: hash(1) }]);
  });

  it('of two at one place keeps what was written first, and tells the other of it', () => {
    const first = new FileMarks(path);
    const second = new FileMarks(path);
    first.raise(VAULT, { seq: 9, hash: hash(9) });
    second.raise(VAULT, { seq: 9, hash: hash(8) });
    first.flush();
    second.flush();
    expect(new FileMarks(path).get(VAULT)).toEqual({ seq: 9, hash: hash(9) });
    expect(second.others()).toEqual([{ name: VAULT, seq: 9, hash: hash(9) }]);
    expect(first.others()).toEqual([]);
  });

  it('refuses a file that does not read, rather than forget', () => {
    writeFileSync(path, '{"x":');
    expect(() => new FileMarks(path)).toThrow(expect.objectContaining({ code: 'keys_unsafe' }));
    expect(readFileSync(path, 'utf8')).toBe('{"x":');
  });
});

describe('processes on one folder', () => {
  it('raise marks at once: the file is whole at every moment, and no mark is lost', { timeout: 60_000 }, async () => {
    const names = ['a', 'b', 'c', 'd'];
    expect(await together('marks', folder, names)).toEqual(names.map(() => 'raised'));
    const read = new FileMarks(path);
    const lost = names
      .flatMap((name) => Array.from({ length: 100 }, (_, seq) => `${name}-${seq}`))
      .filter((vault) => read.get(vault) === null);
    expect([lost, read.get('shared')?.seq]).toEqual([[], 99]);
    expect(readdirSync(folder)).toEqual(['marks.json']);
  });
});
