import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRestores } from '../../../src/config/restore-record.ts';
import { hex } from '../../../src/core/bytes.ts';
import { openServices } from '../../../src/main.ts';
import { openSqliteStore } from '../../../src/store/sqlite/store.ts';
import { restore } from '../../../src/upkeep.ts';
import { contentsOf, digest, KeptWorld } from '../../support/backups.ts';
import { fresherThan } from '../../support/fresher.ts';
import { DAY } from '../../support/world.ts';

let kept: KeptWorld;
beforeEach(async () => {
  kept = await KeptWorld.open();
});
afterEach(() => kept.close());

const data = (): string => join(kept.world.folder, 'data');
const keys = (): string => join(kept.world.folder, 'keys');
const headNow = async () => {
  const head = await kept.world.services.store.head(kept.owner.vault);
  if (head === null) throw new Error('there is no vault');
  return { seq: head.seq, hash: hex(head.hash) };
};

describe('a restore that has all that is known', () => {
  it('brings back every row as it was, and lets nobody wait', async () => {
    const row = await kept.say('Allergic to hazelnuts', { category: 'health' });
    await kept.owner.confirm(row);
    const before = await kept.rows();
    const head = await headNow();
    await kept.backUp();
    await kept.stop();
    rmSync(data(), { recursive: true });
    const { restored, resumed } = await kept.restore({ replace: false });
    expect({ resumed, before: restored.before }).toEqual({ resumed: false, before: null });
    expect(restored.vaults).toEqual([
      { vault: kept.owner.vault, backup: head, head, known: head, outcome: 'same', missing: null, erasedAgain: 0, error: null },
    ]);
    expect(await headNow()).toEqual(head);
    const after = await kept.rows();
    expect(after.map(({ id, tier, lastValidatedAt }) => ({ id, tier, lastValidatedAt }))).toEqual(
      before.map(({ id, tier, lastValidatedAt }) => ({ id, tier, lastValidatedAt })),
    );
    await kept.say('Life goes on');
    await kept.owner.confirm(row);
  });
});

describe('a restore behind what is known', () => {
  it('names the events that are missing, and lets no row look fresher until its owner stands behind it', async () => {
    const rows = [await kept.say('One', { category: 'health' }), await kept.say('Two'), await kept.say('Three')];
    const [one, two] = rows;
    if (one === undefined || two === undefined) throw new Error('three rows');
    await kept.owner.confirm(one, two);
    kept.world.clock.advance(30 * DAY);
    const known = await kept.rows();
    await kept.backUp();
    const at = await headNow();
    await kept.owner.retract(two);
    await kept.say('A row that the backup has not');
    const lost = await headNow();
    const { restored } = await kept.restore();
    expect(restored.vaults).toEqual([
      {
        vault: kept.owner.vault,
        backup: at,
        head: await headNow(),
        known: lost,
        outcome: 'behind',
        missing: { from: at.seq + 1, to: lost.seq, count: lost.seq - at.seq },
        erasedAgain: 0,
        error: null,
      },
    ]);
    const after = await kept.rows();
    expect(after.map(({ tier }) => tier)).toEqual(['dormant', 'dormant', 'dormant']);
    for (const row of after) {
      const before = known.find(({ id }) => id === row.id);
      expect(before).toBeDefined();
      expect(before === undefined ? [] : fresherThan(before, row)).toEqual([]);
    }
    // The owner, who has seen what was lost, stands behind one of them: that one is active, and only that one.
    kept.owner.head = await headNow();
    kept.owner.ownerSeq -= 1;
    kept.owner.ownerPrev = (await kept.world.services.vaults.acquire(kept.owner.vault)).state.ownerHead;
    await kept.owner.confirm(one);
    expect((await kept.rows()).map(({ id, tier }) => [id, tier])).toEqual(
      after.map(({ id }) => [id, id === one.id ? 'active' : 'dormant']),
    );
  });

  it('keeps the lost mark on record, lowers it once, and the service goes on from there', async () => {
    await kept.say('One');
    await kept.backUp();
    await kept.say('Two');
    await kept.say('Three');
    const { restored } = await kept.restore();
    const [vault] = restored.vaults;
    expect(readRestores(keys())).toEqual([restored]);
    expect(kept.marks.get(kept.owner.vault)?.seq).toBe((vault?.backup.seq ?? 0) + 1);
    await kept.say('Four');
    await kept.stop();
    expect(JSON.parse(readFileSync(join(keys(), 'marks.json'), 'utf8'))).toMatchObject({
      // The restore's own event, and the row.
      [kept.owner.vault]: { seq: (vault?.backup.seq ?? 0) + 2 },
    });
  });

  it('is behind again when the same backup is restored again, with nothing written in between', async () => {
    await kept.say('One');
    await kept.backUp();
    await kept.say('Two');
    await kept.restore();
    const { restored } = await kept.restore();
    expect(restored.vaults).toMatchObject([{ outcome: 'behind', missing: { count: 1 } }]);
    expect((await kept.rows()).map(({ tier }) => tier)).toEqual(['dormant']);
    // A backup of what was restored has it all.
    await kept.backUp();
    expect((await kept.restore()).restored.vaults).toMatchObject([{ outcome: 'same' }]);
    expect((await kept.rows()).map(({ tier }) => tier)).toEqual(['dormant']);
  });

  it('names a vault that is missing altogether', async () => {
    await kept.backUp();
    const other = await kept.world.owner();
    const { restored } = await kept.restore();
    expect(restored.absent).toEqual([{ vault: other.vault, known: other.head }]);
    expect(kept.marks.get(other.vault)?.seq).toBe(other.head.seq);
  });

  it('knows a backup of the history that a restore has cut off', async () => {
    await kept.say('One');
    const first = (await kept.backUp()).manifest.id;
    await kept.say('Two');
    await kept.backUp();
    await kept.restore({ id: first });
    await kept.say('Another second');
    const { restored } = await kept.restore();
    expect(restored.vaults).toMatchObject([{ outcome: 'forked', missing: null }]);
    expect((await kept.rows()).map(({ tier }) => tier)).toEqual(['dormant', 'dormant']);
    await kept.say('Three');
  });

  it('believes nothing where no mark says how far a vault had come', async () => {
    await kept.say('One');
    await kept.backUp();
    await kept.stop();
    rmSync(join(keys(), 'marks.json'));
    const { restored } = await kept.restore();
    expect(restored.vaults).toMatchObject([{ outcome: 'unknown', known: null, missing: null }]);
    expect((await kept.rows()).map(({ tier }) => tier)).toEqual(['dormant']);
  });
});

describe('a restore without the key folder', () => {
  it('believes the backup by the public keys that somebody kept, knows nothing else, and goes on with new ones', async () => {
    await kept.say('One');
    await kept.receipt();
    await kept.backUp();
    const lines = kept.logKeys();
    await kept.stop();
    renameSync(keys(), join(kept.world.folder, 'lost'));
    await expect(attempt({})).rejects.toMatchObject({ code: 'not_found' });
    const other = [lines[0] ?? '', (await otherKeys())[1] ?? ''];
    const wish = { id: undefined, replace: true, sameLog: false };
    await expect(restore(kept.settings, kept.safe, kept.hand, wish, other)).rejects.toMatchObject({ code: 'key_untrusted' });
    const { restored } = await restore(kept.settings, kept.safe, kept.hand, wish, lines);
    expect(restored.vaults).toMatchObject([{ outcome: 'unknown', known: null }]);
    expect(restored.log).toMatchObject({ was: lines[0]?.split('+')[0], size: 1, known: null });
    const { services, close } = await openServices(kept.settings);
    expect(services.log.origin).toBe(restored.log.name);
    expect(services.log.size).toBe(1);
    await close();
    expect((await kept.backUp()).manifest.log?.size).toBe(1);
  });
});

describe('a restore that may not be', () => {
  it('is refused where there is data, where it is in use, and where the backup is not sound; nothing is changed', async () => {
    await kept.say('One');
    const { manifest } = await kept.backUp();
    // In use, by the services of this very test.
    await expect(attempt({ replace: true })).rejects.toMatchObject({ code: 'data_in_use' });
    await kept.stop();
    const before = contentsOf(data());
    await expect(attempt({ replace: false })).rejects.toMatchObject({ code: 'data_exists' });
    await expect(attempt({ id: '20260101T000000Z-00000000' })).rejects.toMatchObject({ code: 'not_found' });
    const whole = readFileSync(kept.manifest(manifest.id), 'utf8');
    writeFileSync(kept.manifest(manifest.id), whole.replace('"sig":"', '"sig":"AA'));
    await expect(attempt({})).rejects.toMatchObject({ code: 'backup_broken' });
    writeFileSync(kept.manifest(manifest.id), whole);
    const [block = ''] = kept.blocks();
    renameSync(block, `${block}.away`);
    await expect(attempt({})).rejects.toMatchObject({ code: 'backup_broken' });
    expect(contentsOf(data())).toEqual(before);
    renameSync(`${block}.away`, block);
    renameSync(keys(), join(kept.world.folder, 'right-keys'));
    await expect(attempt({})).rejects.toMatchObject({ code: 'not_found' });
    mkdirSync(keys(), { mode: 0o700 });
    const other = await KeptWorld.open();
    for (const name of ['log.key', 'receipts.key'])
      writeFileSync(join(keys(), name), readFileSync(join(other.world.folder, 'keys', name)), { mode: 0o600 });
    await other.close();
    await expect(attempt({})).rejects.toMatchObject({ code: 'key_untrusted' });
    expect(contentsOf(data())).toEqual(before);
  });

  it('moves what was there aside whole, with what was still in its write-ahead log', async () => {
    await kept.say('One');
    await kept.backUp();
    await kept.say('Two');
    const head = await headNow();
    const { restored } = await kept.restore();
    const store = openSqliteStore({ path: join(restored.before ?? '', 'memsync.db') });
    expect((await store.head(kept.owner.vault))?.seq).toBe(head.seq);
    await store.close();
  });

  it('takes the place of a database that cannot be read, too', async () => {
    await kept.say('One');
    await kept.backUp();
    await kept.stop();
    writeFileSync(kept.world.database, Buffer.alloc(8192, 'this was a database '));
    writeFileSync(`${kept.world.database}-wal`, 'and this its write-ahead log');
    const { restored } = await attempt({});
    // A log that was left behind would be played into the new database.
    expect(Object.keys(contentsOf(data()))).toEqual(['memsync.db']);
    await kept.start();
    expect(contentsOf(restored.before ?? '')).toEqual({
      'memsync.db': digest(Buffer.alloc(8192, 'this was a database ')),
      'memsync.db-wal': digest('and this its write-ahead log'),
    });
    expect(await kept.rows()).toHaveLength(1);
  });
});

describe('a restore that was interrupted', () => {
  it('once the new database was complete: nothing is served, and running it again finishes it and says so', async () => {
    await kept.say('One');
    await kept.backUp();
    await kept.say('Two');
    const { restored } = await kept.restore();
    await kept.stop();
    // As it was just before the database was put in place: the plan and the new database are there, and the old one too.
    renameSync(kept.world.database, join(data(), 'restoring.db'));
    renameSync(join(restored.before ?? '', 'memsync.db'), kept.world.database);
    writeFileSync(join(data(), 'restoring.json'), JSON.stringify(restored));
    await expect(openServices(kept.settings)).rejects.toMatchObject({ code: 'restore_unfinished' });
    const again = await kept.restore({ replace: false });
    expect(again).toEqual({ restored, resumed: true });
    expect(await kept.rows()).toHaveLength(1);
    expect(readRestores(keys())).toEqual([restored]);
    await kept.stop();
    // As it was just after: the key folder has yet to be told, or has been told already.
    writeFileSync(join(data(), 'restoring.json'), JSON.stringify(restored));
    expect((await kept.restore()).resumed).toBe(true);
    expect(await kept.rows()).toHaveLength(1);
    expect(existsSync(join(data(), 'restoring.json'))).toBe(false);
  });

  it('before that: it has changed nothing, and what it left is cleared away', async () => {
    await kept.say('One');
    await kept.backUp();
    await kept.stop();
    for (const name of ['restoring.db', 'restoring.db-wal']) writeFileSync(join(data(), name), 'half of it');
    const { resumed } = await kept.restore();
    expect(resumed).toBe(false);
    expect(Object.keys(contentsOf(data())).filter((name) => name.startsWith('restoring'))).toEqual([]);
    expect(await kept.rows()).toHaveLength(1);
  });
});

async function otherKeys(): Promise<string[]> {
  const other = await KeptWorld.open();
  await other.close();
  return other.logKeys();
}

function attempt(wish: { id?: string; replace?: boolean }) {
  return restore(kept.settings, kept.safe, kept.hand, { id: undefined, replace: true, sameLog: false, ...wish });
}
