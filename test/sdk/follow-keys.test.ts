import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openKeyFolder } from '../../src/config/key-folder.ts';
import { systemRandom } from '../../src/core/random.ts';
import { listen, type Listening } from '../../src/http/listen.ts';
import { makeLogger } from '../../src/http/logger.ts';
import { Metrics } from '../../src/http/metrics.ts';
import { buildHttp } from '../../src/http/server.ts';
import { nextStatement } from '../../src/app/operator/next-statement.ts';
import { signCheckpoint } from '../../src/log/checkpoint.ts';
import { signKeyStatement } from '../../src/log/key-history.ts';
import { EMPTY_ROOT } from '../../src/log/merkle.ts';
import { encodeVerifierKey } from '../../src/log/verifier-key.ts';
import { MemSyncClient } from '../../src/sdk/client.ts';
import { learnOperator, pinRoot } from '../../src/sdk/follow-keys.ts';
import { followLog } from '../../src/sdk/follow-log.ts';
import { rereadLog } from '../../src/sdk/restored-log.ts';
import { makeSigner } from '../log/signer.ts';
import { addEntries, ROOT_LINE, stateKeys } from '../support/operator.ts';
import { World } from '../support/world.ts';

let world: World;
let server: Listening | null = null;
beforeEach(async () => {
  world = await World.open();
  await addEntries(world.services, 'one', 'two');
});
afterEach(async () => {
  await server?.close(100);
  await world.close();
});

/** A client of the service as it is now, over real HTTP. */
async function client(): Promise<MemSyncClient> {
  await server?.close(100);
  const logger = makeLogger('silent');
  const rule = {
    ratePerMinute: 1_000_000,
    openVaults: 'loopback',
    host: '127.0.0.1',
    logger,
    metrics: new Metrics(world.services),
  } as const;
  server = await listen(buildHttp(world.services, rule), '127.0.0.1', 0);
  return new MemSyncClient({ url: server.url });
}

const lied = (detail: string) => ({ code: 'service_lied', message: expect.stringContaining(detail) as unknown });

/** The service with its key folder, as somebody has it who has stolen all of it; without the root. */
async function withKeyFolder(change: (folder: string) => void): Promise<MemSyncClient> {
  await world.restart(() => {
    const folder = join(world.folder, 'keys');
    change(folder);
    Object.assign(world.keys, openKeyFolder(folder, null, systemRandom));
  });
  return client();
}

it('remembers the root at first sight, and follows the log from key to key by it', async () => {
  await stateKeys(world);
  let seen = await followLog(await client(), null);
  expect(seen.operator).toMatchObject({ root: ROOT_LINE, number: 0 });
  for (const which of [{ log: true }, { receipts: true }, { log: true, receipts: true }] as const) {
    await addEntries(world.services, `before ${JSON.stringify(which)}`);
    await stateKeys(world, which);
    await addEntries(world.services, `after ${JSON.stringify(which)}`);
    const now = await followLog(await client(), seen);
    expect(now.key).not.toBe(seen.key);
    seen = now;
  }
  expect(seen.operator?.number).toBe(3);
  expect(await followLog(await client(), seen)).toEqual(seen);
  expect(await rereadLog(await client(), seen)).toEqual({ moved: null, log: seen });
});

it('does not believe that the old key went on signing after it was replaced, though all that it signed came true', async () => {
  await stateKeys(world);
  const seen = await followLog(await client(), null);
  const old = world.keys.logSigner;
  await stateKeys(world, { log: true });
  await addEntries(world.services, 'three');
  const stored = await world.services.store.log();
  if (stored === null) throw new Error('no log');
  const early = { ...seen, checkpoint: signCheckpoint({ origin: old.name, size: stored.size, root: stored.root }, old) };
  await expect(followLog(await client(), early)).rejects.toMatchObject(lied('a key that had been replaced by then'));
  const other = { ...seen, checkpoint: signCheckpoint({ origin: old.name, size: 2, root: stored.root }, old) };
  await expect(followLog(await client(), other)).rejects.toMatchObject(lied('not the one that the operator’s root has stated'));
  expect((await followLog(await client(), seen)).operator?.number).toBe(1);
});

it('follows over several changes at once', async () => {
  await stateKeys(world);
  const seen = await followLog(await client(), null);
  await addEntries(world.services, 'three');
  await stateKeys(world, { log: true });
  await addEntries(world.services, 'four');
  await stateKeys(world, { log: true, receipts: true });
  expect((await followLog(await client(), seen)).operator?.number).toBe(2);
});

it('does not follow to another key without a root, until the person names one', async () => {
  const seen = await followLog(await client(), null);
  expect(seen.operator).toBe(null);
  await stateKeys(world);
  expect(await followLog(await client(), seen)).toEqual(seen);
  await addEntries(world.services, 'three');
  await stateKeys(world, { log: true });
  await addEntries(world.services, 'four');
  await expect(followLog(await client(), seen)).rejects.toMatchObject(lied('memsync doctor --operator-root'));
  const named = { ...seen, operator: pinRoot(`${ROOT_LINE}\n`) };
  expect((await followLog(await client(), named)).operator).toMatchObject({ root: ROOT_LINE, number: 1 });
  const wrong = { ...seen, operator: pinRoot(encodeVerifierKey(makeSigner('memsync.test/operator', 5).key)) };
  await expect(followLog(await client(), wrong)).rejects.toMatchObject(lied('not signed by the operator’s root'));
});

it('learns a root later, by the keys that are remembered', async () => {
  const seen = await followLog(await client(), null);
  expect(await learnOperator(await client(), seen)).toEqual(seen);
  await stateKeys(world);
  const learnt = await learnOperator(await client(), seen);
  expect(learnt).toMatchObject({ ...seen, operator: { root: ROOT_LINE, number: 0 } });
  await stateKeys(world, { receipts: true });
  expect((await learnOperator(await client(), seen)).operator).toBe(null);
  expect((await followLog(await client(), learnt)).operator?.number).toBe(1);
});

it('is not led to other keys by whoever has all but the root', async () => {
  await stateKeys(world);
  const before = ['receipts.key', 'statements'].map((name) => [name, readFileSync(join(world.folder, 'keys', name), 'utf8')] as const);
  await stateKeys(world, { receipts: true });
  const seen = await followLog(await client(), null);
  // The keys of before, with all that was stated of them then.
  const old = await withKeyFolder((folder) => before.forEach(([name, text]) => writeFileSync(join(folder, name), text)));
  await expect(followLog(old, seen)).rejects.toMatchObject(lied('does not go on from statement 1'));
  // No history any more, and another key.
  const bare = await withKeyFolder((folder) => {
    rmSync(join(folder, 'statements'));
    writeFileSync(join(folder, 'receipts.key'), `${'ab'.repeat(32)}\n`);
  });
  for (const follow of [followLog, rereadLog]) await expect(follow(bare, seen)).rejects.toMatchObject(lied('shows no history'));
  // A root of their own.
  const { publicKey } = world.keys.receiptSigner.key;
  const stranger = makeSigner('memsync.test/operator', 5);
  const log = { origin: world.services.log.origin, size: 0, root: EMPTY_ROOT };
  const keys = {
    log: world.keys.logSigner.publicKey,
    receipts: publicKey,
    receiptsName: world.keys.receiptSigner.name,
    root: stranger.key,
  };
  const note = signKeyStatement(nextStatement(null, log, keys, world.clock.now()), stranger.signer);
  const forged = await withKeyFolder((folder) => writeFileSync(join(folder, 'statements'), note));
  for (const follow of [followLog, rereadLog])
    await expect(follow(forged, seen)).rejects.toMatchObject(lied('not signed by the operator’s root'));
});

it('is told of a root that is pinned already', async () => {
  await stateKeys(world);
  expect((await followLog(await client(), null, pinRoot(ROOT_LINE))).operator?.number).toBe(0);
  const other = pinRoot(encodeVerifierKey(makeSigner('memsync.test/operator', 5).key));
  await expect(followLog(await client(), null, other)).rejects.toMatchObject(lied('not to be believed'));
  expect(() => pinRoot('no key')).toThrow(expect.objectContaining({ code: 'usage' }));
});
