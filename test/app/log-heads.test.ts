import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import Database from 'better-sqlite3';
import { logHeads } from '../../src/app/log-heads.ts';
import { readLoggedHead, readLoggedHeads } from '../../src/app/logged-heads.ts';
import { readCheckpoint, readTile } from '../../src/app/log-reads.ts';
import { remember } from '../../src/app/remember.ts';
import { startServices } from '../../src/app/start.ts';
import { fromHex, hex } from '../../src/core/bytes.ts';
import { systemRandom } from '../../src/core/random.ts';
import { verifyBytes } from '../../src/crypto/ed25519.ts';
import { parseEntryBundle } from '../../src/log/entry-bundle.ts';
import { headEntry } from '../../src/log/head-leaf.ts';
import { leafHash } from '../../src/log/merkle.ts';
import { verifyProof } from '../../src/log/proof.ts';
import { parseVerifierKey } from '../../src/log/verifier-key.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import type { TestOwner } from '../support/owner.ts';
import { World } from '../support/world.ts';

let world: World;
let owner: TestOwner;
let token: string;
beforeEach(async () => {
  world = await World.open();
  owner = await world.owner();
  token = await owner.grant();
});
afterEach(() => world.close());

const say = (text: string, as = token) => remember(world.services, as, { memories: [{ text }] }, null);
const heads = async () => (await readLoggedHeads(world.services, token, owner.vault, {})).heads;
const entries = async (): Promise<string[]> => {
  const size = world.services.log.size;
  return size === 0 ? [] : parseEntryBundle(await readTile(world.services, `tile/entries/000.p/${size}`)).map(hex);
};

describe('a run', () => {
  it('puts one leaf into the log for each vault whose head moved, and none for the others', async () => {
    const other = await world.owner();
    const theirs = await other.grant();
    expect(await logHeads(world.services)).toEqual({ logged: 2, behind: 0 });
    expect(await logHeads(world.services)).toEqual({ logged: 0, behind: 0 });
    await say('one');
    await say('two');
    expect(await logHeads(world.services)).toEqual({ logged: 1, behind: 0 });
    await say('three', theirs);
    expect(await logHeads(world.services)).toEqual({ logged: 1, behind: 0 });
    expect(world.services.log.size).toBe(4);
    const [first, second, ...more] = await heads();
    expect(more).toEqual([]);
    expect(first?.logIndex).toBeLessThan(2);
    expect(second?.logIndex).toBe(2);
    const head = await world.services.store.head(owner.vault);
    expect(second).toMatchObject({ seq: head?.seq, hash: hex(head?.hash ?? new Uint8Array(0)) });
  });

  it('needs no vault in memory, and is one commit', async () => {
    for (let i = 0; i < 5; i += 1) await world.owner();
    await world.restart();
    const { commits } = world.services.writer.counts;
    expect(await logHeads(world.services)).toEqual({ logged: 6, behind: 0 });
    expect(world.services.writer.counts.commits).toBe(commits + 1);
    expect(world.services.vaults.open.size).toBe(0);
  });

  it('logs each head once when two run at once, here and in another process', async () => {
    await say('one');
    const store = openSqliteStore({ path: world.database });
    const { logSigner, receiptSigner } = world.keys;
    const limits = { idleMs: 1000, memoryBudget: 2 ** 30 };
    const beside = await startServices({
      store,
      clock: world.clock,
      random: systemRandom,
      marks: world.marks,
      logSigner,
      receiptSigner,
      limits,
      build: 'test',
    });
    const done = await Promise.all([logHeads(world.services), logHeads(beside), logHeads(world.services)]);
    await beside.writer.stop();
    await store.close();
    expect(done.reduce((sum, { logged }) => sum + logged, 0)).toBe(1);
    await world.services.log.reload();
    expect(world.services.log.size).toBe(1);
    expect(await heads()).toHaveLength(1);
  });

  it('goes beside what vaults have written in the same commit', async () => {
    const [, report] = await Promise.all([say('one'), logHeads(world.services), say('two')]);
    expect(report.logged).toBe(1);
    expect(await logHeads(world.services)).toEqual({ logged: 1, behind: 0 });
  });

  it('vouches for no vault that stands behind its mark', async () => {
    const head = await world.services.store.head(owner.vault);
    world.marks.raise(owner.vault, { seq: (head?.seq ?? 0) + 3, hash: new Uint8Array(32) });
    expect(await logHeads(world.services)).toEqual({ logged: 0, behind: 1 });
    expect(world.services.log.size).toBe(0);
  });

  it('vouches for none that has another past than its mark', async () => {
    world.marks.raise(owner.vault, { seq: 1000, hash: new Uint8Array(32) });
    const db = new Database(world.database);
    db.prepare('UPDATE vaults SET head_seq = 1001').run();
    db.close();
    expect(await logHeads(world.services)).toEqual({ logged: 0, behind: 1 });
  });
});

describe('a leaf', () => {
  it('opens with its salt alone, for the vault’s own clients', async () => {
    await say('one');
    await logHeads(world.services);
    const [known] = await heads();
    const { logged, proof } = await readLoggedHead(world.services, token, owner.vault, 'latest');
    expect(logged).toEqual(known);
    const entry = headEntry(owner.vault, logged.seq, fromHex(logged.hash), fromHex(logged.salt));
    expect(await entries()).toEqual([hex(entry)]);
    const key = parseVerifierKey(world.verifierKeys[0] ?? '');
    expect(verifyProof(proof, leafHash(entry), key, verifyBytes).index).toBe(logged.logIndex);
    expect(await readLoggedHead(world.services, token, owner.vault, logged.seq)).toMatchObject({ logged });
    await expect(readLoggedHead(world.services, token, owner.vault, logged.seq - 1)).rejects.toMatchObject({ code: 'not_found' });
    const theirs = await (await world.owner()).grant();
    for (const read of [
      readLoggedHeads(world.services, theirs, owner.vault, {}),
      readLoggedHead(world.services, theirs, owner.vault, 'latest'),
    ])
      await expect(read).rejects.toMatchObject({ code: 'vault_unknown' });
  });

  it('is told apart by nothing that is published: the same head gives another leaf under another salt', async () => {
    await logHeads(world.services);
    const [one] = await heads();
    const published = [...(await entries()), await readCheckpoint(world.services)].join();
    expect(published).not.toContain(one?.hash);
    const unsalted = headEntry(owner.vault, one?.seq ?? 0, fromHex(one?.hash ?? ''), new Uint8Array(32));
    expect(published).not.toContain(hex(unsalted));
    expect(new Set([one?.salt, ...(await logged3())]).size).toBe(4);
  });

  async function logged3(): Promise<string[]> {
    for (const text of ['a', 'b', 'c']) {
      await say(text);
      await logHeads(world.services);
    }
    return (await heads()).slice(1).map(({ salt }) => salt);
  }

  it('comes a page at a time', async () => {
    await logged3();
    const all = await heads();
    expect(all).toHaveLength(3);
    const first = await readLoggedHeads(world.services, token, owner.vault, { limit: 2 });
    expect(first.heads).toEqual(all.slice(0, 2));
    expect(first.next).toBe(all[2]?.seq);
    const rest = await readLoggedHeads(world.services, token, owner.vault, { from: first.next ?? 0 });
    expect(rest).toMatchObject({ heads: all.slice(2), next: null });
  });

  it('of an erased vault has lost its salt, and its head gets none', async () => {
    await logged3();
    await owner.post('erased', { scope: 'vault' });
    expect(await logHeads(world.services)).toEqual({ logged: 0, behind: 0 });
    expect(await world.services.store.heads.page(owner.vault, 0, 10)).toEqual([]);
  });
});
