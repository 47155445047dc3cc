import fs, { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makePrivateFolder, writePrivateFile } from '../../src/config/private-file.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memsync-private-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What is synced and renamed while `work` runs, in order: the real calls, listened to. */
function calls(work: () => void): string[] {
  const { fsyncSync, renameSync } = fs;
  const heard: string[] = [];
  const short = (path: string): string => path.replace(folder, '').replace(/\.[0-9a-f]{16}\.new$/, '.new') || '/';
  fs.fsyncSync = (file) => {
    heard.push(`sync ${short(fs.readlinkSync(`/proc/self/fd/${file}`))}`);
    fsyncSync(file);
  };
  fs.renameSync = (from, to) => {
    heard.push(`rename ${short(String(from))} ${short(String(to))}`);
    renameSync(from, to);
  };
  syncBuiltinESMExports();
  try {
    work();
    return heard;
  } finally {
    Object.assign(fs, { fsyncSync, renameSync });
    syncBuiltinESMExports();
  }
}

it.skipIf(!existsSync('/proc/self/fd'))('is on the disk before it has its name, and its name before anybody goes on', () => {
  expect(calls(() => writePrivateFile(join(folder, 'a'), 'x'))).toEqual(['sync /a.new', 'rename /a.new /a', 'sync /']);
});

it.skipIf(!existsSync('/proc/self/fd'))('a folder that is made is on the disk with those above it', () => {
  expect(calls(() => makePrivateFolder(join(folder, 'b/c')))).toEqual(['sync /b', 'sync /']);
  expect(calls(() => makePrivateFolder(join(folder, 'b/c')))).toEqual([]);
  expect(statSync(join(folder, 'b/c')).mode & 0o777).toBe(0o700);
});

it('leaves what was there, and nothing beside it, when it fails', () => {
  fs.mkdirSync(join(folder, 'taken', 'by'), { recursive: true });
  expect(() => writePrivateFile(join(folder, 'taken'), 'x')).toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
  expect(readdirSync(folder)).toEqual(['taken']);
  writePrivateFile(join(folder, 'a'), 'x');
  writePrivateFile(join(folder, 'a'), 'y');
  expect([readFileSync(join(folder, 'a'), 'utf8'), statSync(join(folder, 'a')).mode & 0o777]).toEqual(['y', 0o600]);
});
