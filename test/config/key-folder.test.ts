import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openKeyFolder } from '../../src/config/key-folder.ts';
import { hex } from '../../src/core/bytes.ts';
import { systemRandom } from '../../src/core/random.ts';
import { together } from './children.ts';

let above: string;
let folder: string;

beforeEach(() => {
  above = mkdtempSync(join(tmpdir(), 'memsync-keys-'));
  folder = join(above, 'keys');
});

afterEach(() => rmSync(above, { recursive: true, force: true }));

const mode = (path: string): number => statSync(path).mode & 0o777;

describe('the key folder', () => {
  it('of an earlier version gets the secret that it lacks, and keeps its keys', () => {
    const before = openKeyFolder(folder, null, systemRandom);
    for (const name of ['folds.key', 'desk.key']) rmSync(join(folder, name));
    const after = openKeyFolder(folder, null, systemRandom);
    expect(hex(after.receiptSigner.key.publicKey)).toBe(hex(before.receiptSigner.key.publicKey));
    expect(hex(after.foldSecret.reveal())).not.toBe(hex(before.foldSecret.reveal()));
    expect(hex(openKeyFolder(folder, null, systemRandom).foldSecret.reveal())).toBe(hex(after.foldSecret.reveal()));
    expect(JSON.stringify(after)).not.toContain(hex(after.foldSecret.reveal()));
    expect(hex(openKeyFolder(folder, null, systemRandom).deskKey.reveal())).toBe(hex(after.deskKey.reveal()));
    expect(JSON.stringify(after)).not.toContain(hex(after.deskKey.reveal()));
  });

  it('has one pair of keys however many processes start at once', { timeout: 60_000 }, async () => {
    for (let round = 0; round < 4; round++) {
      const fresh = `${folder}-${round}`;
      const said = await together('keys', fresh, ['a', 'b', 'c', 'd']);
      const { logSigner, receiptSigner, foldSecret, deskKey } = openKeyFolder(fresh, null, systemRandom);
      const kept = [logSigner.name, hex(receiptSigner.key.publicKey), hex(foldSecret.reveal()), hex(deskKey.reveal())].join(' ');
      expect(said).toEqual([kept, kept, kept, kept]);
      expect(readdirSync(fresh).toSorted()).toEqual(['desk.key', 'folds.key', 'log.key', 'receipts.key']);
    }
  });

  it('is its owner’s alone, also where it was made beforehand and is empty', () => {
    mkdirSync(folder);
    chmodSync(folder, 0o755);
    openKeyFolder(folder, null, systemRandom);
    expect([folder, ...['log.key', 'receipts.key', 'folds.key', 'desk.key'].map((name) => join(folder, name))].map(mode)).toEqual([
      0o700, 0o600, 0o600, 0o600, 0o600,
    ]);
  });

  it('is refused where others can read it and there is something in it', () => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'note'), '');
    chmodSync(folder, 0o755);
    expect(() => openKeyFolder(folder, null, systemRandom)).toThrow(expect.objectContaining({ code: 'keys_unsafe' }));
    expect(mode(folder)).toBe(0o755);
  });
});
