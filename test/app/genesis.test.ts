import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '../../schemas/limits.ts';
import { createVault } from '../../src/app/create-vault.ts';
import { readVaultState } from '../../src/app/ledger-reader.ts';
import { hex, u64be } from '../../src/core/bytes.ts';
import { systemRandom } from '../../src/core/random.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { deriveOwnerKeys } from '../../src/crypto/root.ts';
import { linkHash, NO_PREVIOUS, parseStoredEvent } from '../../src/memory/event.ts';
import { makeVault } from '../../src/sdk/genesis.ts';
import { START, World } from '../support/world.ts';

let world: World;

beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

const made = (signedAt: number) => makeVault(deriveOwnerKeys(new Redacted(systemRandom.bytes(32))), signedAt, systemRandom);

describe('a genesis', () => {
  it.each([0, -3_600_000, LIMITS.clockSkewMs])('signed %i ms from now stands where its owner knows it will', async (apart) => {
    const vault = made(START + apart);
    const reply = await createVault(world.services, vault.request);
    expect(reply.ownerSeq).toBe(5);
    const [genesis] = await world.services.store.events(vault.vault, 0, 1);
    expect({ seq: genesis?.seq, hash: hex(genesis?.hash ?? new Uint8Array()) }).toEqual(vault.state.head);
    expect(parseStoredEvent(genesis?.stored ?? new Uint8Array()).at).toBe(START + apart);
    await world.restart();
    const state = await readVaultState(world.services.store, vault.vault);
    expect(state?.headSeq).toBe(5);
    // Later events are stamped by the service, and never before the genesis.
    expect(state?.lastAt).toBe(Math.max(START, START + apart));
  });

  it('signed in the future, or before time, is refused and leaves nothing', async () => {
    for (const signedAt of [START + LIMITS.clockSkewMs + 1, -1]) {
      await expect(createVault(world.services, made(signedAt).request)).rejects.toMatchObject({ code: 'event_malformed' });
    }
    expect(await world.services.store.vaultCount()).toBe(0);
  });

  it('that is stamped with another time than its own is not a genesis, however well it is linked', async () => {
    const vault = made(START);
    await createVault(world.services, { genesis: vault.request.genesis });
    await world.restart(() => {
      const db = new Database(world.database);
      const stored = db.prepare<[], Buffer>('SELECT stored FROM events').pluck().get() ?? Buffer.alloc(0);
      stored.set(u64be(START + 1), 1);
      const hash = Buffer.from(linkHash(0, NO_PREVIOUS, stored));
      db.prepare('UPDATE events SET stored = ?, hash = ?').run(stored, hash);
      db.prepare('UPDATE vaults SET head_hash = ?').run(hash);
      db.close();
    });
    await expect(readVaultState(world.services.store, vault.vault)).rejects.toMatchObject({ code: 'owner_event_forged' });
  });
});
