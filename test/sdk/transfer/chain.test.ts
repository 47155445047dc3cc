import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { concat, utf8 } from '../../../src/core/bytes.ts';
import { isMemSyncError } from '../../../src/core/errors.ts';
import { Redacted } from '../../../src/core/redacted.ts';
import { decryptAge, encryptAge } from '../../../src/crypto/age-stream.ts';
import { encodeLine, readJsonLines } from '../../../src/sdk/transfer/json-lines.ts';
import { Spool } from '../../../src/sdk/transfer/spool.ts';
import { all, cut, plain } from './pieces.ts';

const ROWS = 3000;
const row = (i: number): unknown => ({ id: i, text: `row ${i}: ${'käse '.repeat(i % 40)}` });

it('a spool becomes an age file that gives back every line, and of which no cut one passes for whole', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'memsync-chain-'));
  try {
    const spool = await Spool.open({ folder: join(folder, 'spool'), purpose: 'a test', key: new Redacted(new Uint8Array(32)) });
    for (let at = 0; at < ROWS; at += 250) {
      await spool.append(
        Array.from({ length: 250 }, (_, i) => encodeLine(row(at + i))),
        at + 250,
      );
    }
    const lines = async function* (): AsyncGenerator<Uint8Array> {
      for await (const part of spool.parts()) yield part.bytes;
    };
    const key = { passphrase: new Redacted(utf8('a passphrase')), workFactor: 2 };
    const file = concat(...(await all(encryptAge(lines(), key))));
    const read = (bytes: Uint8Array): AsyncIterable<Parameters<typeof plain>[0]> => readJsonLines(decryptAge(cut(bytes, 10_000), key));
    expect((await all(read(file))).map(plain)).toEqual(Array.from({ length: ROWS }, (_, i) => ({ line: i + 1, value: row(i) })));

    for (const end of [file.length - 1, file.length - 1000, Math.floor(file.length / 2), 300]) {
      const seen: unknown[] = [];
      let caught: unknown = null;
      try {
        for await (const line of read(file.subarray(0, end))) seen.push(plain(line));
      } catch (error) {
        caught = error;
      }
      expect(isMemSyncError(caught, 'transfer_damaged')).toBe(true);
      // What came before the damage was read was right, line by line: no half of one.
      expect(seen).toEqual(Array.from({ length: seen.length }, (_, i) => ({ line: i + 1, value: row(i) })));
      expect(seen.length).toBeLessThan(ROWS);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
