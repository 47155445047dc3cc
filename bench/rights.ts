import { join } from 'node:path';
import Database from 'better-sqlite3';
import { remember } from '../src/app/remember.ts';
import { systemClock } from '../src/core/clock.ts';
import { systemRandom } from '../src/core/random.ts';
import { Redacted } from '../src/core/redacted.ts';
import { deriveOwnerKeys } from '../src/crypto/root.ts';
import { type RunningService, startService } from '../src/main.ts';
import { MemSyncClient } from '../src/sdk/client.ts';
import { makeVault } from '../src/sdk/genesis.ts';
import { Owner } from '../src/sdk/owner.ts';
import type { OwnerState } from '../src/sdk/owner-state.ts';
import type { Figure, Section } from './figure.ts';
import { databaseOf, inFolder } from './place.ts';
import { textOf } from './texts.ts';

const BATCH = 250;

/** A vault of many rows, whose keys are changed and whose collection is then erased, beside what SQLite alone does to as many rows. */
export function measureRights(_span: unknown, quick: boolean): Promise<Section> {
  const rows = quick ? 20_000 : 200_000;
  return inFolder(async (folder) => {
    const service = await startService(settingsIn(folder), { quiet: true });
    const { owner, client } = await fill(service, rows);
    const update = await raw(folder, 'UPDATE raw SET wrapped_key = randomblob(73)');
    const rotated = await timed(async () => {
      await owner.rotate();
      for (;;) {
        const { rotations } = await client.rotations(owner.state.vault);
        if (rotations.every(({ doneAt }) => doneAt !== null)) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    });
    const remove = await raw(folder, 'DELETE FROM raw');
    const collection = (await owner.keyring()).byName('default').name.collection;
    const erased = await timed(() => owner.erase({ scope: 'collection', collection }));
    const peak = Math.round(process.resourceUsage().maxRSS / 1024);
    await service.stop();
    return {
      title: 'Changing keys, erasing',
      text:
        `One vault of ${rows.toLocaleString('en')} rows. Rotated: until every row’s key is wrapped under the new key of its collection and the old wraps are ` +
        'out of the files; the vault is searchable meanwhile. Erased: until the collection’s rows and keys are gone from the files and the certificate ' +
        `is in the log. Service and owner in one process, ${peak} MiB at most. The floor is one SQL statement over as many rows, with the log cut back.`,
      unit: 'rows',
      figures: [
        figure('keys changed', rows, rotated, 'UPDATE of the wrapped keys', update),
        figure('erased', rows, erased, 'DELETE', remove),
      ],
    };
  });
}

function figure(what: string, rows: number, ms: number, floor: string, floorMs: number): Figure {
  return { what, perSecond: (rows / ms) * 1000, p50: ms, floor: { what: floor, perSecond: (rows / floorMs) * 1000, ratio: floorMs / ms } };
}

/** Of a service on loopback, with nothing that a measurement does not ask for. */
export function settingsIn(folder: string): Parameters<typeof startService>[0] {
  return {
    host: '127.0.0.1',
    port: 0,
    dataFolder: folder,
    keyFolder: join(folder, 'keys'),
    logOrigin: null,
    logMirror: null,
    idleMs: 3_600_000,
    memoryBudget: 2 ** 34,
    ratePerMinute: 100_000_000,
    openVaults: 'loopback',
    logLevel: 'silent',
    jobs: false,
    embeddings: null,
    witnesses: null,
    claimTrust: null,
  };
}

async function fill({ url, services }: RunningService, rows: number): Promise<{ owner: Owner; client: MemSyncClient }> {
  const keys = deriveOwnerKeys(new Redacted(systemRandom.bytes(32)));
  const made = makeVault(keys, systemClock.now(), systemRandom, { label: 'bench' });
  await new MemSyncClient({ url, token: made.deviceToken }).createVault(made.request);
  for (let at = 0; at < rows; at += BATCH) {
    const memories = Array.from({ length: BATCH }, (_, i) => ({ text: textOf(at + i) }));
    await remember(services, made.appToken, { memories }, null);
  }
  let kept: OwnerState = made.state;
  const owner = new Owner({
    keys,
    state: kept,
    deviceToken: made.deviceToken,
    connect: (token, head) => new MemSyncClient({ url, token, head }),
    clock: systemClock,
    random: systemRandom,
    save: (state) => (kept = state),
    saveToken: () => undefined,
  });
  await owner.refresh();
  return { owner, client: new MemSyncClient({ url, token: made.deviceToken }) };
}

/** One statement over a copy of the versions, its write-ahead log cut back as erasing does; in milliseconds. */
async function raw(folder: string, sql: string): Promise<number> {
  const db = new Database(join(folder, 'raw.db'));
  for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'secure_delete = ON']) db.pragma(pragma);
  db.exec(`ATTACH '${databaseOf(folder)}' AS live; CREATE TABLE IF NOT EXISTS raw AS SELECT * FROM live.versions; DETACH live`);
  db.pragma('wal_checkpoint(TRUNCATE)');
  const ms = await timed(() => {
    db.exec(sql);
    db.pragma('wal_checkpoint(TRUNCATE)');
  });
  db.close();
  return ms;
}

async function timed(work: () => unknown): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
