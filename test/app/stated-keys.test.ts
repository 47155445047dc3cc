import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readKeyStatements, readLogKeys } from '../../src/app/log-reads.ts';
import { startServices, stopServices } from '../../src/app/start.ts';
import { utf8 } from '../../src/core/bytes.ts';
import { systemRandom } from '../../src/core/random.ts';
import { verifyBytes } from '../../src/crypto/ed25519.ts';
import { signCheckpoint, verifyCheckpoint } from '../../src/log/checkpoint.ts';
import { verifyKeyHistory } from '../../src/log/key-history.ts';
import { leafHash } from '../../src/log/merkle.ts';
import { verifyProof } from '../../src/log/proof.ts';
import { parseVerifierKey } from '../../src/log/verifier-key.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import { makeSigner } from '../log/signer.ts';
import { addEntries, OPERATOR, stateKeys } from '../support/operator.ts';
import { World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await World.open();
  await addEntries(world.services, 'one', 'two', 'three');
});
afterEach(() => world.close());

const refused = (code: string, detail: string) => ({ code, message: expect.stringContaining(detail) as unknown });
const logKey = () => parseVerifierKey(readLogKeys(world.services).split('\n')[0] ?? '');
const stored = async () => (await world.services.store.log())?.checkpoint ?? '';

/** Puts another signed checkpoint in the place of the stored one. */
async function replaceCheckpoint(sign: (size: number, root: Uint8Array, origin: string) => string): Promise<void> {
  const { store, log } = world.services;
  const head = await store.log();
  if (head === null) throw new Error('no log');
  const checkpoint = sign(head.size, head.root, log.origin);
  await store.commit({ vaults: [], log: { expectedSize: head.size, log: { ...head, checkpoint }, tiles: [] } });
}

describe('a log whose key was replaced', () => {
  it('goes on under the new key, from the same size and root, and nothing else changes', async () => {
    const { origin } = world.services.log;
    await stateKeys(world);
    const before = { key: logKey(), checkpoint: await stored() };
    await stateKeys(world, { log: true, receipts: true });
    expect(logKey()).not.toEqual(before.key);
    expect(world.services.log.origin).toBe(origin);
    const now = verifyCheckpoint(await stored(), logKey(), verifyBytes);
    expect(now).toEqual(verifyCheckpoint(before.checkpoint, before.key, verifyBytes));
    expect(verifyProof(await world.services.log.prove(1), leafHash(utf8('two')), logKey(), verifyBytes).index).toBe(1);
    await addEntries(world.services, 'four');
    expect(verifyCheckpoint(await stored(), logKey(), verifyBytes).size).toBe(4);
    // Several changes with nothing between them, and an ordinary start.
    await stateKeys(world, { log: true });
    await stateKeys(world, { receipts: true });
    await stateKeys(world, { log: true });
    const kept = await stored();
    await world.restart();
    expect(await stored()).toBe(kept);
    expect(verifyCheckpoint(kept, logKey(), verifyBytes).size).toBe(4);
    const history = verifyKeyHistory(readKeyStatements(world.services), OPERATOR.key, verifyBytes);
    expect(history.map(({ size }) => size)).toEqual([3, 3, 4, 4, 4]);
  });

  it('is not opened where nobody stated the key that signed it', async () => {
    await stateKeys(world);
    const stranger = makeSigner(world.services.log.origin, 5).signer;
    await replaceCheckpoint((size, root, origin) => signCheckpoint({ origin, size, root }, stranger));
    await expect(world.restart()).rejects.toMatchObject(refused('log_broken', 'not signed by this service’s log key'));
  });

  it('is not opened where the old key went on signing', async () => {
    await stateKeys(world);
    const old = { logSigner: world.keys.logSigner, receiptSigner: world.keys.receiptSigner, history: world.keys.history };
    await stateKeys(world, { log: true });
    await world.stop();
    const store = openSqliteStore({ path: world.database });
    const limits = { idleMs: 900_000, memoryBudget: 2 ** 30 };
    // As a process would that had the old keys in memory: its own start, later, is refused just so.
    const parts = { store, clock: world.clock, random: systemRandom, marks: world.marks, limits, build: 'test' };
    await expect(startServices({ ...parts, ...old })).rejects.toMatchObject(refused('log_broken', 'not signed by this service’s log key'));
    await store.close();
    await world.restart();
    await addEntries(world.services, 'four');
    await replaceCheckpoint((size, root, origin) => signCheckpoint({ origin, size, root }, { ...old.logSigner, name: origin }));
    await expect(world.restart()).rejects.toMatchObject(refused('log_broken', 'signed by a key that had been replaced by then'));
  });

  it('is not opened where it is shorter than was stated, or begins otherwise', async () => {
    await expect(stateKeys(world, { change: { size: 4, logRoot: new Uint8Array(32) } })).rejects.toMatchObject(
      refused('log_broken', 'has 3 entries; statement 0'),
    );
    const fresh = await World.open();
    await addEntries(fresh.services, 'one', 'two', 'three');
    await expect(stateKeys(fresh, { change: { size: 2, logRoot: new Uint8Array(32) } })).rejects.toMatchObject(
      refused('log_broken', 'does not begin with the 2 entries'),
    );
    await fresh.close();
  });

  it('is not opened with other keys than those that were stated last, and is without any root', async () => {
    await stateKeys(world);
    const { history, logSigner, receiptSigner } = world.keys;
    await stateKeys(world, { receipts: true });
    await world.stop();
    const start = async (parts: object) => {
      const store = openSqliteStore({ path: world.database });
      const rest = { store, clock: world.clock, random: systemRandom, limits: { idleMs: 1, memoryBudget: 2 ** 30 }, build: 'test' };
      const services = await startServices({ ...rest, ...world.keys, marks: world.marks, ...parts }).catch(async (error: unknown) => {
        await store.close();
        throw error;
      });
      await stopServices(services);
    };
    const unstated = refused('keys_unstated', 'receipts.key is another');
    await expect(start({ receiptSigner })).rejects.toMatchObject(unstated);
    await expect(start({ history })).rejects.toMatchObject(unstated);
    const neither = { logSigner: makeSigner(logSigner.name, 5).signer, receiptSigner };
    await expect(start(neither)).rejects.toMatchObject(refused('keys_unstated', 'log.key and receipts.key are others'));
    await expect(start({ receiptSigner, history: null })).resolves.toBeUndefined();
  });
});

it('is said to have no root where it has none', () => {
  expect(() => readKeyStatements(world.services)).toThrow(expect.objectContaining({ code: 'not_found' }));
});
