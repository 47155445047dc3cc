import { type ChildProcess, spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { concat, utf8 } from '../../../src/core/bytes.ts';
import { Redacted } from '../../../src/core/redacted.ts';
import { encodeLine, readJsonLines } from '../../../src/sdk/transfer/json-lines.ts';
import { Spool, type SpoolPart } from '../../../src/sdk/transfer/spool.ts';
import { all } from './pieces.ts';

const KEY_BYTES = Uint8Array.from({ length: 32 }, (_, i) => i * 3);
const key = (): Redacted => new Redacted(KEY_BYTES.slice());
const PURPOSE = { export: 'vault', head: { seq: 7 } };

let ground: string;
let folder: string;
beforeEach(() => {
  ground = mkdtempSync(join(tmpdir(), 'memsync-spool-'));
  folder = join(ground, 'spool');
});
afterEach(() => rmSync(ground, { recursive: true, force: true }));

const open = (purpose: unknown = PURPOSE, under = key()): Promise<Spool> => Spool.open({ folder, purpose, key: under });
const coded = (code: string): unknown => expect.objectContaining({ code });
const seen = (parts: readonly SpoolPart[]): unknown[] => parts.map(({ position, bytes }) => [position, new TextDecoder().decode(bytes)]);

/** Appends parts 0 to n−1, each with one line. */
async function filled(parts: number): Promise<Spool> {
  const spool = await open();
  for (let i = spool.length; i < parts; i++) await spool.append([encodeLine({ i })], { next: i + 1 });
  return spool;
}

/** Every part of the spool is there, in order, and the position is the last one's; returns how many there are. */
async function whole(spool: Spool): Promise<number> {
  const parts = seen(await all(spool.parts()));
  expect(parts).toEqual(parts.map((_, i) => [{ next: i + 1 }, `{"i":${i}}\n`]));
  expect(spool.length).toBe(parts.length);
  expect(spool.position).toEqual(parts.length === 0 ? null : { next: parts.length });
  return parts.length;
}

describe('a spool', () => {
  it('gives back what was appended, in order, in this process and the next', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 4 }), fc.jsonValue({ maxDepth: 2 })), { maxLength: 5 }),
        fc.integer({ min: 0, max: 5 }),
        async (parts, reopenAt) => {
          rmSync(folder, { recursive: true, force: true });
          let spool = await open();
          for (const [i, [lines, position]] of parts.entries()) {
            if (i === reopenAt) spool = await open();
            await spool.append(lines, position);
          }
          const expected = parts.map(([lines, position]) => ({
            bytes: [...concat(...lines)],
            position: JSON.parse(JSON.stringify(position)) as unknown,
          }));
          for (const one of [spool, await open()]) {
            expect((await all(one.parts())).map(({ bytes, position }) => ({ bytes: [...bytes], position }))).toEqual(expected);
            expect(one.position).toEqual(expected.at(-1)?.position ?? null);
            expect(one.length).toBe(parts.length);
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('holds lines that the reader of JSON Lines takes from it', async () => {
    const spool = await filled(12);
    const bytes = async function* (): AsyncGenerator<Uint8Array> {
      for await (const part of spool.parts()) yield part.bytes;
    };
    expect(await all(readJsonLines(bytes()))).toEqual(Array.from({ length: 12 }, (_, i) => ({ line: i + 1, value: { i } })));
  });

  it('is nobody else’s to read: no text of it on the disk, and nothing for others to open', async () => {
    const spool = await open();
    await spool.append([utf8('allergic to hazelnuts\n')], { cursor: 'between-hazelnuts' });
    expect(readdirSync(folder).sort()).toEqual(['part-00000000', 'spool.json']);
    for (const name of readdirSync(folder)) {
      expect(readFileSync(join(folder, name), 'latin1')).not.toContain('hazelnut');
      expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
    }
    expect(statSync(folder).mode & 0o077).toBe(0);
  });

  it('opens for what it was begun for, however that is written, and for nothing else', async () => {
    await filled(1);
    expect((await open({ head: { seq: 7 }, export: 'vault' })).length).toBe(1);
    for (const other of [{ ...PURPOSE, head: { seq: 8 } }, {}, null, [PURPOSE]])
      await expect(open(other)).rejects.toThrow(coded('transfer_unfinished'));
    await expect(open(PURPOSE, new Redacted(new Uint8Array(32)))).rejects.toThrow(coded('transfer_unfinished'));
    expect((await open()).length).toBe(1);
  });

  it('does not become another one’s by a changed spool.json', async () => {
    await filled(1);
    const path = join(folder, 'spool.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"seq":7', '"seq":8'));
    await expect(open({ ...PURPOSE, head: { seq: 8 } })).rejects.toThrow(coded('transfer_unfinished'));
  });

  it('is not begun among other files', async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'letter.txt'), 'mine');
    await expect(open()).rejects.toThrow(coded('transfer_unfinished'));
    expect(readdirSync(folder)).toEqual(['letter.txt']);
  });

  it('says what the disk says', async () => {
    writeFileSync(folder, 'a file');
    await expect(open()).rejects.toThrow(coded('store_failed'));
  });

  it('keeps nothing of a part that the disk refuses', async () => {
    const spool = await filled(2);
    const inTheWay = join(folder, 'part-00000002');
    mkdirSync(inTheWay);
    await expect(spool.append([utf8('x')], {})).rejects.toThrow(coded('store_failed'));
    rmdirSync(inTheWay);
    expect(readdirSync(folder)).toHaveLength(3);
    expect(await whole(spool)).toBe(2);
    await spool.append([encodeLine({ i: 2 })], { next: 3 });
    expect(await whole(await open())).toBe(3);
  });

  it('refuses a position that is not JSON, and keeps nothing of the part', async () => {
    const spool = await filled(1);
    await expect(spool.append([utf8('x')], undefined)).rejects.toThrow(coded('encoding_invalid'));
    expect(await whole(await open())).toBe(1);
  });

  it('removes everything, and can be begun anew', async () => {
    const spool = await filled(3);
    await spool.remove();
    expect(readdirSync(ground)).toEqual([]);
    expect(await whole(await open({ other: true }))).toBe(0);
  });

  it('leaves in place what is not its own', async () => {
    const spool = await filled(3);
    writeFileSync(join(folder, 'letter.txt'), 'mine');
    expect((await open()).length).toBe(3);
    await spool.remove();
    expect(readdirSync(folder)).toEqual(['letter.txt']);
  });
});

describe('a damaged spool', () => {
  const part = (i: number): string => join(folder, `part-0000000${i}`);

  it('is refused at any truncation and any changed bit of its last part', async () => {
    await filled(2);
    const bytes = readFileSync(part(1));
    for (let end = 0; end < bytes.length; end++) {
      writeFileSync(part(1), bytes.subarray(0, end));
      await expect(open(), `cut at ${end}`).rejects.toThrow(coded('transfer_damaged'));
    }
    for (let i = 0; i < bytes.length * 8; i += 5) {
      const changed = Uint8Array.from(bytes);
      changed[i >> 3] = (changed[i >> 3] ?? 0) ^ (1 << (i & 7));
      writeFileSync(part(1), changed);
      await expect(open(), `bit ${i}`).rejects.toThrow(coded('transfer_damaged'));
    }
    writeFileSync(part(1), bytes);
    expect(await whole(await open())).toBe(2);
  });

  it('is refused when parts change places, are missing, or come from another spool', async () => {
    await filled(4);
    renameSync(part(0), join(ground, 'aside'));
    renameSync(part(1), part(0));
    renameSync(join(ground, 'aside'), part(1));
    await expect(all((await open()).parts())).rejects.toThrow(coded('transfer_damaged'));
    rmSync(part(2));
    await expect(open()).rejects.toThrow(coded('transfer_damaged'));

    rmSync(folder, { recursive: true });
    await filled(1);
    copyFileSync(part(0), join(ground, 'aside'));
    rmSync(folder, { recursive: true });
    await filled(1);
    copyFileSync(join(ground, 'aside'), part(0));
    await expect(open()).rejects.toThrow(coded('transfer_damaged'));
  });

  it.each(['', '{', '{}', '{"format":"memsync/spool/v2"}', '\ud800'])('is refused with %j for a spool.json', async (text) => {
    await filled(1);
    writeFileSync(join(folder, 'spool.json'), text);
    await expect(open()).rejects.toThrow(coded('transfer_damaged'));
    expect(readdirSync(folder)).toHaveLength(2);
  });
});

describe('a spool whose process is killed', () => {
  it('opens to its last whole part from whatever lies half-written', async () => {
    await filled(2);
    const [manifest, next] = [readFileSync(join(folder, 'spool.json')), readFileSync(join(folder, 'part-00000001'))];
    for (let end = 0; end <= next.length; end += 7) {
      writeFileSync(join(folder, 'part-00000002.tmp'), next.subarray(0, end));
      expect(await whole(await open())).toBe(2);
      expect(readdirSync(folder)).toHaveLength(3);
    }
    rmSync(folder, { recursive: true });
    for (let end = 0; end <= manifest.length; end += 7) {
      mkdirSync(folder);
      writeFileSync(join(folder, 'spool.json.tmp'), manifest.subarray(0, end));
      expect(await whole(await open())).toBe(0);
      expect(readdirSync(folder)).toEqual(['spool.json']);
      rmSync(folder, { recursive: true });
    }
  });

  const modules = JSON.stringify(new URL('../../../src/', import.meta.url).href);
  /** Runs `work` with the spool of this test in a process of its own, which says "ready" first. */
  function elsewhere(work: string): ChildProcess {
    const script = `
      const src = ${modules};
      const { Spool } = await import(src + 'sdk/transfer/spool.ts');
      const { encodeLine } = await import(src + 'sdk/transfer/json-lines.ts');
      const { Redacted } = await import(src + 'core/redacted.ts');
      const { writeSync } = await import('node:fs');
      const key = new Redacted(Uint8Array.from(${JSON.stringify([...KEY_BYTES])}));
      const say = (text) => writeSync(1, text + '\\n');
      const spool = await Spool.open({ folder: ${JSON.stringify(folder)}, purpose: ${JSON.stringify(PURPOSE)}, key });
      ${work}
    `;
    return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  }

  /** Kills a process with SIGKILL once it has said `times` things; resolves to all that it said. */
  function killed(child: ChildProcess, times: number): Promise<string[]> {
    return new Promise((resolve) => {
      let said = '';
      child.stdout?.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (said.split('\n').length > times) child.kill('SIGKILL');
      });
      child.once('close', () => resolve(said.split('\n').slice(0, -1)));
    });
  }

  it('keeps every part that was acknowledged, and goes on from there', async () => {
    let kept = 0;
    // How many acknowledgements come before the kill differs, and so does the moment within the next append.
    for (const times of [1, 2, 3, 5, 8, 13, 21, 34]) {
      const said = await killed(
        elsewhere(`for (let i = spool.length; ; i++) { await spool.append([encodeLine({ i })], { next: i + 1 }); say(i); }`),
        times,
      );
      expect(said.length).toBeGreaterThanOrEqual(times);
      const parts = await whole(await open());
      expect(said[0]).toBe(String(kept));
      expect(parts).toBeGreaterThan(Number(said.at(-1)));
      expect(parts).toBeLessThanOrEqual(Number(said.at(-1)) + 2);
      expect(readdirSync(folder)).toHaveLength(parts + 1);
      kept = parts;
    }
  });

  it('is whole, shorter or gone when it was being removed, and can be removed then', async () => {
    for (const parts of [1, 40, 400]) {
      await filled(parts);
      await killed(elsewhere(`say('ready'); await spool.remove(); say('removed'); setInterval(() => {}, 1000);`), 1);
      expect(await whole(await open())).toBeLessThanOrEqual(parts);
      await (await open()).remove();
      expect(existsSync(folder)).toBe(false);
    }
  });
});
