import Database from 'better-sqlite3';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkDatabase, copyDatabase, holdDatabase, requireFree } from '../../../src/store/sqlite/backup.ts';
import { openSqliteStore } from '../../../src/store/sqlite/store.ts';
import { change, logChange, retrieval, row, vaultId, version } from '../samples.ts';
import { Child } from './children.ts';
import { temporaryFolder } from './temporary.ts';

const code = (of: string): unknown => expect.objectContaining({ code: of });
const nothing = (): void => undefined;

async function filled(path: string, events = 30): Promise<void> {
  const store = openSqliteStore({ path });
  const vault = vaultId('filled');
  await store.commit({ vaults: [change(vault, null, 0)], log: logChange(0, 1) });
  for (let seq = 0; seq < events; seq += 1) {
    const more = { versions: [version(seq + 1)], rows: [row(seq + 1)] };
    await store.commit({ vaults: [change(vault, seq, seq + 1, more)], log: null });
  }
  await store.close();
}

describe('a copy', () => {
  it('is one state of a database that another process never stops writing to, and holds nobody up', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'memsync.db');
    // So large that it is copied in several steps, with commits in between.
    const store = openSqliteStore({ path });
    const retrievals = Array.from({ length: 3000 }, (_, n) => retrieval(n));
    await store.commit({ vaults: [change(vaultId('large'), null, 0, { retrievals })], log: null });
    await store.close();
    const writer = new Child('commitForever', path, 'w');
    await writer.lines(50);
    for (let round = 0; round < 5; round += 1) {
      const said = writer.said.length;
      const to = join(folder, `copy-${round}.db`);
      const steps: number[] = [];
      await copyDatabase(path, to, (done) => steps.push(done));
      // It never began anew.
      expect(steps.length).toBeGreaterThan(1);
      expect(steps).toEqual(steps.toSorted((a, b) => a - b));
      await writer.lines(said + 20);
      expect(checkDatabase(to)).toBeGreaterThan(0);
      const store = openSqliteStore({ path: to });
      const head = await store.head(vaultId('w'));
      // Nothing that was acknowledged before the copying began is missing, and each commit is there whole or not at all.
      expect(head?.seq).toBeGreaterThanOrEqual(Number(writer.said[said - 1]));
      expect(await store.eventHash(vaultId('w'), head?.seq ?? -1)).toEqual(head?.hash);
      expect(await store.eventHash(vaultId('w'), (head?.seq ?? -1) + 1)).toBeNull();
      expect(await store.rowsNamed(vaultId('w'), [row(head?.seq ?? -1).row])).toHaveLength(1);
      expect(await store.version(vaultId('w'), version(head?.seq ?? -1).row, 2)).not.toBeNull();
      await store.close();
    }
    await writer.kill();
  });

  it('tells how far it has come, is private, and takes no other file’s place', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'memsync.db');
    await filled(path);
    const steps: number[] = [];
    const to = join(folder, 'copy.db');
    await copyDatabase(path, to, (done, total) => steps.push(done / total));
    expect(steps.every((share) => share >= 0 && share <= 1)).toBe(true);
    expect(statSync(to).mode & 0o777).toBe(0o600);
    await expect(copyDatabase(path, to, nothing)).rejects.toEqual(code('store_failed'));
    await expect(copyDatabase(join(folder, 'none.db'), join(folder, 'x.db'), nothing)).rejects.toEqual(code('store_failed'));
  });

  it('of another program’s database, or a newer MemSync’s, is refused', async () => {
    const folder = temporaryFolder();
    const other = join(folder, 'other.db');
    const db = new Database(other);
    db.exec('CREATE TABLE t (a)');
    db.close();
    await expect(copyDatabase(other, join(folder, 'a.db'), nothing)).rejects.toEqual(code('config_invalid'));
    const newer = join(folder, 'newer.db');
    await filled(newer, 1);
    const up = new Database(newer);
    up.pragma('user_version = 999');
    up.close();
    await expect(copyDatabase(newer, join(folder, 'b.db'), nothing)).rejects.toEqual(code('schema_newer'));
  });
});

describe('going through a copy', () => {
  it.each([
    ['a page of zeros', (path: string) => writeFileSync(path, readFileSync(path).fill(0, 2 * 4096, 3 * 4096))],
    ['a file cut short', (path: string) => truncateSync(path, 5 * 4096)],
    ['something else', (path: string) => writeFileSync(path, Buffer.alloc(9000, 'x'))],
  ])('finds %s', async (_, damage) => {
    const path = join(temporaryFolder(), 'memsync.db');
    await filled(path);
    expect(checkDatabase(path)).toBeGreaterThan(0);
    damage(path);
    expect(() => checkDatabase(path)).toThrow(code('backup_broken'));
  });
});

describe('having a database alone', () => {
  it('is refused while somebody has it open, reading or writing, and keeps others out', async () => {
    const path = join(temporaryFolder(), 'memsync.db');
    await filled(path);
    const store = openSqliteStore({ path });
    await store.vaultCount();
    expect(() => requireFree(path)).toThrow(code('data_in_use'));
    expect(() => holdDatabase(path)).toThrow(code('data_in_use'));
    await store.close();
    const before = readFileSync(path);
    requireFree(path);
    expect(readFileSync(path).equals(before)).toBe(true);
    const release = holdDatabase(path);
    expect(() => openSqliteStore({ path, busyTimeout: 50 })).toThrow(code('vault_busy'));
    release();
    const again = openSqliteStore({ path });
    expect(await again.vaultCount()).toBe(1);
    await again.close();
  });
});
