import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { claimKeys } from '../../src/config/key-claim.ts';

let folder: string;
let other: ChildProcess;
const at = (name: string): string => join(folder, name);
const claimed = (): string[] => readdirSync(at('serving'));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memsync-claim-'));
  writeFileSync(at('data.db'), 'the data');
  copyFileSync(at('data.db'), at('copy.db'));
  other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
});
afterEach(async () => {
  await ended();
  rmSync(folder, { recursive: true, force: true });
});

async function ended(): Promise<void> {
  if (other.exitCode !== null || other.signalCode !== null) return;
  const gone = new Promise((resolve) => other.once('exit', resolve));
  other.kill('SIGKILL');
  await gone;
}

it('keys are for one database at a time, however many processes serve it', () => {
  const theirs = claimKeys(folder, at('data.db'), other.pid ?? 0);
  const mine = claimKeys(folder, at('data.db'), process.pid);
  expect(claimed()).toHaveLength(2);
  mine();
  expect(() => claimKeys(folder, at('copy.db'), process.pid)).toThrow(expect.objectContaining({ code: 'data_forked' }));
  // Who was refused has claimed nothing.
  expect(claimed()).toEqual([String(other.pid)]);
  theirs();
  claimKeys(folder, at('copy.db'), process.pid)();
  expect(claimed()).toEqual([]);
});

it('what a process that is gone has left does not count, nor what is no note', async () => {
  claimKeys(folder, at('data.db'), other.pid ?? 0);
  writeFileSync(at('serving/notes.txt'), 'anything');
  await ended();
  claimKeys(folder, at('copy.db'), process.pid);
  expect(claimed().toSorted()).toEqual([String(process.pid), 'notes.txt'].toSorted());
  // Its own of an earlier start neither.
  claimKeys(folder, at('data.db'), process.pid)();
  expect(claimed()).toEqual(['notes.txt']);
});

it.skipIf(process.platform !== 'linux')('nor what one left whose id somebody else has by now', () => {
  claimKeys(folder, at('data.db'), other.pid ?? 0);
  const note = at(`serving/${other.pid}`);
  const [device, inode, start] = readFileSync(note, 'utf8').trim().split(' ');
  expect(() => claimKeys(folder, at('copy.db'), process.pid)).toThrow(expect.objectContaining({ code: 'data_forked' }));
  writeFileSync(note, `${device} ${inode} ${Number(start) - 1}\n`);
  claimKeys(folder, at('copy.db'), process.pid);
  expect(claimed()).toEqual([String(process.pid)]);
});
