import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENTRIES } from '../../../src/app/log-keeper.ts';
import { publishMirror } from '../../../src/app/mirror/publish.ts';
import { fromUtf8, utf8 } from '../../../src/core/bytes.ts';
import { encodeTilePath, tilesOf } from '../../../src/log/tile.ts';
import { encodeVerifierKey } from '../../../src/log/verifier-key.ts';
import { FragileFiles } from '../../support/fragile-files.ts';
import { checkMirror } from '../../support/mirror-check.ts';
import { PaperLog } from '../../support/paper-log.ts';

const LOG = new PaperLog(9000);

const check = (files: FragileFiles, key = LOG.key) => checkMirror((name) => files.read(name), key);
const own = (files: FragileFiles): string[] => files.names().filter((name) => !name.startsWith('.unfinished'));
const text = async (files: FragileFiles, name: string): Promise<string> => fromUtf8((await files.read(name)) ?? new Uint8Array(0));

async function mirrorOf(log: PaperLog, ...sizes: readonly number[]): Promise<FragileFiles> {
  const files = new FragileFiles();
  for (const size of sizes) await publishMirror(log.at(size), files);
  return files;
}

/** All that is in it, as it is. */
async function contents(files: FragileFiles): Promise<Map<string, string>> {
  const all = new Map<string, string>();
  for (const name of own(files)) all.set(name, Buffer.from((await files.read(name)) ?? []).toString('hex'));
  return all;
}

/** Publishing is refused, for a reason that says this, and nothing in the mirror is another than before. */
async function expectRefused(log: PaperLog, size: number, files: FragileFiles, code: string, says: RegExp): Promise<void> {
  const before = await contents(files);
  await expect(publishMirror(log.at(size), files)).rejects.toMatchObject({ code, message: expect.stringMatching(says) as string });
  expect(await contents(files)).toEqual(before);
}

describe('a mirror of the log', () => {
  it('holds at each size that is published, in whatever steps, and has no file but those that its sizes have', async () => {
    const step = fc.oneof(fc.nat(3), fc.nat(300), fc.constantFrom(255, 256, 257, 512, 4096));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        const files = new FragileFiles();
        const may = new Set(['checkpoint', 'key', '.memsync-mirror']);
        let size = 0;
        for (const more of steps) {
          size = Math.min(size + more, LOG.size);
          expect(await publishMirror(LOG.at(size), files)).toMatchObject({ size });
          expect(await check(files)).toMatchObject({ size, root: LOG.root(size) });
          for (const { level, index, width } of tilesOf(size)) {
            may.add(encodeTilePath({ kind: 'hashes', level, index, width }));
            if (level === 0) may.add(encodeTilePath({ kind: 'entries', index, width }));
          }
        }
        expect(own(files).filter((name) => !may.has(name))).toEqual([]);
        expect(await text(files, 'key')).toBe(`${encodeVerifierKey(LOG.key)}\n`);
      }),
      { numRuns: 40 },
    );
  });

  it('holds at a size of three levels, published at once or in two', async () => {
    const large = new PaperLog(65_900);
    for (const sizes of [[65_537], [65_530, 65_900]]) {
      const files = await mirrorOf(large, ...sizes);
      expect(await check(files)).toMatchObject({ size: sizes.at(-1) });
      expect(own(files)).toContain('tile/2/000.p/1');
    }
  });

  it('is written no more than it has to be', async () => {
    const files = await mirrorOf(LOG, 5000);
    files.steps.length = 0;
    expect(await publishMirror(LOG.at(5001), files)).toEqual({ size: 5001, written: 2, removed: 0 });
    expect(files.steps.filter((step) => step.startsWith('rename'))).toEqual([
      `rename to tile/entries/019.p/${5001 % 256}`,
      `rename to tile/0/019.p/${5001 % 256}`,
      'rename to checkpoint',
      'rename to .memsync-mirror',
    ]);
    await publishMirror(LOG.at(5001), files);
    files.steps.length = 0;
    expect(await publishMirror(LOG.at(5001), files)).toEqual({ size: 5001, written: 0, removed: 0 });
    expect(files.steps.filter((step) => !step.startsWith('sync folder'))).toEqual([]);
  });

  it('keeps what is partial for one more checkpoint, then has the whole tile alone', async () => {
    const files = await mirrorOf(LOG, 100, 200, 250);
    const partial = (): string[] => own(files).filter((name) => /^tile\/(?:0|entries)\/000\.p\//.test(name));
    expect(partial()).toHaveLength(6);
    expect(await publishMirror(LOG.at(300), files)).toMatchObject({ removed: 0 });
    expect(partial()).toHaveLength(6);
    files.plant('tile/0/000.p/README', utf8('somebody’s'));
    expect(await publishMirror(LOG.at(301), files)).toMatchObject({ removed: 6 });
    expect(partial()).toEqual(['tile/0/000.p/README']);
    expect(own(files)).toEqual(expect.arrayContaining(['tile/0/000', 'tile/0/001.p/44', 'tile/0/001.p/45', 'tile/1/000.p/1']));
  });

  it('is gone through once more when its checkpoint is taken away: what is missing is put back', async () => {
    const files = await mirrorOf(LOG, 700);
    files.steal('tile/0/001');
    files.steal('tile/entries/000');
    await expect(check(files)).rejects.toThrow('is missing');
    // What is published as it is is not read again every minute.
    await publishMirror(LOG.at(701), files);
    await expect(check(files)).rejects.toThrow('is missing');
    files.steal('checkpoint');
    expect(await publishMirror(LOG.at(701), files)).toMatchObject({ written: 2 });
    expect(await check(files)).toMatchObject({ size: 701 });
  });

  it('goes on under another key of the same log, and has the new one beside it', async () => {
    const files = await mirrorOf(LOG, 300);
    const rekeyed = new PaperLog(400, 400, LOG.key.name, 8);
    await publishMirror(rekeyed.at(400), files);
    expect(await check(files, rekeyed.key)).toMatchObject({ size: 400 });
    expect(await text(files, 'key')).toBe(`${encodeVerifierKey(rekeyed.key)}\n`);
  });

  it('stays where it is while the checkpoint to be published is behind it', async () => {
    const files = await mirrorOf(LOG, 300);
    const before = await text(files, 'checkpoint');
    expect(await publishMirror({ ...LOG.at(200), size: 310 }, files)).toMatchObject({ size: 300, written: 0 });
    expect(await text(files, 'checkpoint')).toBe(before);
  });
});

describe('a mirror that does not fit the log is left as it is', () => {
  it('where it is ahead', async () => {
    await expectRefused(LOG, 299, await mirrorOf(LOG, 300), 'mirror_conflict', /has 300 entries; the log has 299.*memsync restore/s);
    await expectRefused(LOG, 0, await mirrorOf(LOG, 1), 'mirror_conflict', /has 1 entries; the log has 0/);
  });

  it.each([0, 100, 299])('where the log forks from it at %i', async (at) => {
    const fork = new PaperLog(600, at);
    await expectRefused(fork, 600, await mirrorOf(LOG, 300), 'mirror_conflict', /two histories of one log/);
    await expectRefused(fork, 300, await mirrorOf(LOG, 300), 'mirror_conflict', /two histories of one log/);
  });

  it('where the log forks behind it: what both have is the same', async () => {
    const fork = new PaperLog(600, 300);
    const files = await mirrorOf(LOG, 300);
    await publishMirror(fork.at(600), files);
    expect(await check(files)).toMatchObject({ size: 600 });
  });

  it('where it is another log’s, before its first checkpoint, too', async () => {
    const other = new PaperLog(400, 400, 'log.example/paper/restored-1');
    await expectRefused(
      other,
      400,
      await mirrorOf(LOG, 300),
      'mirror_conflict',
      /mirrors the log log\.example\/paper; this one is .*restored-1/,
    );
    const files = await mirrorOf(LOG, 300);
    files.steal('checkpoint');
    await expectRefused(other, 400, files, 'mirror_conflict', /mirrors the log/);
  });

  it.each(['tile/0/001', 'tile/entries/001', `tile/0/002.p/${600 % 256}`, 'tile/1/000.p/2'])(
    'where %s is there with other bytes',
    async (name) => {
      const files = await mirrorOf(LOG, 300);
      files.plant(name, utf8('other bytes'));
      const checkpoint = await text(files, 'checkpoint');
      await expect(publishMirror(LOG.at(600), files)).rejects.toMatchObject({
        code: 'mirror_conflict',
        message: expect.stringContaining(name) as string,
      });
      expect([await text(files, name), await text(files, 'checkpoint')]).toEqual(['other bytes', checkpoint]);
      files.steal(name);
      await publishMirror(LOG.at(600), files);
      expect(await check(files)).toMatchObject({ size: 600 });
    },
  );

  it.each(['checkpoint', '.memsync-mirror'])('where %s does not read', async (name) => {
    for (const bytes of [utf8('?'), new Uint8Array(0), Uint8Array.of(255, 10, 10)]) {
      const files = await mirrorOf(LOG, 300);
      files.plant(name, bytes);
      await expectRefused(LOG, 400, files, 'mirror_conflict', /does not read/);
    }
  });

  it.each(['index.html', 'tile/0/000', 'checkpoint'])('where the folder has %s and no mark of ours', async (name) => {
    const files = new FragileFiles();
    files.plant(name, utf8('somebody’s'));
    await expectRefused(LOG, 300, files, 'config_invalid', /something else than a mirror/);
    expect(await files.list('')).toHaveLength(1);
  });

  it('but not where it is a file system of its own, with what that keeps for itself', async () => {
    const files = new FragileFiles();
    files.plant('lost+found/#1', utf8('a piece'));
    await publishMirror(LOG.at(300), files);
    expect(await check(files)).toMatchObject({ size: 300 });
    expect(await text(files, 'lost+found/#1')).toBe('a piece');
  });

  it('and a file of somebody’s that came later does not matter', async () => {
    const files = await mirrorOf(LOG, 300);
    files.plant('index.html', utf8('somebody’s'));
    await publishMirror(LOG.at(600), files);
    expect(await check(files)).toMatchObject({ size: 600 });
    expect(await text(files, 'index.html')).toBe('somebody’s');
  });
});

describe('a log that is broken', () => {
  it.each([
    ['another entry', ENTRIES, 1, (bytes: Uint8Array) => bytes.with(60 * 34 + 5, (bytes[60 * 34 + 5] ?? 0) ^ 1)],
    ['another entry among those that are published', ENTRIES, 1, (bytes: Uint8Array) => bytes.with(5, (bytes[5] ?? 0) ^ 1)],
    ['a bundle that is cut short', ENTRIES, 1, (bytes: Uint8Array) => bytes.subarray(0, 700)],
    ['another hash at the end of what is published', 0, 1, (bytes: Uint8Array) => bytes.with(3, (bytes[3] ?? 0) ^ 1)],
  ])('with %s is published no further', async (_what, level, index, bend) => {
    const bent = new PaperLog(600);
    const files = await mirrorOf(bent, 200);
    await publishMirror(bent.at(300), files);
    bent.checkpoint(600);
    const last = bent.at(600);
    bent.bend(level, index, bend(bent.tile(level, index)));
    const before = await contents(files);
    await expect(publishMirror(last, files)).rejects.toMatchObject({ code: expect.stringMatching(/log_broken|mirror_conflict/) as string });
    expect(await contents(files)).toEqual(before);
  });
});
