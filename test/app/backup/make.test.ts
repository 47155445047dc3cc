import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeManifest, type Manifest } from '../../../src/app/backup/manifest.ts';
import { base64, fromBase64, fromUtf8, utf8 } from '../../../src/core/bytes.ts';
import { makeId } from '../../../src/core/ids.ts';
import { systemRandom } from '../../../src/core/random.ts';
import { openSqliteStore } from '../../../src/store/sqlite/store.ts';
import type { VaultChange } from '../../../src/store/store.ts';
import { KeptWorld } from '../../support/backups.ts';

let kept: KeptWorld;
beforeEach(async () => {
  kept = await KeptWorld.open();
});
afterEach(() => kept.close());

/** So many megabytes of retrievals, as a busy service has them, without searching for anything. */
async function fill(megabytes: number): Promise<void> {
  const { store } = kept.world.services;
  const { vault } = kept.owner;
  const head = await store.head(vault);
  if (head === null) throw new Error('there is no vault');
  const now = kept.world.clock.now();
  const some = () => ({
    id: makeId('retrieval', now, systemRandom),
    grant: makeId('grant', now, systemRandom),
    createdAt: now,
    expiresAt: now + 1,
  });
  const none = { events: [], versions: [], rows: [], grants: [], boxes: [], unboxed: [], receipts: [], receiptRows: [], idempotency: [] };
  const beside = { served: [], reads: [], rewraps: [], rewrapped: [], resealed: [], erasures: [], certificates: [], vectors: [] };
  const evidence = { addenda: [], dues: [], receiptLabels: [], paidUnexplained: [] };
  for (let i = 0; i < megabytes; i += 1) {
    const retrievals = Array.from({ length: 50 }, () => ({ ...some(), sealed: systemRandom.bytes(20_000) }));
    const change: VaultChange = { vault, expected: head, head, ...none, ...beside, ...evidence, retrievals };
    await store.commit({ vaults: [change], log: null });
  }
}

describe('a backup', () => {
  it('is one file’s worth of blocks that anybody can put together, private, with nothing left lying about', async () => {
    await kept.say('The oven is on the left');
    const { manifest, blocks } = await kept.backUp();
    expect(blocks).toMatchObject({ total: manifest.database.blocks.length, written: new Set(manifest.database.blocks).size });
    const packed = manifest.database.blocks.map((hash) => readFileSync(join(kept.safe, 'blocks', hash.slice(0, 2), `${hash}.gz`)));
    const path = join(kept.world.folder, 'by-hand.db');
    writeFileSync(path, Buffer.concat(packed.map((bytes) => gunzipSync(bytes))));
    const store = openSqliteStore({ path });
    expect(await store.head(kept.owner.vault)).toEqual(await kept.world.services.store.head(kept.owner.vault));
    await store.close();
    expect(readdirSync(kept.safe).toSorted()).toEqual(['backups', 'blocks']);
    expect(statSync(kept.safe).mode & 0o777).toBe(0o700);
    for (const file of [...kept.blocks(), kept.manifest(manifest.id)]) expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(manifest.vaults).toEqual([{ vault: kept.owner.vault, ...(await headOf()), error: null }]);
    expect((await kept.verify()).id).toBe(manifest.id);
  });

  it('writes few blocks when little has changed since the one before', async () => {
    await fill(50);
    const first = await kept.backUp();
    expect(first.manifest.database.size).toBeGreaterThan(50_000_000);
    expect(first.blocks.written).toBeGreaterThan(180);
    for (let i = 0; i < 20; i += 1) await kept.say(`Something new, number ${i}`);
    const second = await kept.backUp();
    expect(second.blocks.total).toBeGreaterThan(180);
    expect(second.blocks.written).toBeGreaterThan(0);
    expect(second.blocks.written).toBeLessThan(12);
    expect((await kept.verify(first.manifest.id)).vaults).toEqual(first.manifest.vaults);
    expect((await kept.verify(second.manifest.id)).vaults).toEqual(second.manifest.vaults);
  }, 60_000);

  it('has the log with its signed checkpoint, which is checked against its entries', async () => {
    await kept.say('Allergic to hazelnuts', { category: 'health' });
    for (let i = 0; i < 3; i += 1) await kept.receipt();
    const { manifest } = await kept.backUp();
    expect(manifest.log).toMatchObject({ size: 3, checkpoint: kept.world.services.log.checkpoint() });
    await kept.stop();
    const db = new Database(kept.world.database);
    db.exec('UPDATE tiles SET bytes = zeroblob(length(bytes)) WHERE level = -1');
    db.close();
    await expect(kept.backUp()).rejects.toMatchObject({ code: 'log_broken' });
    expect((await kept.verify()).id).toBe(manifest.id);
  });
});

describe('a backup that is not as it was written', () => {
  const damage: Record<string, (block: string) => void> = {
    'a block is missing': (block) => rmSync(block),
    'a block is cut off': (block) => truncateSync(block, statSync(block).size - 7),
    'a block has a byte changed': (block) => {
      const bytes = readFileSync(block);
      bytes[40] = (bytes[40] ?? 0) ^ 1;
      writeFileSync(block, bytes);
    },
    'a block is another one': (block) => copyFileSync(kept.blocks().find((one) => one !== block) ?? '', block),
    'a block is empty': (block) => truncateSync(block, 0),
  };

  it.each(Object.keys(damage))('%s: verify says so, and the next backup mends it', async (what) => {
    await fill(1);
    const { manifest } = await kept.backUp();
    damage[what]?.(kept.blocks()[0] ?? '');
    await expect(kept.verify()).rejects.toMatchObject({ code: 'backup_broken' });
    const next = await kept.backUp();
    expect(next.blocks.written).toBeGreaterThan(0);
    await kept.verify();
    // The damaged block was among those that both need, or only the first did.
    if (next.manifest.database.blocks.every((hash) => manifest.database.blocks.includes(hash))) await kept.verify(manifest.id);
  });

  it('a manifest that was swapped, altered or signed by another service does not pass', async () => {
    await kept.say('One');
    const first = (await kept.backUp()).manifest.id;
    await kept.say('Two');
    const second = (await kept.backUp()).manifest.id;
    const [one, two] = [first, second].map((id) => readFileSync(kept.manifest(id), 'utf8'));
    writeFileSync(kept.manifest(second), one ?? '');
    await expect(kept.verify(second)).rejects.toMatchObject({ code: 'backup_broken' });
    const envelope = JSON.parse(two ?? '') as { payload: string };
    const payload = fromUtf8(fromBase64(envelope.payload)).replace(/"schema":\d+/, '"schema":77');
    writeFileSync(kept.manifest(second), JSON.stringify({ ...envelope, payload: base64(utf8(payload)) }));
    await expect(kept.verify(second)).rejects.toMatchObject({ code: 'key_untrusted' });
    writeFileSync(kept.manifest(second), two ?? '');
    await kept.verify(second);
    const other = await KeptWorld.open();
    try {
      cpSync(kept.safe, other.safe, { recursive: true });
      await expect(other.verify(first)).rejects.toMatchObject({ code: 'key_untrusted' });
      expect(other.list()).toEqual({ manifests: [], unreadable: [first, second] });
    } finally {
      await other.close();
    }
  });
});

describe('a manifest that the service’s key has signed, of another database', () => {
  const lies: Record<string, (manifest: Manifest) => Manifest> = {
    'its blocks in another order': (manifest) => ({
      ...manifest,
      database: {
        ...manifest.database,
        blocks: manifest.database.blocks.toSpliced(1, 2, manifest.database.blocks[2] ?? '', manifest.database.blocks[1] ?? ''),
      },
    }),
    'another head': (manifest) => ({ ...manifest, vaults: manifest.vaults.map((vault) => ({ ...vault, seq: vault.seq + 1 })) }),
    'a vault more': (manifest) => ({
      ...manifest,
      vaults: [...manifest.vaults, { vault: 'ab'.repeat(32), seq: 1, hash: 'cd'.repeat(32), error: null }],
    }),
    'another log': (manifest) => ({ ...manifest, log: null }),
  };

  it.each(Object.keys(lies))('%s: is refused', async (what) => {
    await fill(2);
    await kept.receipt();
    const { manifest } = await kept.backUp();
    await kept.verify();
    writeFileSync(kept.manifest(manifest.id), encodeManifest(lies[what]?.(manifest) ?? manifest, kept.world.keys.receiptSigner));
    await expect(kept.verify()).rejects.toMatchObject({ code: 'backup_broken' });
  });
});

describe('what is damaged in the service itself', () => {
  it('is backed up as it is, named, and takes no older backup away', async () => {
    await kept.say('One');
    const good = (await kept.backUp()).manifest.id;
    await kept.stop();
    const db = new Database(kept.world.database);
    db.exec("UPDATE events SET stored = CAST(stored || x'00' AS BLOB) WHERE seq = 2");
    db.close();
    const { manifest, pruned } = await kept.backUp(1);
    expect(manifest.vaults).toMatchObject([{ error: 'ledger_broken' }]);
    expect(pruned).toBeNull();
    expect(kept.list().manifests.map(({ id }) => id)).toEqual([good, manifest.id]);
    expect((await kept.verify(manifest.id)).vaults).toEqual(manifest.vaults);
  });

  it('a database that SQLite finds corrupt makes no backup', async () => {
    await fill(1);
    await kept.stop();
    const bytes = readFileSync(kept.world.database);
    bytes.fill(0xff, 3 * 4096, 4 * 4096);
    writeFileSync(kept.world.database, bytes);
    await expect(kept.backUp()).rejects.toMatchObject({ code: 'backup_broken' });
    expect(kept.list().manifests).toEqual([]);
  });
});

describe('keeping the newest', () => {
  it('deletes older backups and what only they needed', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 4; i += 1) {
      await fill(1);
      ids.push((await kept.backUp(i === 3 ? 2 : null)).manifest.id);
    }
    expect(kept.list().manifests.map(({ id }) => id)).toEqual(ids.slice(2));
    const needed = new Set(kept.list().manifests.flatMap(({ database }) => database.blocks));
    expect(kept.blocks()).toHaveLength(needed.size);
    for (const id of ids.slice(2)) await kept.verify(id);
  });

  it('deletes no block while there is a manifest that does not read', async () => {
    await kept.say('One');
    const { manifest } = await kept.backUp();
    writeFileSync(kept.manifest(manifest.id), 'not a manifest');
    const before = kept.blocks();
    await kept.say('Two');
    const { pruned } = await kept.backUp(1);
    expect(pruned).toEqual({ removed: [], blocks: 0, unreadable: [manifest.id] });
    for (const block of before) expect(existsSync(block)).toBe(true);
  });
});

it('a folder of something else, or among the data, is refused and left alone', async () => {
  mkdirSync(kept.safe);
  writeFileSync(join(kept.safe, 'letters.txt'), 'Dear');
  await expect(kept.backUp()).rejects.toMatchObject({ code: 'config_invalid' });
  expect(readdirSync(kept.safe)).toEqual(['letters.txt']);
  await expect(kept.verify()).rejects.toMatchObject({ code: 'not_found' });
});

async function headOf(): Promise<{ seq: number; hash: string }> {
  const head = await kept.world.services.store.head(kept.owner.vault);
  return { seq: head?.seq ?? -1, hash: Buffer.from(head?.hash ?? []).toString('hex') };
}
