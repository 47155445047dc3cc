import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publishMirror } from '../../src/app/mirror/publish.ts';
import { MirrorFolder } from '../../src/config/mirror-folder.ts';
import { checkMirror } from '../support/mirror-check.ts';
import { canMount, SmallDisk } from '../support/mounts.ts';
import { PaperLog } from '../support/paper-log.ts';

const LOG = new PaperLog(9000);

let ground: string;
let place: string;

beforeEach(() => {
  ground = mkdtempSync(join(tmpdir(), 'memsync-mirror-'));
  place = join(ground, 'public', 'log');
});
afterEach(() => rmSync(ground, { recursive: true, force: true }));

const check = (folder = place) => checkMirror((name) => readFile(join(folder, name)).catch(() => null), LOG.key);

describe('a mirror in a folder', () => {
  it('is made where there is none, holds, and is for everybody to read', async () => {
    const before = process.umask(0o022);
    try {
      for (const size of [0, 1, 256, 700, 8999]) {
        await publishMirror(LOG.at(size), new MirrorFolder(place));
        expect(await check()).toMatchObject({ size });
      }
    } finally {
      process.umask(before);
    }
    expect(readdirSync(place).toSorted()).toEqual(['.memsync-mirror', '.unfinished', 'checkpoint', 'key', 'tile']);
    expect(readdirSync(join(place, '.unfinished'))).toEqual([]);
    for (const name of ['checkpoint', 'tile/0/000', 'tile/entries/034']) expect(statSync(join(place, name)).mode & 0o777).toBe(0o644);
    for (const name of ['', 'tile', 'tile/0']) expect(statSync(join(place, name)).mode & 0o777).toBe(0o755);
  });

  it('is not touched where something else is in it', async () => {
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'index.html'), 'somebody’s');
    await expect(publishMirror(LOG.at(5), new MirrorFolder(place))).rejects.toMatchObject({ code: 'config_invalid' });
    expect(readdirSync(place)).toEqual(['index.html']);
  });

  it('is one process’s at a time, and taken over from one that is gone', async () => {
    await publishMirror(LOG.at(5), new MirrorFolder(place));
    const claimed = join(place, '.unfinished', 'claimed');
    writeFileSync(claimed, `${process.ppid}\n`);
    await expect(publishMirror(LOG.at(6), new MirrorFolder(place))).rejects.toMatchObject({ code: 'data_in_use' });
    expect(await check()).toMatchObject({ size: 5 });
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    writeFileSync(claimed, `${gone}\n`);
    await publishMirror(LOG.at(6), new MirrorFolder(place));
    expect(await check()).toMatchObject({ size: 6 });
    expect(existsSync(claimed)).toBe(false);
  });

  it('writes a file in the place of a link, and not where the link leads', async () => {
    await publishMirror(LOG.at(5), new MirrorFolder(place));
    const elsewhere = join(ground, 'elsewhere');
    writeFileSync(elsewhere, readFileSync(join(place, 'checkpoint')));
    rmSync(join(place, 'checkpoint'));
    symlinkSync(elsewhere, join(place, 'checkpoint'));
    const before = readFileSync(elsewhere, 'utf8');
    await publishMirror(LOG.at(6), new MirrorFolder(place));
    expect(await check()).toMatchObject({ size: 6 });
    expect(readFileSync(elsewhere, 'utf8')).toBe(before);
  });

  it('says which file it could not write, and why', async () => {
    writeFileSync(join(ground, 'public'), 'a file');
    await expect(publishMirror(LOG.at(5), new MirrorFolder(place))).rejects.toMatchObject({
      code: 'store_failed',
      message: expect.stringMatching(/could not .*public.*ENOTDIR/) as string,
    });
  });
});

const mounts = canMount();
if (!mounts) console.warn('SKIPPED: no file system can be mounted here: a mirror on a full disk was NOT tried.');

describe.skipIf(!mounts)('a mirror on a disk that is full', () => {
  it('holds at the size it had, and goes on when there is room', async () => {
    const disk = join(ground, 'disk');
    mkdirSync(disk);
    const small = new SmallDisk(disk, '120k');
    try {
      const folder = join(disk, 'log');
      await publishMirror(LOG.at(300), new MirrorFolder(folder));
      await expect(publishMirror(LOG.at(9000), new MirrorFolder(folder))).rejects.toMatchObject({
        code: 'store_failed',
        message: expect.stringContaining('ENOSPC') as string,
      });
      expect(await check(folder)).toMatchObject({ size: 300 });
      small.grow('4m');
      await publishMirror(LOG.at(9000), new MirrorFolder(folder));
      expect(await check(folder)).toMatchObject({ size: 9000 });
    } finally {
      small.remove();
    }
  });
});
