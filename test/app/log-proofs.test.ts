import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LogKeeper } from '../../src/app/log-keeper.ts';
import { systemRandom } from '../../src/core/random.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { signBytes, signingKeyFromSeed, verifyBytes } from '../../src/crypto/ed25519.ts';
import { sha256 } from '../../src/crypto/sha256.ts';
import { leafHash } from '../../src/log/merkle.ts';
import { verifyProof } from '../../src/log/proof.ts';
import { verifierKey } from '../../src/log/verifier-key.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import type { Store } from '../../src/store/store.ts';

const pair = signingKeyFromSeed(new Redacted(systemRandom.bytes(32)));
const signer = { name: 'example.com/log', publicKey: pair.publicKey, sign: (message: Uint8Array) => signBytes(pair, message) };
const key = verifierKey(signer.name, pair.publicKey);
const entry = (n: number): Uint8Array => sha256(Buffer.from(`entry ${n}`));

let folder: string;
let store: Store;
let log: LogKeeper;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memsync-log-proofs-'));
  store = openSqliteStore({ path: join(folder, 'memsync.db') });
  log = await LogKeeper.open(store, signer);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

async function grow(count: number): Promise<void> {
  const entries = Array.from({ length: count }, (_, i) => entry(log.size + i));
  const { change, adopt } = log.stage(entries, 1);
  await store.commit({ vaults: [], log: change });
  adopt();
}

const proves = async (n: number): Promise<void> => void verifyProof(await log.prove(n), leafHash(entry(n)), key, verifyBytes);

it('proves every entry while it grows, though what is given up in between is worked out from as well', async () => {
  for (const count of [1, 2, 30, 250, 3, 300, 1]) {
    log.stage([sha256(Buffer.from('given up')), sha256(Buffer.from('as well'))], 1);
    await grow(count);
    for (let n = 0; n < log.size; n += 1 + Math.floor(n / 16)) await proves(n);
    await proves(log.size - 1);
  }
  const again = await LogKeeper.open(store, signer);
  for (const n of [0, 255, 256, 500, log.size - 1]) expect(await again.prove(n)).toBe(await log.prove(n));
});

it('takes nothing from a tile that has gone bad: once it is as it was, every proof holds', async () => {
  await grow(600);
  const tile = await store.tile(0, 0);
  const db = new Database(join(folder, 'memsync.db'));
  const put = db.prepare('UPDATE tiles SET bytes = ? WHERE level = 0 AND idx = 0');
  const bad = Buffer.from(tile ?? []);
  bad.fill(0, 32 * 128);
  put.run(bad);
  for (const n of [0, 100, 127, 130, 255]) await expect(log.prove(n)).rejects.toMatchObject({ code: 'log_broken' });
  put.run(tile);
  db.close();
  for (const n of [0, 100, 127, 130, 255, 256, 599]) await proves(n);
});
