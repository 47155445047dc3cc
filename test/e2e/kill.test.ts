import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STATEMENT_PAYLOAD_TYPE } from '../../schemas/receipt.ts';
import { enter } from '../../src/app/access.ts';
import { fromHex } from '../../src/core/bytes.ts';
import { parseEnvelope } from '../../src/crypto/dsse.ts';
import { openRow } from '../../src/crypto/row-seal.ts';
import { leafHash } from '../../src/log/merkle.ts';
import { parseProof } from '../../src/log/proof.ts';
import { openServices } from '../../src/main.ts';
import { receiptEntry } from '../../src/receipts/statement.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import { readServiceSettings } from '../../src/config/settings.ts';
import { MemSyncClient } from '../../src/sdk/client.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import { Ground, type ServiceProcess } from '../support/process.ts';
import type { KeptReceipt } from './acknowledged.ts';
import { Household } from './household.ts';
import { expectKept, type Since } from './kept.ts';
import { type Handed, LogFollower } from './log-follower.ts';
import { found, MARKER, needlesOfBytes, needlesOfText } from './markers.ts';

/** Fifty in continuous integration, ten elsewhere; `MEMSYNC_KILL_ROUNDS` says otherwise. */
const ROUNDS = Number(process.env['MEMSYNC_KILL_ROUNDS'] ?? (process.env['CI'] === undefined ? 10 : 50));
/** Rounds after which another vault is made, so that what is opened after each restart stays small. */
const MOVE = 10;
const SAMPLE = 10;
const MINUTES = 60_000;

const SETTINGS = { MEMSYNC_LOG_LEVEL: 'error', MEMSYNC_RATE_PER_MINUTE: '100000000' };

const ground = new Ground();
const data = join(ground.folder, 'data');
const keys = join(ground.folder, 'keys');
const households: Household[] = [];

beforeAll(() => {
  console.info(`the service is killed ${ROUNDS} times; MEMSYNC_KILL_ROUNDS says how often, 50 unless told otherwise where CI is set`);
});

afterAll(() => ground.close());

describe('a service that is killed in the middle of writes by 32 callers', () => {
  it(
    'keeps every row, event and receipt that it acknowledged, a ledger that folds and a log that extends each of its checkpoints',
    async () => {
      let service = await ground.start(SETTINGS);
      const verifierKeys = await new MemSyncClient({ url: service.url }).logKey();
      const follower = new LogFollower(verifierKeys);
      let anchor = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        if (round % MOVE === 0) households.push(await Household.found(service.url));
        const household = current();
        const since = sinceOf(household);
        await liveUntilKilled(household, service, follower, round);
        expect(household.kept.rows.length).toBeGreaterThan(since.rows);

        service = await ground.start(SETTINGS);
        await household.moveTo(service.url);
        for (const one of households) await expectKept(data, one.owner.vault, one.kept, one === household ? since : sinceOf(one));
        const fresh = household.kept.receipts.slice(since.receipts);
        anchor = await follower.hold(new MemSyncClient({ url: service.url }), anchor, fresh.map(handed));
        await expectServed(household, since, verifierKeys);
      }
      // Once more, each checkpoint and each receipt there ever was against the log as it now is.
      const all = households.flatMap(({ kept }) => kept.receipts);
      expect(all.length).toBeGreaterThan(ROUNDS);
      await follower.hold(new MemSyncClient({ url: service.url }), 0, all.map(handed));
      expect(follower.count).toBeGreaterThan(ROUNDS);
      expect(await service.stop()).toBe(0);
      const rows = households.reduce((sum, { kept }) => sum + kept.rows.length, 0);
      const events = households.reduce((sum, { kept }) => sum + kept.events.length, 0);
      console.info(
        `${rows} rows, ${events} owner events, ${all.length} receipts and ${follower.count} checkpoints outlived ${ROUNDS} kills`,
      );
    },
    30 * MINUTES,
  );

  it(
    'opens to every text that it acknowledged',
    async () => {
      const settings = readServiceSettings({ MEMSYNC_DATA: data, MEMSYNC_KEYS: keys });
      const { services, close } = await openServices(settings);
      for (const { token, kept } of households) {
        const { vault } = await enter(services, token, 'list');
        expect(kept.rows.filter(({ id, text }) => vault.rows.get(id)?.text !== text)).toEqual([]);
        expect([...vault.damaged]).toEqual([]);
      }
      await close();
    },
    5 * MINUTES,
  );

  it('has left no text, token, key or salt in its data folder, nor in the write-ahead log of one more kill', async () => {
    const salts = await rowSalts();
    const service = await ground.start(SETTINGS);
    await current().moveTo(service.url);
    const follower = new LogFollower(await new MemSyncClient({ url: service.url }).logKey());
    const written = (): number => statSync(join(data, 'memsync.db-wal'), { throwIfNoEntry: false })?.size ?? 0;
    await liveUntilKilled(current(), service, follower, 0, () => written() > 100_000);
    expect(written()).toBeGreaterThan(100_000);
    const needles = [
      ...needlesOfText('remembered text', MARKER),
      ...needlesOfText('remembered text', MARKER.toUpperCase()),
      ...needlesOfText('remembered text', 'lighthouse keeper'),
      ...households.flatMap(({ token, device }) => [token, device].flatMap((text) => needlesOfText('a token', text))),
      ...households.flatMap((household) => household.secrets()).flatMap(({ what, bytes }) => needlesOfBytes(what, bytes)),
      ...salts.flatMap((salt) => needlesOfBytes('a row’s salt', salt)),
      ...households
        .flatMap((household) => household.receiptSalts().slice(-SAMPLE))
        .flatMap((salt) => needlesOfBytes('a receipt’s salt', salt)),
    ];
    expect(found(data, needles)).toEqual([]);
    // The search sees what is there: the vault's id is on the disk by design.
    const vault = found(data, needlesOfBytes('the vault', fromHex(current().owner.vault)));
    expect(vault).toContain('the vault, raw in memsync.db');
    expect(vault).toContain('the vault, raw in memsync.db-wal');
  });
});

function current(): Household {
  const household = households.at(-1);
  if (household === undefined) throw new Error('there is no vault yet');
  return household;
}

/** Salts of the last rows of each vault, which only the owner's keys bring to light, and the keys that repeats are told by. */
async function rowSalts(): Promise<Uint8Array[]> {
  const salts: Uint8Array[] = [];
  const store = openSqliteStore({ path: join(data, 'memsync.db') });
  for (const { owner, kept } of households) {
    for (const { id } of kept.rows.slice(-SAMPLE)) {
      const stored = await store.version(owner.vault, id, 1);
      if (stored !== null) salts.push(openRow(owner.key('default'), stored, stored, stored.commitment).salt.reveal());
    }
    salts.push(...[...owner.collections.values()].map(({ fingerprintKey }) => fingerprintKey.reveal()));
  }
  await store.close();
  expect(salts.length).toBeGreaterThan(SAMPLE);
  return salts;
}

function sinceOf({ kept }: Household): Since {
  return { rows: kept.rows.length, heads: kept.heads.length, receipts: kept.receipts.length };
}

/**
 * Lets all callers act for a while, another each round, and kills the service in the middle of it. A machine that is slow just then may take
 * longer to acknowledge anything: it is given until `isEnough`, or until nobody calls any more.
 */
async function liveUntilKilled(
  household: Household,
  service: ServiceProcess,
  follower: LogFollower,
  round: number,
  isEnough: () => boolean = () => true,
): Promise<void> {
  let killed = false;
  const before = household.kept.rows.length;
  const living = household.live(follower, () => killed);
  await Promise.race([pause(400 + ((round * 137) % 500)), living]);
  const over = living.then(() => true);
  const isMet = (): boolean => household.kept.rows.length > before && isEnough();
  for (let waits = 0; waits < 1500 && !isMet(); waits += 1) if ((await Promise.race([over, pause(20)])) === true) break;
  killed = true;
  service.signal('SIGKILL');
  await service.ended;
  await living;
}

function handed({ bundle }: KeptReceipt): Handed {
  return { index: parseProof(bundle.proof).index, leaf: leafHash(receiptEntry(parseEnvelope(STATEMENT_PAYLOAD_TYPE, bundle.envelope))) };
}

/** What the service itself says, after the restart, of the last rows and receipts before it; and that the bundles verify offline. */
async function expectServed(household: Household, since: Since, verifierKeys: string): Promise<void> {
  const client = household.client();
  const { kept, owner } = household;
  for (const { id, text, commitment } of kept.rows.slice(since.rows).slice(-SAMPLE)) {
    expect(await client.show(id)).toMatchObject({ id, text, commitment });
  }
  const trust = { verifierKeys: verifierKeys.split('\n'), vault: owner.vault };
  for (const { id, bundle, output } of kept.receipts.slice(since.receipts).slice(-SAMPLE)) {
    const again = await client.bundle(id);
    expect(again.envelope).toEqual(bundle.envelope);
    for (const one of [bundle, again]) {
      const verdict = verifyBundle(one, trust, Date.now(), { outputText: output });
      expect(verdict.failures).toEqual([]);
    }
  }
}
