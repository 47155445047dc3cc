import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { withLock } from '../../src/config/file-lock.ts';
import { together } from './children.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memsync-lock-'));
  path = join(folder, 'lock');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('is given back, also when the work fails', () => {
  expect(withLock(path, () => existsSync(path))).toBe(true);
  expect(() =>
    withLock(path, () => {
      throw new Error('in between');
    }),
  ).toThrow('in between');
  expect(existsSync(path)).toBe(false);
});

it('is not taken while somebody has it', () => {
  const inner = (): string => withLock(path, () => 'both', 10);
  expect(() => withLock(path, inner)).toThrow(expect.objectContaining({ code: 'data_in_use' }));
});

it('is broken when the process that took it is gone', async () => {
  expect(await together('leave', folder, ['a'])).toEqual(['']);
  expect(existsSync(path)).toBe(true);
  expect(withLock(path, () => 'mine', 10)).toBe('mine');
  expect(existsSync(path)).toBe(false);
});

it('is broken when it is from elsewhere and long past, not when it is from elsewhere', () => {
  writeFileSync(path, 'another-machine 1 abcd\n');
  expect(() => withLock(path, () => 'mine', 10)).toThrow(expect.objectContaining({ code: 'data_in_use' }));
  utimesSync(path, 1_000_000, 1_000_000);
  expect(withLock(path, () => 'mine', 10)).toBe('mine');
});
